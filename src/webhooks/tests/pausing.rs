//! Paused, disabled, gone: what comes meanwhile is held and released. And what an owner may set.

use std::collections::BTreeMap;

use super::receiver::{Receiver, Reply};
use super::*;
use crate::db::{DeliveryState, EndReason, EndpointStatus};
use crate::domain::StopReason;

const OK: Reply = Reply::Status(204, "", "");

impl Bench {
    pub async fn endpoint_view(&self, endpoint: &EndpointId) -> EndpointView {
        self.webhooks.find_endpoint(&self.agency, &self.key, endpoint).await.unwrap()
    }

    async fn pause(&self, endpoint: &EndpointId) -> EndpointView {
        self.webhooks.pause_endpoint(&self.agency, &self.key, endpoint).await.unwrap()
    }

    pub async fn resume(&self, endpoint: &EndpointId) -> EndpointView {
        self.webhooks.resume_endpoint(&self.agency, &self.key, endpoint).await.unwrap()
    }
}

#[tokio::test]
async fn what_comes_during_a_pause_is_held_and_goes_out_afterwards() {
    let bench = Bench::new(home()).await;
    let mut receiver = Receiver::start(vec![OK]).await;
    let (endpoint, _) = bench.endpoint(&receiver.url()).await;
    let before = bench.event().await;
    let paused = bench.pause(&endpoint).await;
    assert_eq!((paused.status, paused.reason, paused.held_count), (EndpointStatus::Paused, Some(StopReason::Owner), 1));
    let during = bench.event().await;
    bench.advance(3_600);
    assert_eq!(bench.run_due().await.total(), 0);
    assert_eq!(bench.states(&endpoint).await, [DeliveryState::Held, DeliveryState::Held]);
    assert_eq!(bench.endpoint_view(&endpoint).await.held_count, 2);
    let resumed = bench.resume(&endpoint).await;
    assert_eq!((resumed.status, resumed.reason, resumed.disabled_at), (EndpointStatus::Active, None, None));
    assert_eq!(bench.run_due().await.delivered, 2);
    let arrived = [receiver.request().await, receiver.request().await].map(|request| request.header(ID_HEADER).to_owned());
    assert_eq!(BTreeSet::from(arrived), BTreeSet::from([before.id.to_string(), during.id.to_string()]));
}

#[tokio::test]
async fn what_is_too_late_by_then_ends_unsent() {
    let bench = Bench::new(home()).await;
    let receiver = Receiver::start(vec![OK]).await;
    let (endpoint, _) = bench.endpoint(&receiver.url()).await;
    bench.pause(&endpoint).await;
    bench.event().await;
    bench.advance(27 * 3_600);
    bench.event().await;
    bench.advance(2 * 3_600);
    let next_at = bench.db.as_system().read(|tx| tx.next_delivery_at()).await.unwrap();
    assert!(next_at.is_some_and(|at| at < bench.clock.now()), "it is seen while the endpoint is still paused");
    assert_eq!((bench.run_due().await.exhausted, bench.endpoint_view(&endpoint).await.held_count), (1, 1));
    bench.resume(&endpoint).await;
    assert_eq!(bench.run_due().await.delivered, 1);
    let ended = bench.deliveries(&endpoint).await;
    assert_eq!((ended[1].state, ended[1].end_reason), (DeliveryState::Exhausted, Some(EndReason::Expired)));
    assert_eq!(receiver.connection_count(), 1);
}

