//! What is too large, not allowed or set by somebody else.

use super::{Bench, Case, SMALL, a_name, cases};
use crate::storage::{LifecycleState, Prefix, StorageError};

pub(super) const CASES: &[Case] = cases![
    too_large_to_put_is_refused_and_leaves_nothing,
    too_large_to_get_is_refused,
    as_large_as_allowed_is_taken,
    a_wrong_secret_is_refused,
    a_missing_bucket_is_no_missing_object,
    a_missing_bucket_takes_and_gives_nothing,
    lifecycle_rules_are_set_and_read_back,
];

async fn too_large_to_put_is_refused_and_leaves_nothing(bench: Bench) {
    let name = a_name();
    let refused = bench.small.put(&name, vec![0; 11]).await;
    assert!(matches!(refused, Err(StorageError::TooLarge { bytes: 11, bytes_max: SMALL, .. })), "{refused:?}");
    assert_eq!(bench.store.list(Prefix::All, None, 10).await.unwrap(), []);
}

async fn too_large_to_get_is_refused(bench: Bench) {
    let name = a_name();
    bench.store.put(&name, vec![0; 11]).await.unwrap();
    let refused = bench.small.get(&name).await;
    bench.store.delete(&name).await.unwrap();
    assert!(matches!(refused, Err(StorageError::TooLarge { bytes: 11, bytes_max: SMALL, .. })), "{refused:?}");
}

async fn as_large_as_allowed_is_taken(bench: Bench) {
    let name = a_name();
    bench.small.put(&name, vec![3; 10]).await.unwrap();
    assert_eq!(bench.small.get(&name).await.unwrap(), [3; 10]);
    bench.store.delete(&name).await.unwrap();
}

async fn a_wrong_secret_is_refused(bench: Bench) {
    let store = bench.wrong_secret.expect("a store with credentials");
    let name = a_name();
    for refused in [store.put(&name, vec![1]).await, store.get(&name).await.map(drop), store.delete(&name).await] {
        let Err(error @ StorageError::Refused { status: 401 | 403, .. }) = refused else { panic!("{refused:?}") };
        assert!(!error.to_string().contains("wrong"), "no credential is told: {error}");
    }
    assert!(matches!(store.list(Prefix::All, None, 1).await, Err(StorageError::Refused { .. })));
}

async fn a_missing_bucket_is_no_missing_object(bench: Bench) {
    let store = bench.wrong_bucket.expect("a store with buckets");
    let listed = store.list(Prefix::All, None, 1).await;
    assert!(matches!(&listed, Err(StorageError::Refused { status: 404, .. })), "{listed:?}");
}

async fn a_missing_bucket_takes_and_gives_nothing(bench: Bench) {
    let store = bench.wrong_bucket.expect("a store with buckets");
    let read = store.get(&a_name()).await;
    assert!(matches!(&read, Err(StorageError::Refused { .. })), "{read:?}");
    let put = store.put(&a_name(), vec![1]).await;
    assert!(matches!(&put, Err(StorageError::Refused { .. })), "{put:?}");
}

async fn lifecycle_rules_are_set_and_read_back(bench: Bench) {
    let set = bench.store.apply_lifecycle().await.unwrap();
    assert_eq!(set, LifecycleState::Bucket { missing: Vec::new(), others: 0 });
    assert_eq!(bench.store.lifecycle().await.unwrap(), set);
}
