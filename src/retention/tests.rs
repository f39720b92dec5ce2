//! The end of reports against a real database and a real store; time stands still until it is moved.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::*;
use crate::db::tests::scratch::ScratchDb;
use crate::db::{
    Completion, DbError, DeliveryState, DueClaim, Failure, NewAgency, NewAnalysis, NewApiKey, NewEndpoint, NewReport, Origin,
    ReportObject, ReportRecord, WrappedKeyColumns,
};
use crate::domain::event::AnalysisFacts;
use crate::domain::{
    AgencyId, AnalysisId, AnalysisState, ApiKeyId, Clock as _, DeletionCause, EndpointId, Event, EventKind, FailureReason,
    ManualClock, Product, ReportId, ReportLife, ScopeSet, Timestamp,
};
use crate::storage::{self, ObjectName, Part, Prefix, StorageError};
use crate::vault::{KeyRing, ReportKey, WrappedKey, seal_object};

mod reconcile;

const START: Timestamp = Timestamp::from_epoch_millis(1_795_270_800_000);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

struct Bench {
    db: Db,
    vault: Vault,
    store: Store,
    clock: Arc<ManualClock>,
    agency: AgencyId,
    key: ApiKeyId,
    retention: Retention,
    folder: PathBuf,
    scratch: ScratchDb,
}

struct Made {
    analysis: AnalysisId,
    report: ReportId,
    objects: [ObjectName; 2],
    wrapped: WrappedKey,
}

impl Bench {
    async fn new(settings: Settings) -> Self {
        let clock = ManualClock::starting_at(START);
        let (agency, key) = (AgencyId::generate(START), ApiKeyId::generate(START));
        let scratch = ScratchDb::open().await;
        let (db, folder) = (scratch.db.clone(), scratch.directory.clone());
        let new = NewAgency { id: agency.clone(), name_sealed: vec![1], created_at: START };
        db.as_system().write(move |tx| tx.insert_agency(&new)).await.unwrap();
        let new = NewApiKey {
            id: key.clone(),
            label_sealed: vec![1],
            prefix: "ps_live_abcd".to_owned(),
            hash: [7; 32],
            scopes: ScopeSet::default(),
            created_by: None,
            created_at: START,
            expires_at: None,
            is_test: false,
            networks_sealed: None,
            created_by_key: None,
        };
        db.as_agency(&agency).write(move |tx| tx.insert_api_key(&new)).await.unwrap();
        let vault = Vault::new(KeyRing::generate());
        let store = Store::open(&storage::Settings::new(folder.join("objects"))).unwrap();
        let retention = Retention::with_settings(db.clone(), vault.clone(), store.clone(), clock.clone(), settings);
        Self { db, vault, store, clock, agency, key, retention, folder, scratch }
    }

    async fn running(&self) -> AnalysisId {
        let id = AnalysisId::generate(self.clock.now());
        let new = NewAnalysis {
            id: id.clone(),
            origin: Origin::ApiKey(self.key.clone()),
            product: Product::Snapshot,
            previews: true,
            reference_sealed: Some(b"sealed reference".to_vec()),
            reference_digest: None,
            life_ms: 7 * 86_400_000,
            photos: vec![1000, 2000],
            state: AnalysisState::Processing,
            retry_of: None,
            lease_owner: "test".to_owned(),
            lease_until: self.clock.now().plus(DAY),
            created_at: self.clock.now(),
        };
        self.db.as_agency(&self.agency).write(move |tx| tx.insert_analysis(&new)).await.unwrap();
        id
    }

    fn facts(&self, analysis: &AnalysisId) -> AnalysisFacts {
        AnalysisFacts {
            agency: self.agency.clone(),
            api_key: Some(self.key.clone()),
            analysis: analysis.clone(),
            sequence: 1,
            photo_count: 2,
            is_test: false,
        }
    }

    async fn failed(&self) -> AnalysisId {
        let analysis = self.running().await;
        let now = self.clock.now();
        let reason = FailureReason::NoUsablePhoto;
        let event = Event::failed(&self.facts(&analysis), reason, now);
        let failure = Failure { analysis: analysis.clone(), fence: 1, reason, event, now };
        self.db.as_system().write(move |tx| tx.fail_analysis(&failure)).await.unwrap();
        analysis
    }

    /// A report that lives for `life`, with its objects in the store.
    async fn report(&self, life: Duration) -> Made {
        let now = self.clock.now();
        let objects = [Part::Report, Part::Result].map(|part| ObjectName::new(Product::Snapshot, now, part));
        self.report_named(life, objects.clone().map(|name| name.to_string()), objects).await
    }

