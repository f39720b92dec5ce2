//! What every store must do. Each kind of store runs this one suite.

use super::{ObjectName, Part, Prefix, StorageError, Store};
use crate::domain::{Product, Timestamp};

fn name(product: Product, millis: i64, part: Part) -> ObjectName {
    ObjectName::new(product, Timestamp::from_epoch_millis(millis), part)
}

/// Runs the suite on an empty store and leaves it empty.
pub(super) async fn holds(store: &Store) {
    gives_back_what_was_put(store).await;
    deletes_once_and_for_all(store).await;
    lists_in_order_and_pages(store).await;
    takes_many_at_once(store).await;
    assert_eq!(store.list(Prefix::All, None, 10).await.unwrap(), [], "left empty");
}

async fn gives_back_what_was_put(store: &Store) {
    let missing = name(Product::Snapshot, 1, Part::Report);
    assert!(matches!(store.get(&missing).await, Err(StorageError::NotFound { name }) if name == missing));
    for len in [0, 1, 4096, 1_000_003] {
        let name = name(Product::Snapshot, 1, Part::Report);
        let bytes: Vec<u8> = (0..len).map(|i| (i % 253) as u8).collect();
        store.put(&name, bytes.clone()).await.unwrap();
        assert_eq!(store.get(&name).await.unwrap(), bytes, "{len} bytes");
        store.put(&name, b"again".to_vec()).await.unwrap();
        assert_eq!(store.get(&name).await.unwrap(), b"again", "the same name again replaces");
        store.delete(&name).await.unwrap();
    }
}

async fn deletes_once_and_for_all(store: &Store) {
    let (kept, gone) = (name(Product::Portfolio, 5, Part::Report), name(Product::Portfolio, 5, Part::Result));
    store.put(&kept, vec![1]).await.unwrap();
    store.put(&gone, vec![2]).await.unwrap();
    store.delete(&gone).await.unwrap();
    store.delete(&gone).await.unwrap();
    assert!(matches!(store.get(&gone).await, Err(StorageError::NotFound { .. })));
    assert_eq!(store.get(&kept).await.unwrap(), [1], "its neighbor stays");
    store.delete(&kept).await.unwrap();
    store.delete(&name(Product::Provenance, 5, Part::Report)).await.unwrap();
}

async fn lists_in_order_and_pages(store: &Store) {
    const DAY: i64 = 86_400_000;
    let mut all: Vec<ObjectName> = (0..12).map(|i| name(Product::ALL[i % 3], DAY * (i as i64 % 4), Part::ALL[i % 2])).collect();
    for name in &all {
        store.put(name, vec![0; 3]).await.unwrap();
    }
    all.sort_unstable();
    assert_eq!(store.list(Prefix::All, None, 100).await.unwrap(), all);
    let snapshots: Vec<ObjectName> = all.iter().filter(|name| name.to_string().starts_with("v1/r07/")).cloned().collect();
    assert_eq!(store.list(Prefix::Class(Product::Snapshot), None, 100).await.unwrap(), snapshots);
    let mut paged: Vec<ObjectName> = Vec::new();
    loop {
        let page = store.list(Prefix::All, paged.last(), 5).await.unwrap();
        assert!(page.len() <= 5);
        if page.is_empty() {
            break;
        }
        paged.extend(page);
    }
    assert_eq!(paged, all);
    for name in &all {
        store.delete(name).await.unwrap();
    }
}

async fn takes_many_at_once(store: &Store) {
    let names: Vec<ObjectName> = (0..40).map(|i| name(Product::Snapshot, i * 10_000_000, Part::Report)).collect();
    let puts = names.iter().map(|name| store.put(name, name.to_string().into_bytes()));
    futures_util::future::try_join_all(puts).await.unwrap();
    for name in &names {
        assert_eq!(store.get(name).await.unwrap(), name.to_string().into_bytes());
    }
    futures_util::future::try_join_all(names.iter().map(|name| store.delete(name))).await.unwrap();
}
