//! A receiver that fails three times, with the clock moved by hand and a real receiver on loopback.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use proofsheet::accounts::Accounts;
use proofsheet::db::{Db, Settings as DbSettings};
use proofsheet::domain::{Clock, ManualClock, Scope, SharedClock, SystemClock};
use proofsheet::vault::{KeyRing, Vault};
use proofsheet::webhooks::{Jitter, Settings, Webhooks};

use crate::support::client::install_tls_provider;
use crate::support::service::Scratch;
use crate::support::{Database, Receiver};

#[tokio::test]
async fn a_receiver_that_fails_three_times_gets_the_same_event_a_fourth_time() {
    install_tls_provider();
    let scratch = Scratch::new("deliveries");
    let file = format!("sqlite:{}", scratch.path().join("t.db").display());
    let server = Database::if_wanted();
    let settings = |url| DbSettings { url, ..DbSettings::default() };
    let ours = settings(server.as_ref().map_or(file, Database::url));
    let migrator = server.as_ref().map_or(ours.clone(), |server| settings(server.superuser_url()));
    let migrator = Db::open(&migrator).unwrap();
    migrator.migrate().await.unwrap();
    migrator.admit(&ours).await.unwrap();
    drop(migrator);
    let db = Db::open(&ours).unwrap();
    let vault = Vault::new(KeyRing::generate());
    // The last attempt falls on the present, so that a receiver's own check of the time passes.
    let waits = [Duration::from_secs(5), Duration::from_secs(5 * 60), Duration::from_secs(30 * 60)];
    let clock = ManualClock::starting_at(SystemClock.now().minus(waits.iter().sum()));
    let shared: SharedClock = Arc::<ManualClock>::clone(&clock);
    let accounts = Accounts::new(db.clone(), vault.clone(), Arc::clone(&shared));
    let settings = Settings { allow_loopback: true, jitter: Jitter::Fixed(0), ..Settings::default() };
    let webhooks = Webhooks::new(db, vault, shared, settings);
    let dispatcher = webhooks.dispatcher("test").unwrap();

    let agency = accounts.create_agency("Test agency").await.unwrap();
    let scopes = Scope::AGENCY.into_iter().collect();
    let (_, key) = accounts.create_api_key(&agency, "test", scopes, None).await.unwrap();
    let receiver = Receiver::refusing(&[500, 503, 302]);
    let (endpoint, secret) = webhooks.create_endpoint(&agency, &key.id, &receiver.url(), BTreeSet::new()).await.unwrap();
    let event = webhooks.send_test(&agency, &key.id, &endpoint.id).await.unwrap();

    for (attempt, wait) in waits.iter().enumerate() {
        let count = dispatcher.run_due(clock.now()).await.unwrap();
        assert_eq!((count.retried, count.total()), (1, 1), "attempt {attempt}: {count:?}");
        clock.advance(wait.checked_sub(Duration::from_secs(1)).unwrap());
        assert_eq!(dispatcher.run_due(clock.now()).await.unwrap().total(), 0, "not a second early");
        clock.advance(Duration::from_secs(1));
    }
    let count = dispatcher.run_due(clock.now()).await.unwrap();
    assert_eq!((count.delivered, count.total()), (1, 1), "{count:?}");
    clock.advance(Duration::from_secs(24 * 60 * 60));
    assert_eq!(dispatcher.run_due(clock.now()).await.unwrap().total(), 0, "delivered is delivered");

    let received = receiver.received();
    assert_eq!(received.iter().map(|one| one.answered).collect::<Vec<_>>(), [500, 503, 302, 204]);
    for one in &received {
        one.verify_signature(secret.expose());
        assert_eq!(one.id(), event.as_str(), "the id is the same on every attempt");
        assert_eq!(one.body, received[0].body, "and so is the body");
    }
    let times: Vec<i64> = received.iter().map(super::support::receiver::Received::timestamp).collect();
    assert_eq!([times[1] - times[0], times[2] - times[1], times[3] - times[2]], [5, 300, 1800], "signed anew each time");
    received[3].verify(secret.expose());
}
