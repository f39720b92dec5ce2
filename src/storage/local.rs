//! Objects as files: folders 0700, files 0600, written whole or not at all.
//!
//! An object is written to `.incoming/`, flushed to the disk, renamed to its place, and the folder flushed; a crash in between
//! leaves at most a file in `.incoming/`, which the next start removes.

use std::fs::{self, DirBuilder, File, Permissions};
use std::io::{ErrorKind, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::Semaphore;

use super::{ObjectName, Prefix, Settings, StorageError};

const INCOMING: &str = ".incoming";
const FOLDER_MODE: u32 = 0o700;
const FILE_MODE: u32 = 0o600;

/// A directory of objects.
#[derive(Debug, Clone)]
pub struct LocalStore {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    root: PathBuf,
    object_bytes_max: u64,
    patience: Duration,
    /// Bounds the blocking threads that file work may take.
    slots: Arc<Semaphore>,
    /// Numbers the files in `.incoming/`.
    incoming_count: AtomicU64,
}

fn failed(action: &'static str) -> impl Fn(std::io::Error) -> StorageError {
    move |source| StorageError::Io { action, source }
}

impl LocalStore {
    pub(super) fn open(directory: &Path, settings: &Settings) -> Result<Self, StorageError> {
        let root = directory.to_owned();
        let cannot = failed("open its directory");
        make_folders(&root).map_err(&cannot)?;
        fs::set_permissions(&root, Permissions::from_mode(FOLDER_MODE)).map_err(&cannot)?;
        let incoming = root.join(INCOMING);
        make_folders(&incoming).map_err(&cannot)?;
        for entry in fs::read_dir(&incoming).map_err(&cannot)? {
            fs::remove_file(entry.map_err(&cannot)?.path()).map_err(&cannot)?;
        }
        remove_empty_days(&root).map_err(&cannot)?;
        let shared = Shared {
            root,
            object_bytes_max: settings.object_bytes_max,
            patience: settings.patience,
            slots: Arc::new(Semaphore::new(settings.parallel_max.max(1))),
            incoming_count: AtomicU64::new(0),
        };
        Ok(Self { shared: Arc::new(shared) })
    }

    pub(super) fn patience(&self) -> Duration {
        self.shared.patience
    }

    pub(super) async fn put(&self, name: &ObjectName, bytes: Bytes) -> Result<(), StorageError> {
        let name = name.clone();
        self.blocking(move |shared| shared.put(&name, &bytes)).await
    }

    pub(super) async fn get(&self, name: &ObjectName) -> Result<Vec<u8>, StorageError> {
        let name = name.clone();
        self.blocking(move |shared| shared.get(&name)).await
    }

    pub(super) async fn has(&self, name: &ObjectName) -> Result<bool, StorageError> {
        let name = name.clone();
        self.blocking(move |shared| {
            shared.root.join(name.folder()).join(name.file()).try_exists().map_err(failed("look for an object"))
        })
        .await
    }

    pub(super) async fn delete_many(&self, names: &[ObjectName]) -> Result<Vec<ObjectName>, StorageError> {
        let mut kept = Vec::new();
        for name in names {
            if let Err(error) = self.delete(name).await {
                tracing::warn!(%error, object = %name, "an object stays");
                kept.push(name.clone());
            }
        }
        Ok(kept)
    }

    pub(super) async fn delete(&self, name: &ObjectName) -> Result<(), StorageError> {
        let name = name.clone();
        self.blocking(move |shared| shared.delete(&name)).await
    }

    pub(super) async fn list(
        &self,
        prefix: Prefix,
        after: Option<&ObjectName>,
        limit: usize,
    ) -> Result<Vec<ObjectName>, StorageError> {
        let after = after.cloned();
        self.blocking(move |shared| shared.list(prefix, after.as_ref(), limit)).await
    }

    #[expect(clippy::disallowed_methods, reason = "bounded by `slots`: at most parallel_max threads do file work")]
    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Shared) -> Result<T, StorageError> + Send + 'static,
    ) -> Result<T, StorageError> {
        let slot = Arc::clone(&self.shared.slots).acquire_owned().await.map_err(|_| StorageError::Stopped)?;
        let shared = Arc::clone(&self.shared);
        tokio::task::spawn_blocking(move || {
            let _slot = slot;
            work(&shared)
        })
        .await
        .map_err(|_| StorageError::Stopped)?
    }
}

impl Shared {
    fn check_size(&self, name: &ObjectName, bytes: u64) -> Result<(), StorageError> {
        if bytes > self.object_bytes_max {
            return Err(StorageError::TooLarge { name: name.clone(), bytes, bytes_max: self.object_bytes_max });
        }
        Ok(())
    }

