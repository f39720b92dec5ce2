//! A new secret, and the old one for a while: both kinds of receivers, to the second.

use standardwebhooks::Webhook;

use super::receiver::{Receiver, Reply, Request};
use super::*;

const OK: Reply = Reply::Status(204, "", "");

fn accepts(secret: &PlainSecret, request: &Request) -> bool {
    Webhook::new(secret.expose()).unwrap().verify(&request.body, &request.headers).is_ok()
}

impl Bench {
    async fn rotate(&self, endpoint: &EndpointId, overlap_secs: u64) -> RotatedSecret {
        let overlap = Duration::from_secs(overlap_secs);
        self.webhooks.rotate_secret(&self.agency, &self.key, endpoint, overlap).await.unwrap()
    }

    /// One event, delivered now.
    async fn deliver(&self, receiver: &mut Receiver) -> Request {
        self.event().await;
        assert_eq!(self.run_due().await.delivered, 1);
        receiver.request().await
    }
}

#[tokio::test]
async fn receivers_on_either_secret_accept_all_until_the_overlap_ends_and_one_on_the_old_none_after() {
    let bench = Bench::new(home()).await;
    let mut receiver = Receiver::start(vec![OK]).await;
    let (endpoint, old) = bench.endpoint(&receiver.url()).await;
    assert!(accepts(&old, &bench.deliver(&mut receiver).await));
    let rotated = bench.rotate(&endpoint, 60).await;
    assert_eq!((rotated.generation, rotated.previous_ends_at), (2, Some(bench.clock.now().plus(Duration::from_secs(60)))));
    for _ in 0..59 {
        let request = bench.deliver(&mut receiver).await;
        assert!(accepts(&old, &request) && accepts(&rotated.secret, &request), "{}", request.header(SIGNATURE_HEADER));
        bench.advance(1);
    }
    bench.clock.advance(Duration::from_millis(999));
    assert!(accepts(&old, &bench.deliver(&mut receiver).await), "to its last millisecond");
    bench.clock.advance(Duration::from_millis(1));
    for _ in 0..3 {
        let request = bench.deliver(&mut receiver).await;
        assert!(!accepts(&old, &request), "from its end on");
        assert!(accepts(&rotated.secret, &request));
        bench.advance(1);
    }
}

#[tokio::test]
async fn the_newest_comes_first_on_one_line_with_one_space() {
    let bench = Bench::new(home()).await;
    let mut receiver = Receiver::start(vec![OK]).await;
    let (endpoint, old) = bench.endpoint(&receiver.url()).await;
    let new = bench.rotate(&endpoint, 60).await.secret;
    let request = bench.deliver(&mut receiver).await;
    assert_eq!(request.headers.get_all(SIGNATURE_HEADER).iter().count(), 1, "proxies join lines with a comma");
    let alone = |secret: &PlainSecret| {
        let timestamp = request.header(TIMESTAMP_HEADER).parse().unwrap();
        Webhook::new(secret.expose()).unwrap().sign(request.header(ID_HEADER), timestamp, &request.body).unwrap()
    };
    assert_eq!(request.header(SIGNATURE_HEADER), format!("{} {}", alone(&new), alone(&old)));
    assert_eq!(
        bench.attempts(&endpoint).await[0].sent.as_ref().map(|sent| sent.signed_by.as_str()),
        Some("2 1"),
        "and the attempt says so"
    );
}

#[tokio::test]
async fn a_second_rotation_replaces_the_older_secret() {
    let bench = Bench::new(home()).await;
    let mut receiver = Receiver::start(vec![OK]).await;
    let (endpoint, first) = bench.endpoint(&receiver.url()).await;
    let second = bench.rotate(&endpoint, 600).await.secret;
    let third = bench.rotate(&endpoint, 600).await;
    assert_eq!(third.generation, 3);
    let request = bench.deliver(&mut receiver).await;
    assert!(!accepts(&first, &request), "two secrets sign, never three");
    assert!(accepts(&second, &request) && accepts(&third.secret, &request));
    assert_eq!(bench.attempts(&endpoint).await[0].sent.as_ref().map(|sent| sent.signed_by.as_str()), Some("3 2"));
}

#[tokio::test]
async fn an_overlap_may_be_none_and_may_be_ended_early() {
    let bench = Bench::new(home()).await;
    let mut receiver = Receiver::start(vec![OK]).await;
    let (endpoint, first) = bench.endpoint(&receiver.url()).await;
    let second = bench.rotate(&endpoint, 0).await;
    assert_eq!(second.previous_ends_at, None);
    let request = bench.deliver(&mut receiver).await;
    assert!(!accepts(&first, &request) && accepts(&second.secret, &request));
    let third = bench.rotate(&endpoint, 600).await.secret;
    assert!(accepts(&second.secret, &bench.deliver(&mut receiver).await));
    let view = bench.webhooks.end_previous_secret(&bench.agency, &bench.key, &endpoint).await.unwrap();
    assert_eq!((view.secret_generation, view.previous_secret_ends_at), (3, None));
    let request = bench.deliver(&mut receiver).await;
    assert!(!accepts(&second.secret, &request) && accepts(&third, &request));
}

#[tokio::test]
async fn an_overlap_lasts_a_week_at_most() {
    let bench = Bench::new(home()).await;
    let (endpoint, _) = bench.endpoint("http://127.0.0.1:9/hook").await;
    let rotate = async |overlap| bench.webhooks.rotate_secret(&bench.agency, &bench.key, &endpoint, overlap).await;
    rotate(OVERLAP_MAX).await.unwrap();
    let longer = rotate(OVERLAP_MAX + Duration::from_millis(1)).await;
    assert!(matches!(longer, Err(WebhookError::OverlapTooLong { limit_secs: 604_800 })), "{longer:?}");
}

#[tokio::test]
async fn a_secret_whose_overlap_is_over_is_erased() {
    let bench = Bench::new(home()).await;
    let (endpoint, _) = bench.endpoint("http://127.0.0.1:9/hook").await;
    bench.rotate(&endpoint, 60).await;
    let stored = async || {
        let of = endpoint.clone();
        let found = bench.db.as_agency(&bench.agency).read(move |tx| tx.find_endpoint(&of)).await.unwrap();
        found.unwrap().previous_secret
    };
    let next_at = bench.db.as_system().read(|tx| tx.next_delivery_at()).await.unwrap();
    assert_eq!(next_at, Some(bench.clock.now().plus(Duration::from_secs(60))), "the dispatcher comes by for it");
    bench.advance(59);
    bench.run_due().await;
    assert!(stored().await.is_some());
    bench.advance(1);
    bench.run_due().await;
    assert_eq!(stored().await, None);
    assert_eq!(bench.db.as_system().read(|tx| tx.next_delivery_at()).await.unwrap(), None);
}
