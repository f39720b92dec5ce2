//! A key is kept with what its request did, or not at all; an agency's share is taken whole, or not at all.

use std::time::Duration;

use crate::db::tests::scratch::{NOON, ScratchDb, Tenant, at};
use crate::db::{Begun, Counts, Db, DbError, KEY_LIFE, KeyUse, KeyedRequest, QuotaPolicy};
use crate::domain::{ApiKeyId, Product, Timestamp};

fn request(tenant: &Tenant, key: u8, asked: u8, now: Timestamp) -> KeyedRequest {
    KeyedRequest {
        agency: tenant.agency.clone(),
        owner: tenant.key.to_string(),
        key_digests: vec![[key; 32]],
        fingerprints: vec![[asked; 32]],
        about: "thing".to_owned(),
        now,
    }
}

/// Makes an API key under a request's key.
async fn make(db: &Db, tenant: &Tenant, request: KeyedRequest) -> Result<ApiKeyId, DbError> {
    let new = tenant.new_key(ApiKeyId::generate(NOON));
    let id = new.id.clone();
    db.under(Some(request)).as_agency(&tenant.agency).write(move |tx| tx.insert_api_key(&new)).await.map(|()| id)
}

async fn found(scratch: &ScratchDb, request: KeyedRequest) -> Result<Option<String>, DbError> {
    let agency = request.agency.clone();
    let found: Option<KeyUse> = scratch.db.as_agency(&agency).read(move |tx| tx.find_key_use(&request)).await?;
    Ok(found.map(|found| found.resource))
}

async fn keys(scratch: &ScratchDb, tenant: &Tenant) -> usize {
    scratch.db.as_agency(&tenant.agency).read(|tx| tx.list_api_keys()).await.expect("a list").len()
}

#[tokio::test]
async fn a_key_means_what_came_of_its_request_for_a_day() {
    let scratch = ScratchDb::open().await;
    let (ours, theirs) = (scratch.tenant().await, scratch.tenant().await);
    let made = make(&scratch.db, &ours, request(&ours, 1, 1, NOON)).await.expect("it is made");
    assert_eq!(found(&scratch, request(&ours, 1, 1, at(1))).await.expect("a look"), Some(made.to_string()));
    assert!(matches!(found(&scratch, request(&ours, 1, 2, at(1))).await, Err(DbError::KeyReused)));
    assert!(matches!(make(&scratch.db, &ours, request(&ours, 1, 1, at(1))).await, Err(DbError::KeyUsed)));
    assert!(matches!(make(&scratch.db, &ours, request(&ours, 1, 2, at(1))).await, Err(DbError::KeyReused)));
    assert_eq!(keys(&scratch, &ours).await, 2, "refused before anything was done");
    assert_eq!(found(&scratch, request(&theirs, 1, 1, at(1))).await.expect("a look"), None, "each has keys of its own");

    let over = NOON.plus(KEY_LIFE);
    assert_eq!(found(&scratch, request(&ours, 1, 2, over)).await.expect("a look"), None);
    let next = make(&scratch.db, &ours, request(&ours, 1, 2, over)).await.expect("its day is over");
    assert_eq!(found(&scratch, request(&ours, 1, 2, over)).await.expect("a look"), Some(next.to_string()));
}

