//! Names come in order, by class, in pages, each once.

use super::{Bench, Case, cases, fill, name};
use crate::domain::Product;
use crate::storage::{ObjectName, Prefix, Store};

pub(super) const CASES: &[Case] = cases![
    an_empty_store_lists_nothing,
    names_come_in_order,
    a_class_lists_its_own,
    days_follow_each_other,
    a_listing_goes_on_after_a_name,
    a_listing_goes_on_after_a_name_that_is_gone,
    nothing_comes_after_the_last,
    a_listing_has_no_more_than_was_asked_for,
    asking_for_none_gives_none,
    pages_meet_every_name_once,
    a_class_goes_on_within_itself,
    objects_put_meanwhile_do_not_stop_a_walk,
];

const DAY: i64 = 86_400_000;

/// Twelve names of all classes over four days, in order, each with an object.
async fn twelve(store: &Store) -> Vec<ObjectName> {
    let mut names: Vec<_> = (0..12).map(|i| name(Product::ALL[i % 3], DAY * (i as i64 % 4))).collect();
    fill(store, &names).await;
    names.sort_unstable();
    names
}

async fn an_empty_store_lists_nothing(bench: Bench) {
    assert_eq!(bench.store.list(Prefix::All, None, 10).await.unwrap(), []);
    assert_eq!(bench.store.list(Prefix::Class(Product::Snapshot), None, 10).await.unwrap(), []);
}

async fn names_come_in_order(bench: Bench) {
    let all = twelve(&bench.store).await;
    assert_eq!(bench.store.list(Prefix::All, None, 100).await.unwrap(), all);
    bench.store.delete_many(&all).await.unwrap();
}

async fn a_class_lists_its_own(bench: Bench) {
    let all = twelve(&bench.store).await;
    for product in Product::ALL {
        let start = format!("v1/{}/", product.retention_class());
        let own: Vec<_> = all.iter().filter(|name| name.to_string().starts_with(&start)).cloned().collect();
        assert_eq!(bench.store.list(Prefix::Class(product), None, 100).await.unwrap(), own, "{start}");
    }
    bench.store.delete_many(&all).await.unwrap();
}

async fn days_follow_each_other(bench: Bench) {
    let names: Vec<_> = [9, 10, 99, 100, 365, 1000].map(|day| name(Product::Portfolio, DAY * day)).to_vec();
    fill(&bench.store, &names).await;
    assert_eq!(bench.store.list(Prefix::All, None, 100).await.unwrap(), names);
    bench.store.delete_many(&names).await.unwrap();
}

async fn a_listing_goes_on_after_a_name(bench: Bench) {
    let all = twelve(&bench.store).await;
    assert_eq!(bench.store.list(Prefix::All, Some(&all[4]), 100).await.unwrap(), all[5..]);
    bench.store.delete_many(&all).await.unwrap();
}

async fn a_listing_goes_on_after_a_name_that_is_gone(bench: Bench) {
    let all = twelve(&bench.store).await;
    bench.store.delete(&all[4]).await.unwrap();
    assert_eq!(bench.store.list(Prefix::All, Some(&all[4]), 100).await.unwrap(), all[5..]);
    bench.store.delete_many(&all).await.unwrap();
}

async fn nothing_comes_after_the_last(bench: Bench) {
    let all = twelve(&bench.store).await;
    assert_eq!(bench.store.list(Prefix::All, all.last(), 100).await.unwrap(), []);
    bench.store.delete_many(&all).await.unwrap();
}

async fn a_listing_has_no_more_than_was_asked_for(bench: Bench) {
    let all = twelve(&bench.store).await;
    assert_eq!(bench.store.list(Prefix::All, None, 7).await.unwrap(), all[..7]);
    assert_eq!(bench.store.list(Prefix::All, None, 12).await.unwrap(), all);
    bench.store.delete_many(&all).await.unwrap();
}

async fn asking_for_none_gives_none(bench: Bench) {
    let all = twelve(&bench.store).await;
    assert_eq!(bench.store.list(Prefix::All, None, 0).await.unwrap(), []);
    bench.store.delete_many(&all).await.unwrap();
}

async fn walk(store: &Store, prefix: Prefix, page: usize) -> Vec<ObjectName> {
    let mut met: Vec<ObjectName> = Vec::new();
    loop {
        let names = store.list(prefix, met.last(), page).await.unwrap();
        assert!(names.len() <= page);
        if names.is_empty() {
            return met;
        }
        met.extend(names);
    }
}

async fn pages_meet_every_name_once(bench: Bench) {
    let all = twelve(&bench.store).await;
    for page in [1, 5, 12] {
        assert_eq!(walk(&bench.store, Prefix::All, page).await, all, "pages of {page}");
    }
    bench.store.delete_many(&all).await.unwrap();
}

async fn a_class_goes_on_within_itself(bench: Bench) {
    let all = twelve(&bench.store).await;
    let own: Vec<_> = all.iter().filter(|name| name.to_string().starts_with("v1/r14/")).cloned().collect();
    assert_eq!(walk(&bench.store, Prefix::Class(Product::Portfolio), 2).await, own);
    bench.store.delete_many(&all).await.unwrap();
}

async fn objects_put_meanwhile_do_not_stop_a_walk(bench: Bench) {
    let all = twelve(&bench.store).await;
    let first = bench.store.list(Prefix::All, None, 6).await.unwrap();
    let late = name(Product::Snapshot, 0);
    fill(&bench.store, std::slice::from_ref(&late)).await;
    let rest = bench.store.list(Prefix::All, first.last(), 100).await.unwrap();
    assert!(all.iter().all(|name| first.contains(name) || rest.contains(name)));
    bench.store.delete_many(&[all, vec![late]].concat()).await.unwrap();
}
