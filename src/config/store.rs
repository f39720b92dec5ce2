//! The object store's section: a directory by default, a bucket as soon as its endpoint is set.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::storage::{S3Settings, Secret, Settings};

/// The object store.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct StoreSection {
    /// Directory of the objects; empty: `objects` in the data directory.
    pub directory: PathBuf,
    /// Objects read or written at the same moment.
    pub parallel_max: usize,
    /// Seconds a finished report waits in memory for a store that does not take it.
    pub patience_secs: u64,
    /// A bucket instead of the directory, if its endpoint is set.
    pub s3: S3Settings,
}

impl Default for StoreSection {
    fn default() -> Self {
        Self {
            directory: PathBuf::new(),
            parallel_max: Settings::PARALLEL_MAX,
            patience_secs: Settings::PATIENCE.as_secs(),
            s3: S3Settings::default(),
        }
    }
}

impl StoreSection {
    /// Whether objects are kept in a bucket.
    pub fn is_bucket(&self) -> bool {
        !self.s3.endpoint.is_empty()
    }

    /// Everything in it that cannot be, one sentence each.
    pub(super) fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        if self.parallel_max == 0 {
            faults.push("store.parallel_max must be at least 1".to_owned());
        }
        if self.is_bucket() {
            faults.extend(self.s3.faults());
            if !self.directory.as_os_str().is_empty() {
                faults.push("store.directory and store.s3.endpoint exclude each other".to_owned());
            }
        } else if !self.s3.bucket.is_empty() || !self.s3.access_key_id.is_empty() {
            faults.push("store.s3.endpoint must be set for a bucket to be used".to_owned());
        }
        faults
    }

    /// Takes the secret from its file, if one is named.
    pub(super) fn read_secret(&mut self) -> Result<(), String> {
        let file = &self.s3.secret_access_key_file;
        if file.as_os_str().is_empty() {
            return Ok(());
        }
        if !self.s3.secret_access_key.is_empty() {
            return Err("store.s3.secret_access_key and store.s3.secret_access_key_file exclude each other".to_owned());
        }
        let text = std::fs::read_to_string(file).map(Zeroizing::new);
        let text = text.map_err(|error| format!("store.s3.secret_access_key_file {}: {error}", file.display()))?;
        self.s3.secret_access_key = Secret::new(text.trim());
        Ok(())
    }

    /// As `storage` takes them; `data` is the data directory.
    pub(super) fn settings(&self, data: &Path) -> Settings {
        let place = if self.is_bucket() {
            Settings::bucket(self.s3.clone())
        } else if self.directory.as_os_str().is_empty() {
            Settings::new(data.join("objects"))
        } else {
            Settings::new(self.directory.clone())
        };
        Settings { parallel_max: self.parallel_max, patience: Duration::from_secs(self.patience_secs), ..place }
    }
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "tests keep their data in a temporary directory")]
mod tests {
    use super::*;
    use crate::storage::Place;

    #[test]
    fn an_endpoint_makes_it_a_bucket() {
        let mut section = StoreSection::default();
        assert!(matches!(section.settings(Path::new("d")).place, Place::Directory(path) if path == Path::new("d/objects")));
        section.s3.bucket = "proofs".to_owned();
        assert_eq!(section.faults(), ["store.s3.endpoint must be set for a bucket to be used"]);
        section.s3.endpoint = "https://s3.example.org".to_owned();
        section.directory = PathBuf::from("/srv/objects");
        assert_eq!(section.faults().len(), 3, "{:?}", section.faults());
        assert!(matches!(section.settings(Path::new("d")).place, Place::Bucket(_)));
    }

    #[test]
    fn a_secret_comes_from_its_file() {
        let path = std::env::temp_dir().join(format!("proofsheet-secret-{}", std::process::id()));
        std::fs::write(&path, "from a file\n").unwrap();
        let mut section = StoreSection::default();
        section.s3.secret_access_key_file.clone_from(&path);
        section.read_secret().unwrap();
        assert_eq!(section.s3.secret_access_key, Secret::new("from a file"));
        assert!(section.read_secret().unwrap_err().contains("exclude"));
        std::fs::remove_file(&path).unwrap();
        section.s3.secret_access_key = Secret::default();
        assert!(section.read_secret().unwrap_err().contains("secret_access_key_file"));
    }
}