#[tokio::test]
async fn a_test_to_a_paused_endpoint_and_the_return_of_one_without_a_key_are_refused() {
    let bench = Bench::new(home()).await;
    let (endpoint, _) = bench.endpoint("http://127.0.0.1:9/hook").await;
    bench.event().await;
    bench.pause(&endpoint).await;
    let test = bench.webhooks.send_test(&bench.agency, &bench.key, &endpoint).await;
    assert!(matches!(test, Err(WebhookError::NotActive { .. })), "{test:?}");
    let (key, now) = (bench.key.clone(), bench.clock.now());
    assert!(bench.db.as_agency(&bench.agency).write(move |tx| tx.revoke_api_key(&key, now)).await.unwrap());
    let view = bench.endpoint_view(&endpoint).await;
    assert_eq!((view.status, view.reason, view.held_count), (EndpointStatus::Paused, Some(StopReason::KeyRevoked), 0));
    assert_eq!(bench.deliveries(&endpoint).await[0].end_reason, Some(EndReason::KeyRevoked));
    let back = bench.webhooks.resume_endpoint(&bench.agency, &bench.key, &endpoint).await;
    assert!(matches!(back, Err(WebhookError::KeyRevoked { .. })), "{back:?}");
    bench.event().await;
    assert_eq!(bench.deliveries(&endpoint).await.len(), 1, "nothing is kept for it");
}

#[tokio::test]
async fn a_receiver_may_end_one_delivery_or_all_by_a_header() {
    let bench = Bench::new(home()).await;
    let abort = Reply::Status(422, "webhook-delivery: abort-message\r\n", "");
    let disable = Reply::Status(200, "webhook-delivery: disable\r\n", "");
    let receiver = Receiver::start(vec![abort, disable]).await;
    let (endpoint, _) = bench.endpoint(&receiver.url()).await;
    bench.event().await;
    let count = bench.run_due().await;
    assert_eq!((count.aborted, count.total()), (1, 1));
    let aborted = bench.deliveries(&endpoint).await.remove(0);
    assert_eq!((aborted.state, aborted.end_reason), (DeliveryState::Cancelled, Some(EndReason::Aborted)));
    assert_eq!(bench.attempts(&endpoint).await[0].outcome, "aborted");
    assert_eq!(bench.endpoint_view(&endpoint).await.status, EndpointStatus::Active);
    bench.event().await;
    assert_eq!(bench.run_due().await.delivered, 1, "a success is one, whatever is asked for beside it");
    let view = bench.endpoint_view(&endpoint).await;
    assert_eq!((view.status, view.reason), (EndpointStatus::Gone, Some(StopReason::Receiver)));
    bench.event().await;
    assert_eq!(bench.run_due().await.total(), 0);
    assert_eq!(bench.endpoint_view(&endpoint).await.held_count, 1);
}

#[tokio::test]
async fn a_new_endpoint_is_pinged_unless_it_is_not_to_be() {
    let bench = Bench::new(home()).await;
    let mut receiver = Receiver::start(vec![OK]).await;
    let headers =
        ExtraHeaders::parse([("X-Tenant".to_owned(), "42".to_owned()), ("authorization".to_owned(), "Bearer s3".to_owned())]);
    let draft = EndpointDraft {
        url: receiver.url(),
        headers: headers.unwrap(),
        description: Some("  the accounting  ".to_owned()),
        kinds: kinds(&[EventKind::ReportDeleted]),
        ..EndpointDraft::default()
    };
    let (view, secret) = bench.webhooks.create_from(&bench.agency, &bench.key, draft.clone()).await.unwrap();
    assert_eq!(view.description.as_deref(), Some("the accounting"));
    assert_eq!(view.headers.keys().collect::<Vec<_>>(), ["authorization", "x-tenant"]);
    assert!(!format!("{view:?}").contains("s3") && !format!("{draft:?}").contains("s3"), "values are masked");
    assert_eq!(bench.run_due().await.delivered, 1);
    let request = receiver.request().await;
    assert_eq!((request.header("x-tenant"), request.header("authorization")), ("42", "Bearer s3"));
    let body: serde_json::Value = serde_json::from_slice(&request.body).unwrap();
    assert_eq!(body["type"], "endpoint.test");
    standardwebhooks::Webhook::new(secret.expose()).unwrap().verify(&request.body, &request.headers).unwrap();
    let content = bench.scratch.raw_bytes();
    for text in ["Bearer s3", "the accounting"] {
        assert!(!content.windows(text.len()).any(|window| window == text.as_bytes()), "{text} is in clear");
    }
    let quiet = EndpointDraft { ping: false, ..draft };
    bench.webhooks.create_from(&bench.agency, &bench.key, quiet).await.unwrap();
    assert_eq!(bench.run_due().await.total(), 0);
}