    async fn report_named(&self, life: Duration, names: [String; 2], objects: [ObjectName; 2]) -> Made {
        let analysis = self.running().await;
        let now = self.clock.now();
        let (report, key) = (ReportId::generate(now), ReportKey::generate());
        for name in &objects {
            let sealed = seal_object(&key, &self.agency, &report, name.part().slug(), b"a report").unwrap();
            self.store.put(name, sealed).await.unwrap();
        }
        let wrapped = self.vault.wrap_report_key(&key, &self.agency, &report).unwrap();
        let [pdf_object, result_object] = names.map(|name| ReportObject { name, size_bytes: 8 });
        let expires_at = now.plus(life);
        let completion = Completion {
            analysis: analysis.clone(),
            fence: 1,
            event: Event::completed(&self.facts(&analysis), &report, expires_at, now),
            report: NewReport { id: report.clone(), pdf_object, result_object, expires_at },
            key: WrappedKeyColumns { kid: wrapped.kid.clone(), nonce: wrapped.nonce.clone(), wrapped: wrapped.wrapped.clone() },
            now,
        };
        self.db.as_system().write(move |tx| tx.complete_analysis(&completion)).await.unwrap();
        Made { analysis, report, objects, wrapped }
    }

    async fn stored(&self, made: &Made) -> (ReportRecord, Option<WrappedKeyColumns>) {
        let (analysis, report) = (made.analysis.clone(), made.report.clone());
        self.db
            .as_agency(&self.agency)
            .read(move |tx| Ok::<_, DbError>((tx.find_report(&analysis)?.unwrap(), tx.find_report_key(&report)?)))
            .await
            .unwrap()
    }

    async fn destroy(&self, analysis: &AnalysisId) -> Result<Receipt, RetentionError> {
        self.retention.destroy(&self.agency, analysis, DeletionCause::Requested).await
    }

    async fn objects(&self) -> Vec<ObjectName> {
        self.store.list(Prefix::All, None, 100).await.unwrap()
    }

    /// Whether the database holds these bytes anywhere.
    fn files_hold(&self, needle: &[u8]) -> bool {
        self.scratch.raw_bytes().windows(needle.len()).any(|window| window == needle)
    }
}

#[tokio::test]
async fn a_report_is_destroyed_at_once_and_for_good() {
    let bench = Bench::new(Settings::default()).await;
    let made = bench.report(7 * DAY).await;
    let kept = bench.report(7 * DAY).await;
    bench.clock.advance(Duration::from_secs(90));
    let receipt = bench.destroy(&made.analysis).await.unwrap();

    let (record, key) = bench.stored(&made).await;
    assert_eq!((record.life, record.cause, key), (ReportLife::Deleted, Some(DeletionCause::Requested), None));
    for name in &made.objects {
        assert!(matches!(bench.store.get(name).await, Err(StorageError::NotFound { .. })));
    }
    let (record, key) = bench.stored(&kept).await;
    assert!(record.life == ReportLife::Live && key.is_some(), "its neighbor lives");
    assert_eq!(bench.objects().await.len(), 2);

    let facts = receipt.verify(&bench.vault).unwrap();
    assert_eq!((facts.id, facts.analysis, facts.report), (receipt.id.clone(), made.analysis.clone(), Some(made.report.clone())));
    assert_eq!((facts.cause.as_str(), facts.destroyed_at.as_str()), ("requested", "2026-11-21T14:21:30.000Z"));
    assert_eq!(facts.remains[0].until, "2026-11-28T14:21:30.000Z");
    assert_eq!(facts.objects.iter().map(|object| object.part.as_str()).collect::<Vec<_>>(), ["report", "result"]);

    bench.clock.advance(DAY);
    assert_eq!(bench.destroy(&made.analysis).await.unwrap(), receipt, "asked again: the same receipt");
    assert_eq!(bench.retention.find_receipt(&receipt.id).await.unwrap(), Some(receipt));
}

