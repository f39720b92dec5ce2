//! Which places open, and what happens to work that goes wrong.

use crate::db::tests::scratch::{ScratchDb, scratch_directory};
use crate::db::{Db, DbError, NewAgency, Settings};
use crate::domain::{AgencyId, Timestamp};

fn names(directory: &std::path::Path) -> Vec<String> {
    let entries = std::fs::read_dir(directory).unwrap();
    entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect()
}

#[test]
fn a_wrong_address_ends_with_its_cause_and_creates_no_file() {
    let directory = scratch_directory();
    let place = directory.display();
    for (url, says) in [
        (
            format!("postgres://nobody@127.0.0.1:1/{place}"),
            if cfg!(feature = "postgres") { "Connection refused" } else { "no PostgreSQL" },
        ),
        (format!("host={place} dbname=p"), "must start with sqlite:"),
        (format!("{place}/p.db"), "must start with sqlite:"),
        (format!("sqlite:file:{place}/p.db"), "plain path"),
        (format!("sqlite:{place}/p.db?mode=rwc"), "plain path"),
        (format!("sqlite:{place}/not-there/p.db"), "cannot be opened"),
        (format!("sqlite:{place}"), "cannot be opened"),
    ] {
        let refused = Db::open(&Settings { url: url.clone(), ..Settings::default() }).unwrap_err().to_string();
        assert!(refused.contains(says), "{url}: {refused}");
    }
    assert_eq!(names(&directory), Vec::<String>::new());
    std::fs::remove_dir_all(directory).unwrap();
}

#[tokio::test]
async fn an_error_or_a_panic_leaves_nothing_behind_and_the_next_one_works() {
    let scratch = ScratchDb::open().await;
    let new = NewAgency {
        id: AgencyId::generate(Timestamp::from_epoch_millis(0)),
        name_sealed: vec![1],
        created_at: Timestamp::from_epoch_millis(0),
    };
    let (first, second, third) = (new.clone(), new.clone(), new.clone());
    let refused: Result<(), DbError> = scratch
        .db
        .as_system()
        .write(move |tx| {
            tx.insert_agency(&first)?;
            Err(DbError::NotThere { what: "patience" })
        })
        .await;
    assert!(matches!(refused, Err(DbError::NotThere { what: "patience" })));
    let panicked: Result<(), DbError> = scratch
        .db
        .as_system()
        .write(move |tx| {
            tx.insert_agency(&second)?;
            panic!("a test's panic")
        })
        .await;
    assert!(matches!(panicked, Err(DbError::Panicked)));
    scratch.db.as_system().write(move |tx| tx.insert_agency(&third)).await.unwrap();
    let again = scratch.db.as_system().write(move |tx| tx.insert_agency(&new)).await;
    assert!(matches!(again, Err(DbError::AlreadyThere)));
    assert_eq!(scratch.db.as_system().read(|tx| tx.list_agencies(9)).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_reading_connection_cannot_write() {
    let scratch = ScratchDb::open().await;
    let new = NewAgency {
        id: AgencyId::generate(Timestamp::from_epoch_millis(0)),
        name_sealed: vec![1],
        created_at: Timestamp::from_epoch_millis(0),
    };
    let refused = scratch.db.as_system().read(move |tx| tx.insert_agency(&new)).await;
    assert!(matches!(refused, Err(DbError::Query(_))));
}
