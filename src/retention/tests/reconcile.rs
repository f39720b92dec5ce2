//! Store and rows held against each other.

use super::*;

const HOUR: Duration = Retention::ORPHAN_AGE;

fn counted(seen: u64, orphans: u64, ghosts: u64) -> ReconcileCount {
    ReconcileCount { seen, orphans, kept: 0, ghosts }
}

#[tokio::test]
async fn objects_nobody_knows_are_removed_when_they_are_old_enough() {
    let bench = Bench::new(Settings::default()).await;
    let made = bench.report(7 * DAY).await;
    let orphan = ObjectName::new(Product::Portfolio, bench.clock.now(), Part::Report);
    bench.store.put(&orphan, vec![1]).await.unwrap();
    assert_eq!(bench.retention.reconcile(HOUR).await.unwrap(), counted(3, 0, 0));
    bench.clock.advance(HOUR);
    assert_eq!(bench.retention.reconcile(HOUR).await.unwrap(), counted(3, 1, 0));
    let mut left = bench.objects().await;
    left.sort_unstable_by_key(ObjectName::part);
    assert_eq!(left, made.objects);
}

#[tokio::test]
async fn a_live_report_without_its_object_is_counted_and_nothing_else_is() {
    let bench = Bench::new(Settings::default()).await;
    let (whole, broken, ended) = (bench.report(7 * DAY).await, bench.report(7 * DAY).await, bench.report(DAY).await);
    bench.store.delete(&broken.objects[1]).await.unwrap();
    bench.destroy(&ended.analysis).await.unwrap();
    assert_eq!(bench.retention.reconcile(HOUR).await.unwrap(), counted(3, 0, 1));
    assert_eq!(bench.stored(&broken).await.0.life, ReportLife::Live, "counted, not touched");
    assert!(bench.store.has(&whole.objects[0]).await.unwrap());
    bench.clock.advance(7 * DAY);
    assert_eq!(bench.retention.reconcile(HOUR).await.unwrap().ghosts, 0, "a report past its end misses nothing");
}

#[tokio::test]
async fn an_object_that_comes_back_after_its_end_goes_again() {
    let bench = Bench::new(Settings::default()).await;
    let made = bench.report(7 * DAY).await;
    bench.destroy(&made.analysis).await.unwrap();
    // A write whose answer was lost may arrive late.
    bench.store.put(&made.objects[0], vec![1]).await.unwrap();
    bench.clock.advance(HOUR);
    assert_eq!(bench.retention.reconcile(HOUR).await.unwrap(), counted(1, 1, 0));
    assert_eq!(bench.objects().await, []);
}

#[tokio::test]
async fn objects_on_the_list_of_the_sweep_are_left_to_the_sweep() {
    let bench = Bench::new(Settings::default()).await;
    let made = bench.report(DAY).await;
    let path = bench.folder.join("objects").join(made.objects[0].to_string());
    std::fs::remove_file(&path).unwrap();
    std::fs::create_dir(&path).unwrap();
    bench.destroy(&made.analysis).await.unwrap();
    std::fs::remove_dir(&path).unwrap();
    bench.store.put(&made.objects[0], vec![1]).await.unwrap();
    bench.clock.advance(DAY);
    assert_eq!(bench.retention.reconcile(HOUR).await.unwrap().orphans, 0);
    assert_eq!(bench.retention.sweep().await.unwrap().cleared, 1);
    assert_eq!(bench.objects().await, []);
}