#[tokio::test]
async fn the_deletion_is_told_and_nothing_older_any_more() {
    let bench = Bench::new(Settings::default()).await;
    let endpoint = NewEndpoint {
        id: EndpointId::generate(START),
        api_key: bench.key.clone(),
        url_sealed: vec![1],
        secret_sealed: vec![1],
        kinds: BTreeSet::new(),
        created_at: START,
    };
    let id = endpoint.id.clone();
    bench.db.as_agency(&bench.agency).write(move |tx| tx.insert_endpoint(&endpoint)).await.unwrap();
    let made = bench.report(7 * DAY).await;
    let receipt = bench.destroy(&made.analysis).await.unwrap();
    let told = bench.db.as_agency(&bench.agency).read(move |tx| tx.list_deliveries(&id, 10)).await.unwrap();
    let states: Vec<_> = told.iter().map(|delivery| (delivery.kind, delivery.state)).collect();
    assert!(states.contains(&(EventKind::AnalysisCompleted, DeliveryState::Cancelled)), "{states:?}");
    assert!(states.contains(&(EventKind::ReportDeleted, DeliveryState::Pending)), "{states:?}");
    let claim = DueClaim { owner: "test".to_owned(), now: START, lease_until: START.plus(DAY), limit: 9, per_endpoint: 9 };
    let [waiting] = bench.db.as_system().write(move |tx| tx.claim_due_deliveries(&claim)).await.unwrap().try_into().unwrap();
    let body: serde_json::Value = serde_json::from_str(&waiting.body).unwrap();
    assert_eq!((body["data"]["receipt"].as_str(), body["data"]["sequence"].as_i64()), (Some(receipt.id.as_str()), Some(2)));
}

#[tokio::test]
async fn only_the_agency_itself_and_only_what_has_ended() {
    let bench = Bench::new(Settings::default()).await;
    let made = bench.report(7 * DAY).await;
    let stranger = AgencyId::generate(START);
    let refused = bench.retention.destroy(&stranger, &made.analysis, DeletionCause::Requested).await;
    assert!(matches!(refused, Err(RetentionError::NoSuchAnalysis { .. })), "{refused:?}");
    assert!(bench.stored(&made).await.1.is_some());
    let running = bench.running().await;
    assert!(matches!(bench.destroy(&running).await, Err(RetentionError::StillRunning { .. })));
    let unknown = AnalysisId::generate(START);
    assert!(matches!(bench.destroy(&unknown).await, Err(RetentionError::NoSuchAnalysis { .. })));
}

#[tokio::test]
async fn an_analysis_without_a_report_goes_with_a_receipt_too() {
    let bench = Bench::new(Settings::default()).await;
    let analysis = bench.failed().await;
    let receipt = bench.destroy(&analysis).await.unwrap();
    let facts = receipt.verify(&bench.vault).unwrap();
    assert_eq!((facts.analysis, facts.report, facts.objects), (analysis.clone(), None, vec![]));
    assert_eq!(bench.destroy(&analysis).await.unwrap(), receipt);
    let asked = analysis.clone();
    let (record, photos) = bench
        .db
        .as_agency(&bench.agency)
        .read(move |tx| Ok::<_, DbError>((tx.find_analysis(&asked)?.unwrap(), tx.list_photos(&asked)?)))
        .await
        .unwrap();
    assert_eq!((record.reference_sealed, photos.len()), (None, 0), "the tombstone holds nothing of it");
    assert_eq!(record.state, AnalysisState::Failed(FailureReason::NoUsablePhoto));
}

#[tokio::test]
async fn a_store_that_fails_keeps_nobody_from_destroying() {
    let bench = Bench::new(Settings::default()).await;
    let made = bench.report(7 * DAY).await;
    // A folder where the object was: it cannot be deleted as a file.
    let path = bench.folder.join("objects").join(made.objects[0].to_string());
    std::fs::remove_file(&path).unwrap();
    std::fs::create_dir(&path).unwrap();
    bench.destroy(&made.analysis).await.unwrap();
    assert_eq!(bench.stored(&made).await.1, None, "unreadable all the same");
    let stuck = bench.retention.sweep().await.unwrap();
    assert_eq!((stuck.cleared, stuck.failed), (0, 1));
    std::fs::remove_dir(&path).unwrap();
    let mended = bench.retention.sweep().await.unwrap();
    assert_eq!((mended.cleared, mended.failed), (1, 0));
    assert_eq!(bench.objects().await, []);
    assert_eq!(bench.retention.sweep().await.unwrap().cleared, 0, "and that is known");
}