    fn put(&self, name: &ObjectName, bytes: &[u8]) -> Result<(), StorageError> {
        self.check_size(name, bytes.len() as u64)?;
        let number = self.incoming_count.fetch_add(1, Ordering::Relaxed);
        let incoming = self.root.join(INCOMING).join(number.to_string());
        let written = write_flushed(&incoming, bytes).and_then(|()| self.move_in(name, &incoming));
        written.map_err(|source| {
            // The first error is the one to tell; a file that stays behind goes at the next start.
            fs::remove_file(&incoming).unwrap_or_default();
            StorageError::Io { action: "write an object", source }
        })
    }

    fn move_in(&self, name: &ObjectName, incoming: &Path) -> std::io::Result<()> {
        let folder = self.root.join(name.folder());
        make_folders(&folder)?;
        fs::rename(incoming, folder.join(name.file()))?;
        flush_folder(&folder)
    }

    fn get(&self, name: &ObjectName) -> Result<Vec<u8>, StorageError> {
        let cannot = failed("read an object");
        let file = match File::open(self.root.join(name.folder()).join(name.file())) {
            Ok(file) => file,
            Err(source) if source.kind() == ErrorKind::NotFound => return Err(StorageError::NotFound { name: name.clone() }),
            Err(source) => return Err(cannot(source)),
        };
        let size = file.metadata().map_err(&cannot)?.len();
        self.check_size(name, size)?;
        let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or(0));
        file.take(self.object_bytes_max).read_to_end(&mut bytes).map_err(&cannot)?;
        Ok(bytes)
    }

    fn delete(&self, name: &ObjectName) -> Result<(), StorageError> {
        let folder = self.root.join(name.folder());
        match fs::remove_file(folder.join(name.file())) {
            Ok(()) => flush_folder(&folder).map_err(failed("delete an object")),
            Err(source) if source.kind() == ErrorKind::NotFound => Ok(()),
            Err(source) => Err(failed("delete an object")(source)),
        }
    }

    fn list(&self, prefix: Prefix, after: Option<&ObjectName>, limit: usize) -> Result<Vec<ObjectName>, StorageError> {
        let cannot = failed("list its objects");
        let mut names = Vec::new();
        for class in prefix.classes() {
            let class_path = format!("{}/{class}", Prefix::version());
            for day in sorted_entries(&self.root.join(&class_path)).map_err(&cannot)? {
                let day_path = format!("{class_path}/{day}");
                if after.is_some_and(|after| day_path < after.folder()) {
                    continue;
                }
                for file in sorted_entries(&self.root.join(&day_path)).map_err(&cannot)? {
                    let Ok(name) = format!("{day_path}/{file}").parse::<ObjectName>() else { continue };
                    if names.len() == limit {
                        return Ok(names);
                    }
                    if after.is_none_or(|after| name > *after) {
                        names.push(name);
                    }
                }
            }
        }
        Ok(names)
    }
}

/// The UTF-8 names in a folder, ascending; none if there is no such folder.
fn sorted_entries(folder: &Path) -> std::io::Result<Vec<String>> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut names = Vec::new();
    for entry in entries {
        names.extend(entry?.file_name().into_string().ok());
    }
    names.sort_unstable();
    Ok(names)
}

#[expect(clippy::disallowed_methods, reason = "the one place that writes objects; they are sealed before they come here")]
fn write_flushed(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut file = File::options().write(true).create_new(true).mode(FILE_MODE).open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Makes the folder and those above it (0700), flushing each parent so that a new folder survives a power loss.
fn make_folders(folder: &Path) -> std::io::Result<()> {
    if folder.as_os_str().is_empty() || folder.is_dir() {
        return Ok(());
    }
    let parent = folder.parent();
    if let Some(parent) = parent {
        make_folders(parent)?;
    }
    match DirBuilder::new().mode(FOLDER_MODE).create(folder) {
        Ok(()) => parent.filter(|parent| !parent.as_os_str().is_empty()).map_or(Ok(()), flush_folder),
        // Somebody else was faster, which is as good.
        Err(error) if error.kind() == ErrorKind::AlreadyExists && folder.is_dir() => Ok(()),
        Err(error) => Err(error),
    }
}

fn flush_folder(folder: &Path) -> std::io::Result<()> {
    File::open(folder)?.sync_all()
}

/// Days whose objects are all gone. Only at start, when nobody is about to write into one.
fn remove_empty_days(root: &Path) -> std::io::Result<()> {
    let versioned = root.join(Prefix::version());
    for class in sorted_entries(&versioned)? {
        for day in sorted_entries(&versioned.join(&class))? {
            match fs::remove_dir(versioned.join(&class).join(day)) {
                Err(error) if !matches!(error.kind(), ErrorKind::DirectoryNotEmpty | ErrorKind::NotADirectory) => {
                    return Err(error);
                }
                _ => {}
            }
        }
    }
    Ok(())
}

#[cfg(test)]
#[path = "local_tests.rs"]
mod tests;
