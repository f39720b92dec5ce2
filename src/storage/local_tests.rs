//! What only a directory has: modes, leftovers, strangers.

use std::os::unix::fs::MetadataExt as _;

use super::super::conformance::{self, Bench};
use super::super::{Part, Store};
use super::*;
use crate::domain::{Product, Timestamp};

/// A directory of its own for each test, removed at its end.
struct Scratch(PathBuf);

impl Scratch {
    #[expect(clippy::disallowed_methods, reason = "tests of a directory need one")]
    fn new(test: &str) -> Self {
        let path = std::env::temp_dir().join(format!("proofsheet-storage-{}-{test}", std::process::id()));
        fs::remove_dir_all(&path).unwrap_or_default();
        Self(path)
    }

    fn settings(&self) -> Settings {
        Settings::new(self.objects())
    }

    fn objects(&self) -> PathBuf {
        self.0.join("objects")
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).unwrap_or_default();
    }
}

fn a_name() -> ObjectName {
    ObjectName::new(Product::Snapshot, Timestamp::from_epoch_millis(1_795_270_800_123), Part::Report)
}

#[tokio::test]
async fn a_directory_does_what_every_store_does() {
    let scratch = Scratch::new("conformance");
    let settings = Settings { parallel_max: 3, ..scratch.settings() };
    let store = Store::open(&settings).unwrap();
    let small = Store::open(&Settings { object_bytes_max: conformance::SMALL, ..scratch.settings() }).unwrap();
    let bench = Bench { store, small, wrong_secret: None, wrong_bucket: None };
    let gaps = [
        ("a_wrong_secret_is_refused", "a directory has no credentials"),
        ("a_missing_bucket_is_no_missing_object", "a directory is no bucket"),
        ("a_missing_bucket_takes_and_gives_nothing", "a directory is no bucket"),
        ("lifecycle_rules_are_set_and_read_back", "nothing but this program removes anything from a directory"),
    ];
    conformance::holds("a directory", &bench, &gaps).await;
}

#[tokio::test]
async fn folders_and_files_are_the_owners_alone() {
    let scratch = Scratch::new("modes");
    let store = Store::open(&scratch.settings()).unwrap();
    let name = a_name();
    store.put(&name, b"sealed".to_vec()).await.unwrap();
    let root = scratch.objects();
    let mode = |path: PathBuf| fs::metadata(path).unwrap().mode() & 0o777;
    for folder in ["", INCOMING, "v1", "v1/r07", "v1/r07/20261121"] {
        assert_eq!(mode(root.join(folder)), 0o700, "{folder}");
    }
    assert_eq!(mode(root.join(name.to_string())), 0o600);
    assert_eq!(sorted_entries(&root.join(INCOMING)).unwrap(), [] as [&str; 0]);
}

#[tokio::test]
async fn opening_removes_leftovers_and_empty_days_and_keeps_objects() {
    let scratch = Scratch::new("leftovers");
    let root = scratch.objects();
    let name = a_name();
    Store::open(&scratch.settings()).unwrap().put(&name, b"sealed".to_vec()).await.unwrap();
    write_flushed(&root.join(INCOMING).join("7"), b"half").unwrap();
    make_folders(&root.join("v1/r30/20260101")).unwrap();
    let store = Store::open(&scratch.settings()).unwrap();
    assert!(!root.join(INCOMING).join("7").exists());
    assert!(!root.join("v1/r30/20260101").exists());
    assert_eq!(store.get(&name).await.unwrap(), b"sealed");
}

#[tokio::test]
async fn files_that_are_no_objects_are_passed_over() {
    let scratch = Scratch::new("strangers");
    let store = Store::open(&scratch.settings()).unwrap();
    let name = a_name();
    store.put(&name, b"sealed".to_vec()).await.unwrap();
    let root = scratch.objects();
    write_flushed(&root.join("v1/r07/20261121/notes.txt"), b"x").unwrap();
    write_flushed(&root.join("v1/r07/notes.txt"), b"x").unwrap();
    assert_eq!(store.list(Prefix::All, None, 10).await.unwrap(), [name]);
}

#[tokio::test]
async fn too_large_is_refused_both_ways_and_leaves_nothing() {
    let scratch = Scratch::new("large");
    let small = Store::open(&Settings { object_bytes_max: 10, ..scratch.settings() }).unwrap();
    let name = a_name();
    let refused = small.put(&name, vec![0; 11]).await;
    assert!(matches!(refused, Err(StorageError::TooLarge { bytes: 11, bytes_max: 10, .. })), "{refused:?}");
    assert_eq!(small.list(Prefix::All, None, 10).await.unwrap(), []);
    Store::open(&scratch.settings()).unwrap().put(&name, vec![0; 11]).await.unwrap();
    assert!(matches!(small.get(&name).await, Err(StorageError::TooLarge { bytes: 11, .. })));
}

#[tokio::test]
async fn a_store_that_cannot_write_says_so_and_leaves_nothing() {
    let scratch = Scratch::new("blocked");
    let store = Store::open(&scratch.settings()).unwrap();
    let root = scratch.objects();
    // A file where the class's folder belongs.
    make_folders(&root.join("v1")).unwrap();
    write_flushed(&root.join("v1/r07"), b"in the way").unwrap();
    assert!(matches!(store.put(&a_name(), vec![1]).await, Err(StorageError::Io { action: "write an object", .. })));
    assert_eq!(sorted_entries(&root.join(INCOMING)).unwrap(), [] as [&str; 0]);
}
