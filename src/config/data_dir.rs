//! The data directory: made on first start, private to its owner, used by one process at a time.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::FlockOperation;
use zeroize::Zeroizing;

use crate::vault::{KeyRing, KeyRingError};

const KEY_RING_FILE: &str = "keyring";
const LOCK_FILE: &str = "lock";
const NODE_FILE: &str = "node";

/// Why a data directory cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum DataDirError {
    /// Another process uses it.
    #[error("the data directory {} is in use by another proofsheet process; stop that one or name another directory", .0.display())]
    InUse(PathBuf),
    /// A file or directory cannot be made or read.
    #[error("{} cannot be used: {source}", path.display())]
    Io { path: PathBuf, source: std::io::Error },
    /// The key ring is not one.
    #[error("the key ring {} cannot be used: {source}", path.display())]
    KeyRing { path: PathBuf, source: KeyRingError },
    /// There is a database but no key ring: nothing in it could be read, and a new ring would hide that.
    #[error("{} is missing, but there is a database that was sealed with it; put the key ring back", .0.display())]
    KeyRingMissing(PathBuf),
}

/// A data directory this process holds until it is dropped.
#[derive(Debug)]
pub struct DataDir {
    path: PathBuf,
    _lock: File,
}

impl DataDir {
    /// Makes the directory if it is not there (mode 0700) and takes it for this process.
    ///
    /// # Errors
    /// [`DataDirError::InUse`] if another process has it, [`DataDirError::Io`] otherwise.
    pub fn open(path: &Path) -> Result<Self, DataDirError> {
        let fault = |path: &Path| {
            let path = path.to_owned();
            move |source| DataDirError::Io { path, source }
        };
        DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(fault(path))?;
        let lock_path = path.join(LOCK_FILE);
        let lock = private().read(true).write(true).create(true).truncate(false).open(&lock_path).map_err(fault(&lock_path))?;
        match rustix::fs::flock(&lock, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => Ok(Self { path: path.to_owned(), _lock: lock }),
            Err(rustix::io::Errno::WOULDBLOCK) => Err(DataDirError::InUse(path.to_owned())),
            Err(errno) => Err(DataDirError::Io { path: lock_path, source: errno.into() }),
        }
    }

    /// The name of the node that uses this directory: made once and kept, so that a node that starts again knows what it left
    /// undone. Nobody else has it, since nobody else holds the directory.
    ///
    /// # Errors
    /// [`DataDirError::Io`].
    pub fn node_name(&self) -> Result<String, DataDirError> {
        let path = self.path.join(NODE_FILE);
        let fault = |source| DataDirError::Io { path: path.clone(), source };
        let kept = std::fs::read_to_string(&path).unwrap_or_default();
        let is_name = kept.strip_prefix("node-").is_some_and(|id| id.len() == 32 && id.bytes().all(|b| b.is_ascii_hexdigit()));
        if is_name {
            return Ok(kept);
        }
        let name = format!("node-{:032x}", rand::random::<u128>());
        let mut file = private().write(true).create(true).truncate(true).open(&path).map_err(fault)?;
        file.write_all(name.as_bytes()).and_then(|()| file.sync_all()).map_err(fault)?;
        Ok(name)
    }

    /// That there is a key ring already, since there is a database that was sealed with one.
    ///
    /// # Errors
    /// [`DataDirError::KeyRingMissing`].
    pub fn require_key_ring(&self, file: &Path) -> Result<(), DataDirError> {
        let path = self.ring_path(file);
        if path.exists() { Ok(()) } else { Err(DataDirError::KeyRingMissing(path)) }
    }

    fn ring_path(&self, file: &Path) -> PathBuf {
        if file.as_os_str().is_empty() { self.path.join(KEY_RING_FILE) } else { file.to_owned() }
    }

    /// The key ring, in `file` or, if that is empty, in the data directory; made on first start (mode 0600).
    ///
    /// # Errors
    /// [`DataDirError::KeyRing`] for a file that is none, [`DataDirError::KeyRingMissing`] if only a database is there.
    pub fn key_ring(&self, file: &Path) -> Result<KeyRing, DataDirError> {
        let path = self.ring_path(file);
        let fault = |source| DataDirError::Io { path: path.clone(), source };
        if path.exists() {
            let text = std::fs::read_to_string(&path).map(Zeroizing::new).map_err(fault)?;
            return KeyRing::parse(&text).map_err(|source| DataDirError::KeyRing { path: path.clone(), source });
        }
        if self.path.join("proofsheet.db").exists() {
            return Err(DataDirError::KeyRingMissing(path));
        }
        let ring = KeyRing::generate();
        let mut file = private().write(true).create_new(true).open(&path).map_err(fault)?;
        file.write_all(ring.file_text().as_bytes()).and_then(|()| file.sync_all()).map_err(fault)?;
        Ok(ring)
    }
}

#[expect(clippy::disallowed_methods, reason = "the first start makes the key ring and the lock")]
fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.mode(0o600);
    options
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "tests keep their data in a temporary directory")]
mod tests {
    use super::*;

    #[test]
    fn one_process_at_a_time_and_the_ring_stays() {
        let path = std::env::temp_dir().join(format!("proofsheet-datadir-{}", std::process::id()));
        let dir = DataDir::open(&path).unwrap();
        assert!(matches!(DataDir::open(&path), Err(DataDirError::InUse(_))));
        let first = dir.key_ring(Path::new("")).unwrap().file_text();
        assert_eq!(*dir.key_ring(Path::new("")).unwrap().file_text(), *first);
        let node = dir.node_name().unwrap();
        assert_eq!(dir.node_name().unwrap(), node);
        std::fs::write(path.join(NODE_FILE), "node-half").unwrap();
        assert_ne!(dir.node_name().unwrap(), node, "what is no name is made anew");
        drop(dir);
        let dir = DataDir::open(&path).unwrap();
        std::fs::remove_file(path.join(KEY_RING_FILE)).unwrap();
        std::fs::write(path.join("proofsheet.db"), b"").unwrap();
        assert!(matches!(dir.key_ring(Path::new("")), Err(DataDirError::KeyRingMissing(_))));
        std::fs::remove_dir_all(path).unwrap();
    }
}