#[tokio::test]
async fn what_fails_keeps_no_key_and_the_first_of_several_transactions_keeps_it() {
    let scratch = ScratchDb::open().await;
    let ours = scratch.tenant().await;
    let under = scratch.db.under(Some(request(&ours, 1, 1, NOON)));
    let failed = under.as_agency(&ours.agency).write::<(), DbError>(|tx| {
        tx.came_of("nothing");
        Err(DbError::NotThere { what: "thing" })
    });
    assert!(failed.await.is_err());
    assert_eq!(found(&scratch, request(&ours, 1, 1, NOON)).await.expect("a look"), None);
    for (number, name) in ["first", "second"].into_iter().enumerate() {
        let write = under.as_agency(&ours.agency).write::<(), DbError>(move |tx| {
            tx.came_of(name);
            tx.note_outcome(number.to_string());
            Ok(())
        });
        write.await.expect("both are kept");
    }
    let looked_for = request(&ours, 1, 1, NOON);
    let found = scratch.db.as_agency(&ours.agency).read(move |tx| tx.find_key_use(&looked_for)).await.expect("a look");
    assert_eq!(found, Some(KeyUse { resource: "first".to_owned(), outcome: Some("0".to_owned()) }));

    let nothing_to_do = scratch.db.under(Some(request(&ours, 2, 1, NOON)));
    nothing_to_do.keep_key(&ours.agency, "as it was").await.expect("it is kept");
    nothing_to_do.keep_key(&ours.agency, "again").await.expect("nothing more");
    let looked_for = request(&ours, 2, 1, NOON);
    let found = scratch.db.as_agency(&ours.agency).read(move |tx| tx.find_key_use(&looked_for)).await.expect("a look");
    assert_eq!(found.map(|found| found.resource).as_deref(), Some("as it was"));
}

#[tokio::test]
async fn of_twins_at_once_one_acts_and_the_others_hear_of_it() {
    let scratch = ScratchDb::open().await;
    let ours = scratch.tenant().await;
    let twins = (0..8).map(|_| make(&scratch.db, &ours, request(&ours, 1, 1, NOON)));
    let ended = futures_util::future::join_all(twins).await;
    assert_eq!(ended.iter().filter(|twin| twin.is_ok()).count(), 1, "{ended:?}");
    assert!(ended.iter().all(|twin| matches!(twin, Ok(_) | Err(DbError::KeyUsed))), "{ended:?}");
    assert_eq!(keys(&scratch, &ours).await, 2, "the tenant's and one more");
}

#[tokio::test]
async fn nothing_is_kept_about_what_was_deleted_but_the_deletion() {
    let scratch = ScratchDb::open().await;
    let ours = scratch.tenant().await;
    let completed = ours.completed().await;
    let mut about = request(&ours, 1, 1, NOON);
    about.about = completed.analysis.to_string();
    scratch.db.under(Some(about.clone())).as_agency(&ours.agency).write::<(), DbError>(|_| Ok(())).await.expect("it is kept");
    assert_eq!(found(&scratch, about.clone()).await.expect("a look"), Some(completed.analysis.to_string()));

    let destruction = ours.destruction(&completed, at(1));
    let receipt = destruction.receipt.id.to_string();
    let mut deletion = request(&ours, 2, 2, NOON);
    deletion.about = completed.analysis.to_string();
    let under = scratch.db.under(Some(deletion.clone()));
    under.as_system().write(move |tx| tx.destroy_report(&destruction)).await.expect("it is destroyed");
    assert_eq!(found(&scratch, about).await.expect("a look"), None);
    assert_eq!(found(&scratch, deletion).await.expect("a look"), Some(receipt));
}

#[tokio::test]
async fn whoever_begins_by_itself_hears_what_came_before() {
    let scratch = ScratchDb::open().await;
    let ours = scratch.tenant().await;
    let begin = |request: KeyedRequest| {
        scratch.db.as_agency(&ours.agency).write(move |tx| {
            let begun = tx.begin_keyed(&request)?;
            if matches!(begun, Begun::First { .. }) {
                tx.settle_keyed(&request, "an_1")?;
            }
            Ok::<_, DbError>(begun)
        })
    };
    assert_eq!(begin(request(&ours, 1, 1, NOON)).await.expect("it begins"), Begun::First { interrupted: None });
    let before = Begun::Before(KeyUse { resource: "an_1".to_owned(), outcome: None });
    assert_eq!(begin(request(&ours, 1, 1, at(1))).await.expect("it begins"), before);
}

const FIVE: QuotaPolicy = QuotaPolicy { name: "five", limit: 5, window_ms: 3_600_000 };

#[derive(Debug)]
enum Refused {
    Spent(u64, Timestamp),
    Db(DbError),
}

impl From<DbError> for Refused {
    fn from(error: DbError) -> Self {
        Self::Db(error)
    }
}

