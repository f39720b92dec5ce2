//! Open analyses on a real database and store, with a clock that stands still until it is moved. What needs workers is tried on
//! the running service.

use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::Notify;

use crate::db::tests::scratch::{NOON, ScratchDb, Tenant, scratch_directory};
use crate::db::{DbError, KEY_LIFE, NewPartial, PhotoState};
use crate::domain::{
    AgencyProfile, AnalysisId, AnalysisState, Clock as _, EventKind, FailureReason, ManualClock, Product, Timestamp,
};
use crate::ingest::Limits;
use crate::pipeline::recovery::Abandoned;
use crate::pipeline::{
    Accepted, AdmissionSettings, AnalysisRequest, CancelError, OpenError, Parts, Pipeline, Quota, SubmitError, Submitter,
    WorkerSettings, Workers,
};
use crate::storage::{self, ObjectName, Prefix, Store};
use crate::vault::{KeyRing, Vault};

const HOUR: Duration = Duration::from_secs(3600);
const TICK: Duration = Duration::from_millis(1);

struct Bench {
    scratch: ScratchDb,
    ours: Tenant,
    store: Store,
    clock: Arc<ManualClock>,
    pipeline: Pipeline,
    directory: std::path::PathBuf,
}

impl Drop for Bench {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.directory).ok();
    }
}

impl Bench {
    async fn new() -> Self {
        let (scratch, directory, clock) = (ScratchDb::open().await, scratch_directory(), ManualClock::starting_at(NOON));
        let ours = scratch.tenant().await;
        ours.endpoint(&[EventKind::AnalysisFailed]).await;
        let store = Store::open(&storage::Settings::new(directory.clone())).expect("a store");
        let pipeline = Pipeline::new(Parts {
            db: scratch.db.clone(),
            vault: Vault::new(KeyRing::generate()),
            store: store.clone(),
            clock: clock.clone(),
            workers: Workers::new(WorkerSettings::default(), Limits::default()),
            parallel: 1,
            admission: AdmissionSettings::default(),
            quota: Quota::default(),
            node: "node-b".to_owned(),
            runtime: Handle::current(),
            events: Arc::new(Notify::new()),
            verify_url: "http://localhost/verify".to_owned(),
        });
        Self { scratch, ours, store, clock, pipeline, directory }
    }

    async fn open(&self, key: Option<&str>) -> Result<Accepted, SubmitError> {
        let submitter =
            Submitter { agency: self.ours.agency.clone(), origin: self.ours.by_key(), profile: AgencyProfile::default() };
        let request = AnalysisRequest { product: Product::Snapshot, previews: true, reference: None, life_days: None };
        let once = key
            .map(|key| self.pipeline.once(&self.ours.agency, self.ours.key.as_str(), key).expect("its twin is not being read"));
        self.pipeline.open(submitter, request, once.as_ref()).await
    }

    async fn opened(&self) -> AnalysisId {
        self.open(None).await.expect("it opens").id
    }

    /// A photo in the hands of another node until `lease_until`; with its object already stored.
    async fn photo(&self, analysis: &AnalysisId, number: i32, lease_until: Timestamp) {
        let object = ObjectName::partial(self.clock.now());
        self.store.put(&object, b"sealed".to_vec()).await.expect("an object is stored");
        let new = NewPartial {
            analysis: analysis.clone(),
            number,
            size_bytes: 10,
            content_digest: [1; 32],
            object: object.to_string(),
            lease_owner: "node-a".to_owned(),
            lease_until,
            received_at: NOON,
        };
        let stored = self.scratch.db.as_agency(&self.ours.agency).write(move |tx| tx.insert_partial(&new)).await;
        assert_eq!(stored.expect("a photo is put"), 1);
    }

    async fn settle(&self, analysis: &AnalysisId, number: i32) -> Result<(), DbError> {
        let id = analysis.clone();
        let db = self.scratch.db.as_system();
        db.write(move |tx| tx.settle_partial(&id, number, 1, (PhotoState::Measured, None), NOON)).await
    }

    async fn state(&self, analysis: &AnalysisId) -> AnalysisState {
        let id = analysis.clone();
        let found = self.scratch.db.as_system().read(move |tx| tx.find_analysis_any(&id)).await;
        found.expect("it is looked up").expect("it is there").state
    }

    async fn objects(&self) -> usize {
        self.store.list(Prefix::All, None, 100).await.expect("a list").len()
    }

    async fn told(&self) -> usize {
        let far = self.clock.now().plus(HOUR);
        self.scratch.claim("test", far, far.plus(HOUR)).await.len()
    }
}

#[tokio::test]
async fn left_open_it_ends_at_its_hour_and_not_before() {
    let bench = Bench::new().await;
    let id = bench.opened().await;
    bench.photo(&id, 1, NOON.plus(Duration::from_secs(60))).await;
    bench.settle(&id, 1).await.expect("it is measured");
    bench.clock.advance(HOUR - TICK);
    assert_eq!(bench.pipeline.recover(Abandoned::LeaseEnded).await.expect("recovery"), 0);
    assert!(bench.pipeline.begin_photo(&bench.ours.agency, &id, 2, None).await.is_ok());
    assert_eq!((bench.state(&id).await, bench.objects().await), (AnalysisState::Open, 1));

    bench.clock.advance(TICK);
    let late = bench.pipeline.begin_photo(&bench.ours.agency, &id, 2, None).await.expect_err("its time is over");
    assert!(matches!(late, OpenError::NotOpen { state: AnalysisState::Open }), "{late}");
    let late = bench.pipeline.submit_open(&bench.ours.agency, &id, AgencyProfile::default()).await.expect_err("its time is over");
    assert!(matches!(late, OpenError::NotOpen { .. }), "{late}");
    assert_eq!(bench.pipeline.recover(Abandoned::LeaseEnded).await.expect("recovery"), 1);
    assert_eq!(bench.state(&id).await, AnalysisState::Failed(FailureReason::Deadline));
    assert_eq!((bench.objects().await, bench.told().await), (0, 1));
    let (agency, of) = (bench.ours.agency.clone(), id.clone());
    let open = bench.scratch.db.as_agency(&agency).read(move |tx| tx.find_open(&of)).await.expect("it is looked up");
    assert_eq!(open, None, "the key of the partial results is destroyed");
    assert_eq!(bench.pipeline.recover(Abandoned::LeaseEnded).await.expect("recovery"), 0, "once");
}

