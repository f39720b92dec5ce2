//! What was deleted is gone, and nothing else.

use super::{Bench, Case, a_name, cases, fill, name};
use crate::domain::{Product, Timestamp};
use crate::storage::{ObjectName, Part, Prefix, StorageError};

pub(super) const CASES: &[Case] = cases![
    a_deleted_object_is_not_found,
    deleting_what_is_not_there_is_fine,
    deleting_twice_is_fine,
    a_neighbor_stays,
    many_are_deleted_at_once,
    many_with_some_missing,
    many_of_none,
    many_leave_the_others,
    more_than_a_request_holds,
    deleted_objects_are_listed_no_more,
];

async fn a_deleted_object_is_not_found(bench: Bench) {
    let name = a_name();
    bench.store.put(&name, vec![1]).await.unwrap();
    bench.store.delete(&name).await.unwrap();
    assert!(matches!(bench.store.get(&name).await, Err(StorageError::NotFound { .. })));
}

async fn deleting_what_is_not_there_is_fine(bench: Bench) {
    bench.store.delete(&name(Product::Provenance, 5)).await.unwrap();
}

async fn deleting_twice_is_fine(bench: Bench) {
    let name = a_name();
    bench.store.put(&name, vec![1]).await.unwrap();
    bench.store.delete(&name).await.unwrap();
    bench.store.delete(&name).await.unwrap();
}

async fn a_neighbor_stays(bench: Bench) {
    let born = Timestamp::from_epoch_millis(5);
    let [kept, gone] = [Part::Report, Part::Result].map(|part| ObjectName::new(Product::Portfolio, born, part));
    fill(&bench.store, &[kept.clone(), gone.clone()]).await;
    bench.store.delete(&gone).await.unwrap();
    assert_eq!(bench.store.get(&kept).await.unwrap(), [7]);
    bench.store.delete(&kept).await.unwrap();
}

async fn many_are_deleted_at_once(bench: Bench) {
    let names: Vec<_> = (0..25).map(|i| name(Product::ALL[i % 3], 1_000_000_000 * i as i64)).collect();
    fill(&bench.store, &names).await;
    assert_eq!(bench.store.delete_many(&names).await.unwrap(), []);
    for name in &names {
        assert!(!bench.store.has(name).await.unwrap(), "{name}");
    }
}

async fn many_with_some_missing(bench: Bench) {
    let names: Vec<_> = (0..6).map(|i| name(Product::Snapshot, i)).collect();
    fill(&bench.store, &names[..3]).await;
    assert_eq!(bench.store.delete_many(&names).await.unwrap(), []);
    assert_eq!(bench.store.delete_many(&names).await.unwrap(), [], "and again");
}

async fn many_of_none(bench: Bench) {
    assert_eq!(bench.store.delete_many(&[]).await.unwrap(), []);
}

async fn many_leave_the_others(bench: Bench) {
    let names: Vec<_> = (0..6).map(|i| name(Product::Snapshot, i)).collect();
    fill(&bench.store, &names).await;
    bench.store.delete_many(&names[..4]).await.unwrap();
    assert_eq!(bench.store.list(Prefix::All, None, 10).await.unwrap(), names[4..]);
    bench.store.delete_many(&names[4..]).await.unwrap();
}

async fn more_than_a_request_holds(bench: Bench) {
    // Two of them are there: the first and the last.
    let names: Vec<_> = (0..1003).map(|i| name(Product::Snapshot, i)).collect();
    fill(&bench.store, &[names[0].clone(), names[1002].clone()]).await;
    assert_eq!(bench.store.delete_many(&names).await.unwrap(), []);
    assert_eq!(bench.store.list(Prefix::All, None, 10).await.unwrap(), []);
}

async fn deleted_objects_are_listed_no_more(bench: Bench) {
    let names: Vec<_> = (0..3).map(|i| name(Product::Snapshot, i)).collect();
    fill(&bench.store, &names).await;
    bench.store.delete(&names[1]).await.unwrap();
    let left = [names[0].clone(), names[2].clone()];
    assert_eq!(bench.store.list(Prefix::All, None, 10).await.unwrap(), left);
    bench.store.delete_many(&left).await.unwrap();
}