async fn take(scratch: &ScratchDb, tenant: &Tenant, many: u64, now: Timestamp) -> Result<(), (u64, Timestamp)> {
    let taken = scratch.db.as_agency(&tenant.agency).write(move |tx| match tx.take_quota(FIVE, many, now)? {
        None => Ok(()),
        Some(spent) => Err(Refused::Spent(spent.remaining, spent.renewed_at)),
    });
    taken.await.map_err(|refused| match refused {
        Refused::Spent(left, renewed_at) => (left, renewed_at),
        Refused::Db(error) => panic!("{error}"),
    })
}

#[tokio::test]
async fn a_share_is_taken_whole_at_the_limit_and_not_one_past_and_is_new_in_the_next_window() {
    let scratch = ScratchDb::open().await;
    let (ours, theirs) = (scratch.tenant().await, scratch.tenant().await);
    let next = Timestamp::from_epoch_millis(NOON.epoch_millis() - NOON.epoch_millis().rem_euclid(3_600_000) + 3_600_000);
    assert_eq!(take(&scratch, &ours, 3, NOON).await, Ok(()));
    assert_eq!(take(&scratch, &ours, 3, NOON).await, Err((2, next)), "not by half");
    assert_eq!(take(&scratch, &ours, 2, NOON).await, Ok(()));
    assert_eq!(take(&scratch, &ours, 1, NOON).await, Err((0, next)));
    assert_eq!(take(&scratch, &theirs, 5, NOON).await, Ok(()));
    assert_eq!(take(&scratch, &ours, 6, next).await, Err((5, next.plus(Duration::from_secs(3600)))));
    assert_eq!(take(&scratch, &ours, 5, next).await, Ok(()));
    // A clock that is behind takes from the window that has begun.
    assert_eq!(take(&scratch, &ours, 1, NOON).await.map_err(|(left, _)| left), Err(0));
}

#[tokio::test]
async fn who_takes_at_once_cannot_take_more_than_the_share() {
    let scratch = ScratchDb::open().await;
    let ours = scratch.tenant().await;
    let ended = futures_util::future::join_all((0..12).map(|_| take(&scratch, &ours, 1, NOON))).await;
    assert_eq!(ended.iter().filter(|taken| taken.is_ok()).count(), 5, "{ended:?}");
}

#[tokio::test]
async fn counts_are_added_up_by_day_product_and_origin_and_forgotten_after_their_time() {
    let scratch = ScratchDb::open().await;
    let (ours, theirs) = (scratch.tenant().await, scratch.tenant().await);
    let (by_key, by_person) =
        (ours.analysis(ours.by_key()).await, ours.analysis(crate::db::Origin::User(ours.user.clone())).await);
    let counts = Counts { analyses: 1, photos: 2, received_bytes: 3_000, ..Counts::default() };
    let day = Duration::from_secs(24 * 60 * 60);
    for (analysis, now) in [(&by_key, NOON), (&by_key, at(1)), (&by_person, NOON), (&by_key, NOON.plus(day))] {
        let analysis = analysis.clone();
        let count = scratch.db.as_agency(&ours.agency).write(move |tx| tx.count_usage(&analysis, counts, now));
        count.await.expect("it is counted");
    }
    let key = ours.key.clone();
    let list = |tenant: &Tenant| {
        let key = key.clone();
        scratch.db.as_agency(&tenant.agency).read(move |tx| tx.list_usage(NOON, NOON.plus(day), &key))
    };
    let rows = list(&ours).await.expect("a list");
    let seen: Vec<_> = rows.iter().map(|row| (row.product, row.agency.photos, row.own.photos)).collect();
    assert_eq!(seen, [(Some(Product::Snapshot), 6, 4), (Some(Product::Snapshot), 2, 2)]);
    assert!(list(&theirs).await.expect("a list").is_empty());

    let forget = |cutoff: Timestamp| scratch.db.as_system().write(move |tx| tx.delete_usage_before(cutoff));
    let first_day_ends = rows[0].day.plus(day);
    assert_eq!(forget(first_day_ends.minus(Duration::from_millis(1))).await.expect("a count"), 0, "the day is not over");
    assert_eq!(forget(first_day_ends).await.expect("a count"), 2);
    assert_eq!(list(&ours).await.expect("a list").len(), 1);
}