#[tokio::test]
async fn a_photo_in_flight_elsewhere_keeps_its_name_until_its_node_is_done_or_dead() {
    let bench = Bench::new().await;
    let id = bench.opened().await;
    let lease = Duration::from_secs(60);
    bench.photo(&id, 1, NOON.plus(lease)).await;
    bench.pipeline.cancel(&bench.ours.agency, &id).await.expect("it is cancelled");
    assert_eq!(bench.state(&id).await, AnalysisState::Failed(FailureReason::Cancelled));
    assert_eq!(bench.objects().await, 1, "node-a may be about to store it");
    assert!(matches!(bench.settle(&id, 1).await, Err(DbError::StaleFence { .. })), "node-a hears that nobody wants it");
    bench.clock.advance(lease);
    bench.pipeline.recover(Abandoned::LeaseEnded).await.expect("recovery");
    assert_eq!((bench.objects().await, bench.told().await), (0, 1), "node-a is dead: its object is found by its row");
}

#[tokio::test]
async fn a_lost_photo_is_missing_and_a_lost_node_ends_what_it_took() {
    let bench = Bench::new().await;
    let id = bench.opened().await;
    bench.photo(&id, 1, NOON.plus(TICK)).await;
    bench.photo(&id, 3, NOON.plus(HOUR)).await;
    let missing = bench.pipeline.submit_open(&bench.ours.agency, &id, AgencyProfile::default()).await.expect_err("2 is missing");
    assert!(matches!(missing, OpenError::PhotosMissing { ref numbers } if *numbers == [2]), "{missing}");
    bench.clock.advance(TICK);
    let missing = bench.pipeline.submit_open(&bench.ours.agency, &id, AgencyProfile::default()).await.expect_err("1 is lost");
    assert!(matches!(missing, OpenError::PhotosMissing { ref numbers } if *numbers == [1, 2]), "{missing}");
}

#[tokio::test]
async fn cancelled_on_another_node_the_holder_writes_nothing_more() {
    let bench = Bench::new().await;
    let id = bench.ours.analysis(bench.ours.by_key()).await;
    bench.pipeline.cancel(&bench.ours.agency, &id).await.expect("it is cancelled");
    bench.pipeline.cancel(&bench.ours.agency, &id).await.expect("again, nothing happens");
    let completion = bench.ours.completion(&id, Some(bench.ours.key.clone()));
    let stale = bench.scratch.db.as_system().write(move |tx| tx.complete_analysis(&completion)).await;
    assert!(matches!(stale, Err(DbError::StaleFence { .. })), "{stale:?}");
    assert_eq!((bench.state(&id).await, bench.told().await), (AnalysisState::Failed(FailureReason::Cancelled), 1));
    let theirs = bench.scratch.tenant().await;
    let foreign = bench.pipeline.cancel(&theirs.agency, &id).await;
    assert!(matches!(foreign, Err(CancelError::NotFound)));
}

#[tokio::test]
async fn a_row_whose_writing_was_never_answered_ends_as_if_its_node_were_gone() {
    let bench = Bench::new().await;
    let mut new = bench.ours.new_analysis(bench.ours.by_key());
    new.lease_owner = "node-b".to_owned();
    let id = new.id.clone();
    bench.scratch.db.as_agency(&bench.ours.agency).write(move |tx| tx.insert_analysis(&new)).await.expect("it is stored");
    bench.pipeline.renew_leases().await.expect("leases are renewed");
    bench.clock.advance(Duration::from_secs(60));
    assert_eq!(bench.pipeline.recover(Abandoned::LeaseEnded).await.expect("recovery"), 1);
    assert_eq!((bench.state(&id).await, bench.told().await), (AnalysisState::Failed(FailureReason::Interrupted), 1));
}

#[tokio::test]
async fn a_key_means_its_request_for_a_day_and_not_longer() {
    let bench = Bench::new().await;
    let first = bench.open(Some("k")).await.expect("it opens");
    bench.clock.advance(KEY_LIFE - TICK);
    let again = bench.open(Some("k")).await.expect("it is answered again");
    assert_eq!(again, Accepted { id: first.id.clone(), is_replay: true, is_test: false });
    bench.clock.advance(TICK);
    let next = bench.open(Some("k")).await.expect("it is new");
    assert!(!next.is_replay && next.id != first.id);

    let twin = bench.pipeline.once(&bench.ours.agency, bench.ours.key.as_str(), "k").expect("nobody sends it now");
    assert!(bench.pipeline.once(&bench.ours.agency, bench.ours.key.as_str(), "k").is_err());
    drop(twin);
    bench.clock.advance(KEY_LIFE);
    bench.pipeline.recover(Abandoned::LeaseEnded).await.expect("recovery");
    let cutoff = bench.clock.now();
    let left = bench.scratch.db.as_system().write(move |tx| tx.delete_key_uses_before(cutoff)).await.expect("a count");
    assert_eq!(left, 0, "the sweep has forgotten it");
}
