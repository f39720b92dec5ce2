//! What every store must do: one suite of named cases, run on each kind of store and on each server we can start.
//!
//! A server may lack something; then its list of gaps names the case. A gap that has closed fails the suite, so that the list is
//! always the truth.

mod bounds;
mod bytes;
mod listing;
mod removal;

use std::pin::Pin;

use super::{ObjectName, Part, Prefix, Store};
use crate::domain::{Product, Timestamp};

/// The stores a case may use; all but `wrong_secret` and `wrong_bucket` keep the same objects.
#[derive(Debug, Clone)]
pub(super) struct Bench {
    /// As it is used.
    pub store: Store,
    /// The same objects, none larger than [`SMALL`] bytes.
    pub small: Store,
    /// With a secret that is not the right one; none for a store without credentials.
    pub wrong_secret: Option<Store>,
    /// A bucket that is not there; none for a store without buckets.
    pub wrong_bucket: Option<Store>,
}

/// Largest object of `Bench::small`.
pub(super) const SMALL: u64 = 10;

type Running = Pin<Box<dyn Future<Output = ()> + Send>>;

/// A case: its name and how it runs.
pub(super) type Case = (&'static str, fn(Bench) -> Running);

/// Async functions of this module's kind, as cases.
macro_rules! cases {
    ($($case:ident),* $(,)?) => {
        &[$((stringify!($case), |bench| Box::pin($case(bench)))),*]
    };
}
pub(super) use cases;

/// Runs all cases on an empty store, one after the other; each leaves it empty. Prints what was counted.
pub(super) async fn holds(server: &str, bench: &Bench, gaps: &[(&str, &str)]) {
    let all: Vec<Case> = [bytes::CASES, removal::CASES, listing::CASES, bounds::CASES].concat();
    for (gap, _) in gaps {
        assert!(all.iter().any(|(name, _)| name == gap), "there is no case {gap}");
    }
    let (mut passed, mut wrong) = (0, Vec::new());
    for (name, run) in &all {
        let ended = tokio::spawn(run(bench.clone())).await;
        let is_gap = gaps.iter().any(|(gap, _)| gap == name);
        match (ended, is_gap) {
            (Ok(()), false) => passed += 1,
            (Ok(()), true) => wrong.push(format!("{name} is listed as a gap and holds")),
            (Err(_), true) => clear(&bench.store).await,
            (Err(_), false) => {
                wrong.push(format!("{name} does not hold"));
                clear(&bench.store).await;
            }
        }
        let left = bench.store.list(Prefix::All, None, 10).await.unwrap();
        assert_eq!(left, [], "{name} left something");
    }
    println!("conformance on {server}: {} cases, {passed} hold, {} gaps", all.len(), gaps.len());
    for (gap, because) in gaps {
        println!("  gap: {gap} ({because})");
    }
    assert!(all.len() >= 30, "a suite of at least 30 cases");
    assert_eq!(wrong, Vec::<String>::new(), "{server}");
}

async fn clear(store: &Store) {
    let left = store.list(Prefix::All, None, 1000).await.unwrap();
    store.delete_many(&left).await.unwrap();
}

fn name(product: Product, millis: i64) -> ObjectName {
    ObjectName::new(product, Timestamp::from_epoch_millis(millis), Part::Report)
}

/// Some name.
fn a_name() -> ObjectName {
    name(Product::Snapshot, 1_795_270_800_123)
}

/// So many bytes, every value among them.
fn some_bytes(len: usize) -> Vec<u8> {
    (0..len).map(|at| (at % 256) as u8 ^ (at / 256 % 251) as u8).collect()
}

/// Puts one byte under each name.
async fn fill(store: &Store, names: &[ObjectName]) {
    futures_util::future::try_join_all(names.iter().map(|name| store.put(name, vec![7]))).await.unwrap();
}