#[tokio::test]
async fn a_sweep_ends_what_is_over_and_nothing_else() {
    let bench = Bench::new(Settings::default()).await;
    let (first, second, third) = (bench.report(DAY).await, bench.report(2 * DAY).await, bench.report(7 * DAY).await);
    assert_eq!(bench.retention.sweep().await.unwrap().expired, 0);
    bench.clock.advance(2 * DAY);
    let count = bench.retention.sweep().await.unwrap();
    assert_eq!((count.expired, count.cleared, count.failed, count.capped), (2, 2, 0, false));
    assert_eq!(count.lateness_ms_max, 86_400_000, "the first was a day late");
    assert!(count.log_emptied);
    for made in [&first, &second] {
        let (record, key) = bench.stored(made).await;
        assert_eq!((record.life, record.cause, key), (ReportLife::Expired, Some(DeletionCause::Expired), None));
        let receipt = bench.retention.find_receipt(&record.receipt.unwrap()).await.unwrap().unwrap();
        assert_eq!(receipt.verify(&bench.vault).unwrap().cause, "expired");
    }
    assert_eq!(bench.stored(&third).await.0.life, ReportLife::Live);
    let mut left = bench.objects().await;
    left.sort_unstable_by_key(ObjectName::part);
    assert_eq!(left, third.objects);
    let again = bench.retention.sweep().await.unwrap();
    assert_eq!((again.expired, again.cleared), (0, 0), "twice is once");
    // Asked for after it expired: the receipt of the expiry.
    assert_eq!(bench.destroy(&first.analysis).await.unwrap().facts().unwrap().cause, "expired");
}

#[tokio::test]
async fn a_sweep_is_bounded_and_the_next_goes_on() {
    let bench = Bench::new(Settings { sweep_reports_max: 3, batch: 2, ..Settings::default() }).await;
    for _ in 0..5 {
        bench.report(DAY).await;
    }
    bench.clock.advance(DAY);
    let first = bench.retention.sweep().await.unwrap();
    assert_eq!((first.expired, first.cleared, first.capped), (3, 3, true));
    let second = bench.retention.sweep().await.unwrap();
    assert_eq!((second.expired, second.cleared, second.capped), (2, 2, false));
    assert_eq!(bench.objects().await, []);
}

#[tokio::test]
async fn one_reports_trouble_does_not_stop_the_others() {
    let bench = Bench::new(Settings::default()).await;
    let objects = [Part::Report, Part::Result].map(|part| ObjectName::new(Product::Snapshot, START, part));
    let odd = bench.report_named(DAY, ["../../etc/passwd".to_owned(), objects[1].to_string()], objects).await;
    let plain = bench.report(DAY).await;
    bench.clock.advance(DAY);
    let count = bench.retention.sweep().await.unwrap();
    assert_eq!((count.expired, count.cleared, count.failed), (2, 1, 1));
    assert_eq!(bench.stored(&odd).await.1, None);
    assert!(plain.objects.iter().all(|name| !bench.folder.join("objects").join(name.to_string()).exists()));
}

#[tokio::test]
async fn no_file_of_the_database_holds_the_key_after_a_sweep() {
    let bench = Bench::new(Settings::default()).await;
    let made = bench.report(DAY).await;
    assert!(bench.files_hold(&made.wrapped.wrapped), "it was there");
    bench.clock.advance(DAY);
    assert!(bench.retention.sweep().await.unwrap().log_emptied);
    assert!(!bench.files_hold(&made.wrapped.wrapped));
    assert!(!bench.files_hold(b"sealed reference"));
}

#[tokio::test]
async fn a_receipt_verifies_offline_and_no_forgery_does() {
    let bench = Bench::new(Settings::default()).await;
    let made = bench.report(DAY).await;
    let receipt = bench.destroy(&made.analysis).await.unwrap();
    let [public] = bench.vault.public_keys().try_into().unwrap();
    let signature = receipt.signature_base64();
    assert_eq!(verify_receipt(&receipt.body, &signature, &public).unwrap(), receipt.facts().unwrap());

    let forged = receipt.body.replace("requested", "expired");
    assert!(matches!(verify_receipt(&forged, &signature, &public), Err(RetentionError::Signature(_))));
    assert!(matches!(verify_receipt(&format!("{} ", receipt.body), &signature, &public), Err(RetentionError::Signature(_))));
    assert!(matches!(verify_receipt(&receipt.body, "AAAA", &public), Err(RetentionError::Signature(_))));
    assert!(matches!(verify_receipt(&receipt.body, "not base64", &public), Err(RetentionError::Signature(_))));
    let [other] = Vault::new(KeyRing::generate()).public_keys().try_into().unwrap();
    assert!(matches!(verify_receipt(&receipt.body, &signature, &other), Err(RetentionError::Signature(_))));
    let elsewhere = Vault::new(KeyRing::generate());
    assert!(matches!(receipt.verify(&elsewhere), Err(RetentionError::Signature(_))));
}