#[tokio::test]
async fn settings_change_one_by_one() {
    let bench = Bench::new(home()).await;
    let receiver = Receiver::start(vec![OK]).await;
    let (endpoint, _) = bench.endpoint("http://127.0.0.1:9/hook").await;
    let patch = async |patch| bench.webhooks.patch_endpoint(&bench.agency, &bench.key, &endpoint, patch).await;
    let headers = |pairs: &[(&str, Option<&str>)]| {
        let pairs = pairs.iter().map(|(name, value)| ((*name).to_owned(), value.map(str::to_owned)));
        EndpointPatch { headers: Some(Some(pairs.collect::<BTreeMap<_, _>>())), ..EndpointPatch::default() }
    };
    let names = |view: &EndpointView| view.headers.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&patch(headers(&[("x-a", Some("1")), ("x-b", Some("2"))])).await.unwrap()), ["x-a", "x-b"]);
    assert_eq!(names(&patch(headers(&[("X-A", None), ("x-c", Some("3"))])).await.unwrap()), ["x-b", "x-c"]);
    let refused = patch(headers(&[("webhook-id", Some("1"))])).await;
    assert!(matches!(refused, Err(WebhookError::Header(HeaderProblem::Reserved { .. }))), "{refused:?}");
    let url =
        EndpointPatch { url: Some(receiver.url()), kinds: Some(kinds(&[EventKind::EndpointTest])), ..EndpointPatch::default() };
    let view = patch(url).await.unwrap();
    assert_eq!((view.url.clone(), names(&view)), (receiver.url(), vec!["x-b".to_owned(), "x-c".to_owned()]));
    let wrong = patch(EndpointPatch { url: Some("ftp://127.0.0.1/".to_owned()), ..EndpointPatch::default() }).await;
    assert!(matches!(wrong, Err(WebhookError::Url(_))), "{wrong:?}");
    let long = |count| EndpointPatch { description: Some(Some("ü".repeat(count))), ..EndpointPatch::default() };
    assert!(patch(long(200)).await.unwrap().description.is_some());
    assert!(matches!(patch(long(201)).await, Err(WebhookError::DescriptionTooLong { limit: 200 })));
    let none = EndpointPatch { description: Some(None), headers: Some(None), ..EndpointPatch::default() };
    let view = patch(none).await.unwrap();
    assert_eq!((view.description, view.headers.len(), view.url), (None, 0, receiver.url()));
    bench.event().await;
    assert_eq!(bench.run_due().await.delivered, 1, "at the new address");
}

#[tokio::test]
async fn another_keys_endpoint_can_be_neither_seen_nor_changed() {
    let bench = Bench::new(home()).await;
    let (endpoint, _) = bench.endpoint("http://127.0.0.1:9/hook").await;
    let (webhooks, agency, key) = (&bench.webhooks, &bench.agency, bench.another_key().await);
    let found = webhooks.find_endpoint(agency, &key, &endpoint).await.map(drop);
    let paused = webhooks.pause_endpoint(agency, &key, &endpoint).await.map(drop);
    let resumed = webhooks.resume_endpoint(agency, &key, &endpoint).await.map(drop);
    let ended = webhooks.end_previous_secret(agency, &key, &endpoint).await.map(drop);
    let rotated = webhooks.rotate_secret(agency, &key, &endpoint, OVERLAP_DEFAULT).await.map(drop);
    let patched = webhooks.patch_endpoint(agency, &key, &endpoint, EndpointPatch::default()).await.map(drop);
    for refused in [found, paused, resumed, ended, rotated, patched] {
        assert!(matches!(refused, Err(WebhookError::NoSuchEndpoint { .. })), "{refused:?}");
    }
    assert_eq!(bench.endpoint_view(&endpoint).await.secret_generation, 1);
}
