//! How fast due deliveries are claimed, and how many a write to disk: on SQLite, and on PostgreSQL if
//! `PROOFSHEET_TEST_DATABASE_URL` names a server that waits for its disk (`.ci/postgres --durable cargo bench --bench claims`).
#![allow(clippy::unwrap_used, clippy::disallowed_methods, clippy::print_stdout, reason = "a bench prints, and owns its files")]

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use proofsheet::db::{Db, DueClaim, NewAgency, NewApiKey, NewEndpoint, Settings};
use proofsheet::domain::{AgencyId, ApiKeyId, EndpointId, Event, ScopeSet, Timestamp};

const NOW: Timestamp = Timestamp::from_epoch_millis(1_795_270_800_000);
const DELIVERIES: usize = 2_000;
const BATCH: u32 = 20;

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let folder = std::env::temp_dir().join(format!("proofsheet-claims-{}", AgencyId::generate(NOW)));
    std::fs::create_dir(&folder).unwrap();
    let file = format!("sqlite:{}/claims.db", folder.display());
    runtime.block_on(measure("SQLite, synchronous=FULL", file));
    std::fs::remove_dir_all(&folder).unwrap();
    match std::env::var("PROOFSHEET_TEST_DATABASE_URL") {
        Ok(url) => runtime.block_on(measure("PostgreSQL, synchronous_commit=on", url)),
        Err(_) => println!("PostgreSQL: not measured, PROOFSHEET_TEST_DATABASE_URL names no server"),
    }
}

async fn measure(engine: &str, url: String) {
    let db = Db::open(&Settings { url, ..Settings::default() }).unwrap();
    db.migrate().await.unwrap();
    fill(&db).await;
    let (start, mut commits, mut rows) = (Instant::now(), 0_u32, 0);
    loop {
        let claim = DueClaim {
            owner: "bench".to_owned(),
            now: NOW,
            lease_until: NOW.plus(Duration::from_secs(60)),
            limit: BATCH,
            per_endpoint: u32::MAX,
        };
        let claimed = db.as_system().write(move |tx| tx.claim_due_deliveries(&claim)).await.unwrap();
        if claimed.is_empty() {
            break;
        }
        (commits, rows) = (commits + 1, rows + claimed.len());
    }
    let secs = start.elapsed().as_secs_f64();
    assert_eq!(rows, DELIVERIES);
    let per_commit = f64::from(u32::try_from(rows).unwrap()) / f64::from(commits);
    println!("{engine}: {rows} deliveries in {commits} commits, {per_commit:.1} rows a commit, {:.0} rows/s", rows as f64 / secs);
    assert!(per_commit >= 15.0, "too few rows for each write to disk");
}

/// One agency with one endpoint, and an event each for the deliveries.
async fn fill(db: &Db) {
    let (agency, key) = (AgencyId::generate(NOW), ApiKeyId::generate(NOW));
    let new = NewAgency { id: agency.clone(), name_sealed: vec![1], created_at: NOW };
    db.as_system().write(move |tx| tx.insert_agency(&new)).await.unwrap();
    let (of, id) = (agency.clone(), key.clone());
    db.as_agency(&agency)
        .write(move |tx| {
            tx.insert_api_key(&NewApiKey {
                id: id.clone(),
                label_sealed: vec![1],
                prefix: "ps_live_abcd".to_owned(),
                hash: [7; 32],
                scopes: ScopeSet::default(),
                created_by: None,
                created_at: NOW,
                expires_at: None,
                is_test: false,
                networks_sealed: None,
                created_by_key: None,
            })?;
            tx.insert_endpoint(&NewEndpoint {
                id: EndpointId::generate(NOW),
                api_key: id.clone(),
                url_sealed: vec![1; 120],
                secret_sealed: vec![1; 60],
                kinds: BTreeSet::new(),
                created_at: NOW,
            })?;
            for _ in 0..DELIVERIES {
                tx.insert_event(&Event::endpoint_test(of.clone(), id.clone(), NOW))?;
            }
            Ok::<_, proofsheet::db::DbError>(())
        })
        .await
        .unwrap();
}
