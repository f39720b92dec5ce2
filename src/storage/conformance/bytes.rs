//! What was put is given back.

use super::{Bench, Case, a_name, cases, name, some_bytes};
use crate::domain::Product;
use crate::storage::StorageError;

pub(super) const CASES: &[Case] = cases![
    what_was_never_put_is_not_found,
    nothing_is_kept_and_given_back,
    one_byte,
    a_page_of_memory,
    a_block_of_sealing_and_one_byte,
    a_million_bytes_and_some,
    eight_mebibytes,
    every_byte_value,
    bytes_that_look_like_markup,
    the_same_name_again_replaces,
    a_shorter_object_replaces_a_longer_one,
    nothing_replaces_something,
    what_was_put_is_there,
    what_was_never_put_is_not_there,
    put_after_delete,
    forty_at_the_same_moment,
    one_read_by_many_at_the_same_moment,
    one_name_written_by_many_ends_whole,
    patience_puts_at_once_where_nothing_is_wrong,
];

async fn comes_back(bench: &Bench, bytes: Vec<u8>) {
    let name = a_name();
    bench.store.put(&name, bytes.clone()).await.unwrap();
    assert!(bench.store.get(&name).await.unwrap() == bytes, "{} bytes", bytes.len());
    bench.store.delete(&name).await.unwrap();
}

async fn what_was_never_put_is_not_found(bench: Bench) {
    let missing = a_name();
    let answer = bench.store.get(&missing).await;
    assert!(matches!(&answer, Err(StorageError::NotFound { name }) if *name == missing), "{answer:?}");
}

async fn nothing_is_kept_and_given_back(bench: Bench) {
    comes_back(&bench, Vec::new()).await;
}

async fn one_byte(bench: Bench) {
    comes_back(&bench, vec![0]).await;
}

async fn a_page_of_memory(bench: Bench) {
    comes_back(&bench, some_bytes(4096)).await;
}

async fn a_block_of_sealing_and_one_byte(bench: Bench) {
    comes_back(&bench, some_bytes(65_537)).await;
}

async fn a_million_bytes_and_some(bench: Bench) {
    comes_back(&bench, some_bytes(1_000_003)).await;
}

async fn eight_mebibytes(bench: Bench) {
    comes_back(&bench, some_bytes(8 * 1024 * 1024)).await;
}

async fn every_byte_value(bench: Bench) {
    comes_back(&bench, (0..=255).rev().collect()).await;
}

async fn bytes_that_look_like_markup(bench: Bench) {
    comes_back(&bench, b"<?xml version=\"1.0\"?><Error><Code>NoSuchKey</Code></Error>\r\n0\r\n\r\n".to_vec()).await;
}

async fn replaced(bench: &Bench, first: Vec<u8>, second: Vec<u8>) {
    let name = a_name();
    bench.store.put(&name, first).await.unwrap();
    bench.store.put(&name, second.clone()).await.unwrap();
    assert!(bench.store.get(&name).await.unwrap() == second);
    bench.store.delete(&name).await.unwrap();
}

async fn the_same_name_again_replaces(bench: Bench) {
    replaced(&bench, b"first".to_vec(), b"again".to_vec()).await;
}

async fn a_shorter_object_replaces_a_longer_one(bench: Bench) {
    replaced(&bench, some_bytes(10_000), some_bytes(10)).await;
}

async fn nothing_replaces_something(bench: Bench) {
    replaced(&bench, some_bytes(100), Vec::new()).await;
}

async fn what_was_put_is_there(bench: Bench) {
    let name = a_name();
    bench.store.put(&name, vec![1]).await.unwrap();
    assert!(bench.store.has(&name).await.unwrap());
    bench.store.delete(&name).await.unwrap();
    assert!(!bench.store.has(&name).await.unwrap());
}

async fn what_was_never_put_is_not_there(bench: Bench) {
    assert!(!bench.store.has(&a_name()).await.unwrap());
}

async fn put_after_delete(bench: Bench) {
    let name = a_name();
    bench.store.put(&name, vec![1]).await.unwrap();
    bench.store.delete(&name).await.unwrap();
    bench.store.put(&name, vec![2, 3]).await.unwrap();
    assert_eq!(bench.store.get(&name).await.unwrap(), [2, 3]);
    bench.store.delete(&name).await.unwrap();
}

async fn forty_at_the_same_moment(bench: Bench) {
    let store = &bench.store;
    let names: Vec<_> = (0..40).map(|i| name(Product::Snapshot, i * 10_000_000)).collect();
    let puts = names.iter().map(|name| store.put(name, name.to_string().into_bytes()));
    futures_util::future::try_join_all(puts).await.unwrap();
    let read = futures_util::future::try_join_all(names.iter().map(|name| store.get(name))).await.unwrap();
    assert!(read.iter().zip(&names).all(|(bytes, name)| *bytes == name.to_string().into_bytes()));
    futures_util::future::try_join_all(names.iter().map(|name| store.delete(name))).await.unwrap();
}

async fn one_read_by_many_at_the_same_moment(bench: Bench) {
    let (name, bytes) = (a_name(), some_bytes(100_000));
    bench.store.put(&name, bytes.clone()).await.unwrap();
    let reads = futures_util::future::try_join_all((0..20).map(|_| bench.store.get(&name))).await.unwrap();
    assert!(reads.iter().all(|read| *read == bytes));
    bench.store.delete(&name).await.unwrap();
}

async fn one_name_written_by_many_ends_whole(bench: Bench) {
    let name = a_name();
    let puts = (0..8_u8).map(|value| bench.store.put(&name, vec![value; 50_000]));
    futures_util::future::try_join_all(puts).await.unwrap();
    let read = bench.store.get(&name).await.unwrap();
    assert!(read.len() == 50_000 && read.iter().all(|byte| *byte == read[0]), "one of them, and all of it");
    bench.store.delete(&name).await.unwrap();
}

async fn patience_puts_at_once_where_nothing_is_wrong(bench: Bench) {
    let name = a_name();
    bench.store.put_patiently(&name, vec![5]).await.unwrap();
    assert_eq!(bench.store.get(&name).await.unwrap(), [5]);
    bench.store.delete(&name).await.unwrap();
}
