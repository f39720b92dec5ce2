//! Endpoints: what may be registered, by whom they are seen, what ends them.

use super::*;
use crate::db::{DeliveryState, EndpointStatus};

#[tokio::test]
async fn an_endpoint_is_made_shown_and_ended() {
    let bench = Bench::new(home()).await;
    let wanted = kinds(&[EventKind::AnalysisCompleted]);
    let url = "http://127.0.0.1:9/hook";
    let (view, secret) = bench.webhooks.create_endpoint(&bench.agency, &bench.key, url, wanted.clone()).await.unwrap();
    assert!(secret.expose().starts_with("whsec_"));
    assert_eq!((view.url.as_str(), &view.kinds, view.status), (url, &wanted, EndpointStatus::Active));
    let listed = bench.webhooks.list_endpoints(&bench.agency, &bench.key).await.unwrap();
    assert_eq!(listed, std::slice::from_ref(&view));
    bench.webhooks.delete_endpoint(&bench.agency, &bench.key, &view.id).await.unwrap();
    assert_eq!(bench.webhooks.list_endpoints(&bench.agency, &bench.key).await.unwrap(), []);
    let again = bench.webhooks.delete_endpoint(&bench.agency, &bench.key, &view.id).await;
    assert!(matches!(again, Err(WebhookError::NoSuchEndpoint { .. })), "{again:?}");
}

#[tokio::test]
async fn address_and_secret_are_in_no_file_in_clear() {
    let bench = Bench::new(home()).await;
    let (_, secret) = bench.endpoint("http://127.0.0.1:9/a-path-to-look-for").await;
    let body = secret.expose().trim_start_matches("whsec_").to_owned();
    let bytes = base64::Engine::decode(&base64::engine::general_purpose::STANDARD, &body).unwrap();
    let content = bench.scratch.raw_bytes();
    for secret in [b"a-path-to-look-for".as_slice(), body.as_bytes(), &bytes] {
        assert!(!content.windows(secret.len()).any(|window| window == secret));
    }
}

#[tokio::test]
async fn another_key_and_another_agency_see_nothing() {
    let bench = Bench::new(home()).await;
    let (endpoint, _) = bench.endpoint("http://127.0.0.1:9/hook").await;
    let other_key = bench.another_key().await;
    let other_agency = AgencyId::generate(bench.clock.now());
    for (agency, key) in [(&bench.agency, &other_key), (&other_agency, &bench.key)] {
        assert_eq!(bench.webhooks.list_endpoints(agency, key).await.unwrap(), []);
        let deleted = bench.webhooks.delete_endpoint(agency, key, &endpoint).await;
        assert!(matches!(deleted, Err(WebhookError::NoSuchEndpoint { .. })), "{deleted:?}");
        let tested = bench.webhooks.send_test(agency, key, &endpoint).await;
        assert!(matches!(tested, Err(WebhookError::NoSuchEndpoint { .. })), "{tested:?}");
    }
    assert_eq!(bench.webhooks.list_endpoints(&bench.agency, &bench.key).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_key_has_a_bounded_number_of_endpoints() {
    let bench = Bench::new(Settings { endpoints_per_key_max: 2, ..home() }).await;
    let (first, _) = bench.endpoint("http://127.0.0.1:9/1").await;
    bench.endpoint("http://127.0.0.1:9/2").await;
    let third = bench.webhooks.create_endpoint(&bench.agency, &bench.key, "http://127.0.0.1:9/3", BTreeSet::new()).await;
    assert!(matches!(third, Err(WebhookError::TooManyEndpoints { limit: 2 })), "{third:?}");
    bench.webhooks.delete_endpoint(&bench.agency, &bench.key, &first).await.unwrap();
    bench.endpoint("http://127.0.0.1:9/3").await;
}

#[tokio::test]
async fn what_must_not_be_called_is_refused_when_registered() {
    let book = Book::of(&[("hooks.example.com", &["93.184.215.14"]), ("inside.example.com", &["10.0.0.7"])]);
    let bench = Bench::with_lookup(Settings { allow_loopback: false, ..home() }, book).await;
    let create = async |url: &str| bench.webhooks.create_endpoint(&bench.agency, &bench.key, url, BTreeSet::new()).await;
    create("https://hooks.example.com/in").await.unwrap();
    assert!(matches!(create("http://127.0.0.1:9/hook").await, Err(WebhookError::Url(UrlProblem::NotHttps))));
    assert!(matches!(create("https://127.0.0.1/hook").await, Err(WebhookError::Url(UrlProblem::IpAddress))));
    assert!(matches!(create("https://inside.example.com/").await, Err(WebhookError::Host(NotAllowed::Special { .. }))));
    assert!(matches!(create("https://missing.example.com/").await, Err(WebhookError::Host(NotAllowed::Unknown))));
    assert_eq!(bench.webhooks.list_endpoints(&bench.agency, &bench.key).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_name_that_changes_its_mind_is_not_connected_to() {
    // Public when registered, this machine when called.
    let book = Book::of(&[("hooks.example.com", &["93.184.215.14", "127.0.0.1"])]);
    let bench = Bench::with_lookup(Settings { allow_loopback: false, ..home() }, book).await;
    let (endpoint, _) = bench.endpoint("https://hooks.example.com/in").await;
    bench.event().await;
    assert_eq!(bench.run_due().await.retried, 1);
    assert_eq!(bench.attempts(&endpoint).await[0].outcome, "blocked");
}

#[tokio::test]
async fn a_test_reaches_its_endpoint_alone_whatever_it_wants() {
    let bench = Bench::new(home()).await;
    let wanted = kinds(&[EventKind::ReportDeleted]);
    let url = "http://127.0.0.1:9/hook";
    let (picky, _) = bench.webhooks.create_endpoint(&bench.agency, &bench.key, url, wanted).await.unwrap();
    let (other, _) = bench.endpoint(url).await;
    let event = bench.webhooks.send_test(&bench.agency, &bench.key, &picky.id).await.unwrap();
    let [delivery] = bench.deliveries(&picky.id).await.try_into().unwrap();
    assert_eq!((delivery.event, delivery.state), (event, DeliveryState::Pending));
    assert_eq!(bench.deliveries(&other).await, []);
}
