//! A PostgreSQL that cannot be reached, goes away, or is not who it should be.

use std::net::TcpListener;
use std::sync::Arc;
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;

use crate::db::tests::scratch::{NOON, ScratchDb};
use crate::db::tests::server::{ServerDatabase, connect, superuser};
use crate::db::{Db, DbError, NewAgency, Settings};
use crate::domain::{AgencyId, ManualClock, SharedClock, SystemClock};

#[expect(clippy::disallowed_methods, reason = "where the tests' certificates are is said by the environment")]
fn certificate(name: &str) -> String {
    format!("{}/{name}", std::env::var("PROOFSHEET_TEST_TLS_DIR").expect("the starter says where its certificates are"))
}

fn open(url: String) -> Result<Db, DbError> {
    Db::open(&Settings { url, readers: 1, writers: 1, ..Settings::default() })
}

#[track_caller]
fn refused_in_time(url: &str, says: &str) {
    let start = Instant::now();
    let refused = open(url.to_owned()).expect_err("it must be refused");
    let (took, said) = (start.elapsed(), refused.to_string());
    assert!(took < Duration::from_secs(5), "{url}: {took:?}");
    assert!(said.contains(says), "{url}: {said}");
    assert!(matches!(refused, DbError::Unreachable { .. }) && !said.contains("hunter22"), "{said}");
}

#[test]
fn a_server_that_does_not_answer_ends_within_five_seconds_with_the_cause() {
    // It takes connections and never says a word.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = silent.local_addr().unwrap().port();
    refused_in_time(&format!("postgres://u:hunter22@127.0.0.1:{port}/db"), "timeout expired");
    refused_in_time(&format!("postgres://u:hunter22@127.0.0.1:{port}/db?connect_timeout=60"), "no answer within 4 s");
    refused_in_time("postgres://u:hunter22@127.0.0.1:1/db", "Connection refused");
    refused_in_time("postgres://u:hunter22@no-such-host.invalid/db", "no-such-host.invalid");
    refused_in_time("postgres://u:hunter22@127.0.0.1:port/db", "port");
    refused_in_time("postgres://u:hunter22@[::1/db", "IPv6");
    refused_in_time("postgres://u:hunter22@127.0.0.1/db?no_such=1", "no_such");
}

#[tokio::test]
async fn a_wrong_password_or_database_is_told_by_the_server() {
    if superuser().is_none() {
        return;
    }
    let server = ServerDatabase::create(true);
    let right = server.url();
    refused_in_time(&right.replacen("ps_test:ps_test", "ps_test:hunter22", 1), "password authentication failed");
    let (place, _) = right.rsplit_once('/').unwrap();
    refused_in_time(&format!("{place}/no_such_database"), "does not exist");
    assert!(open(right).is_ok());
}

#[tokio::test]
async fn a_server_is_known_by_its_certificate() {
    if superuser().is_none() {
        return;
    }
    let server = ServerDatabase::create(true);
    let with = |mode: &str, file: &str| format!("{}?sslmode={mode}&sslrootcert={}", server.url(), certificate(file));
    let db = open(with("verify-full", "ca.pem")).unwrap();
    assert!(db.as_system().read(|tx| tx.count_users()).await.is_ok());
    refused_in_time(&with("verify-full", "other.pem"), "certificate verify failed");
    refused_in_time(&format!("{}?sslmode=verify-full", server.url()), "certificate verify failed");
    assert!(open(format!("{}?sslmode=require", server.url())).is_ok());
}

#[tokio::test]
async fn a_lost_connection_is_opened_again_and_work_it_broke_is_told_as_such() {
    let scratch = ScratchDb::open().await;
    let Some(server) = &scratch.server else { return };
    let mut past = connect(&server.superuser_url());
    let end_all =
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'ps_test' AND datname = current_database()";
    for _ in 0..3 {
        assert_eq!(scratch.db.as_system().read(|tx| tx.count_users()).await.unwrap(), 0);
        past.batch_execute(end_all).unwrap();
    }
    let broken: Result<(), DbError> = scratch
        .db
        .as_system()
        .write(move |tx| {
            past.batch_execute(end_all).map_err(DbError::from)?;
            tx.insert_agency(&NewAgency { id: AgencyId::generate(NOON), name_sealed: vec![1], created_at: NOON })
        })
        .await;
    assert!(matches!(broken, Err(DbError::Unreachable { .. })), "{broken:?}");
    assert_eq!(scratch.db.as_system().read(|tx| tx.list_agencies(9)).await.unwrap().len(), 0);
}

#[tokio::test]
async fn a_node_whose_clock_is_wrong_is_told() {
    let scratch = ScratchDb::open().await;
    let right: SharedClock = Arc::new(SystemClock);
    scratch.db.check_clock(&right).await.unwrap();
    for wrong in [right.now().plus(Duration::from_secs(9)), right.now().minus(Duration::from_secs(9))] {
        let clock: SharedClock = ManualClock::starting_at(wrong);
        let checked = scratch.db.check_clock(&clock).await;
        assert_eq!(matches!(checked, Err(DbError::ClockSkew { .. })), scratch.db.is_shared(), "{checked:?}");
    }
}

#[tokio::test]
async fn work_that_hides_a_refused_statement_is_not_said_to_be_kept() {
    let scratch = ScratchDb::open().await;
    if scratch.server.is_none() {
        return;
    }
    let new = NewAgency { id: AgencyId::generate(NOON), name_sealed: vec![1], created_at: NOON };
    let kept: Result<(), DbError> = scratch
        .db
        .as_system()
        .write(move |tx| {
            tx.insert_agency(&new)?;
            assert!(tx.insert_agency(&new).is_err());
            Ok(())
        })
        .await;
    assert!(kept.is_err());
    assert_eq!(scratch.db.as_system().read(|tx| tx.list_agencies(9)).await.unwrap().len(), 0);
}
