//! Receivers that mean harm, and what an attempt costs them and us.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpListener;

use super::receiver::{Receiver, Reply};
use super::*;
use crate::domain::{EventId, Timestamp};

const SHORT: Duration = Duration::from_millis(400);

fn client(settings: Settings) -> WebhookClient {
    WebhookClient::new(CheckedResolver::new(Arc::new(SystemLookup), settings.egress()), settings).unwrap()
}

async fn post_with(client: &WebhookClient, url: &str) -> Answer {
    let target = Target::parse(url, home().egress()).unwrap();
    let now = Timestamp::from_epoch_millis(0);
    let headers = sign(&EndpointSecret::generate(), &EventId::generate(now), now, b"{}");
    client.post(&target, headers, &ExtraHeaders::default(), "{}".to_owned()).await
}

async fn post(url: &str) -> Answer {
    post_with(&client(Settings { request_timeout: SHORT, ..home() }), url).await
}

#[tokio::test]
async fn a_body_without_end_is_read_a_little_and_kept_less() {
    let receiver = Receiver::start(vec![Reply::Endless]).await;
    let answer = post_with(&client(home()), &receiver.url()).await;
    assert_eq!((answer.outcome, answer.status), (Outcome::Delivered, Some(200)));
    assert_eq!(answer.excerpt, vec![b'z'; 4096]);
    assert!(answer.duration < home().request_timeout, "not waited for");
    // What a socket's buffers swallow is more than what was read, but the flow has stopped.
    assert!(receiver.sent.load(Ordering::SeqCst) < 16 << 20);
}

#[tokio::test]
async fn a_slow_head_ends_at_the_deadline() {
    for reply in [Reply::Stall(""), Reply::Stall("HTTP/1.1 200 OK\r\n"), Reply::Drip("HTTP/1.1 200 OK\r\nx-drip: ")] {
        let receiver = Receiver::start(vec![reply.clone()]).await;
        let answer = post(&receiver.url()).await;
        assert_eq!((answer.outcome, answer.status), (Outcome::TimedOut, None), "{reply:?}");
        assert!(answer.duration >= SHORT && answer.duration < SHORT * 10, "{reply:?}: {:?}", answer.duration);
    }
}

#[tokio::test]
async fn a_slow_body_ends_at_the_deadline_and_the_status_stands() {
    for (head, outcome) in [
        ("HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n", Outcome::Delivered),
        ("HTTP/1.1 500 No\r\ncontent-length: 100000\r\n\r\n", Outcome::Refused),
    ] {
        let receiver = Receiver::start(vec![Reply::Drip(head)]).await;
        let answer = post(&receiver.url()).await;
        assert_eq!(answer.outcome, outcome);
        assert!(answer.excerpt.iter().all(|byte| *byte == b'x') && answer.duration < SHORT * 10, "{:?}", answer.duration);
    }
}

#[tokio::test]
async fn a_redirect_is_a_failure_and_not_followed() {
    let inner = Receiver::start(vec![Reply::Status(200, "", "secret")]).await;
    let location: &'static str = Box::leak(format!("location: {}\r\n", inner.url()).into_boxed_str());
    for status in [301, 302, 303, 307, 308] {
        let receiver = Receiver::start(vec![Reply::Status(status, location, "")]).await;
        let answer = post(&receiver.url()).await;
        assert_eq!((answer.outcome, answer.status), (Outcome::Redirected, Some(status)));
    }
    assert_eq!(inner.connection_count(), 0);
}

#[tokio::test]
async fn statuses_are_judged() {
    for (status, outcome) in [
        (200, Outcome::Delivered),
        (202, Outcome::Delivered),
        (299, Outcome::Delivered),
        (304, Outcome::Redirected),
        (400, Outcome::Refused),
        (404, Outcome::Refused),
        (410, Outcome::Gone),
        (429, Outcome::Refused),
        (503, Outcome::Refused),
    ] {
        let mut receiver = Receiver::start(vec![Reply::Status(status, "retry-after: 7\r\n", "")]).await;
        let answer = post(&receiver.url()).await;
        assert_eq!((answer.outcome, answer.status), (outcome, Some(status)));
        assert_eq!(answer.retry_after.as_deref(), Some("7"));
        receiver.request().await;
        assert!(receiver.no_request(), "asked once");
    }
}

#[tokio::test]
async fn broken_talk_and_closed_doors_have_names() {
    let closing = Receiver::start(vec![Reply::Close]).await;
    assert_eq!(post(&closing.url()).await.outcome, Outcome::Broken);
    let babbling = Receiver::start(vec![Reply::Stall("SSH-2.0-OpenSSH_9.2\r\n")]).await;
    assert_eq!(post(&babbling.url()).await.outcome, Outcome::Broken);
    let plain = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{}/", plain.local_addr().unwrap());
    let talking = tokio::spawn(async move {
        let (mut stream, _) = plain.accept().await.unwrap();
        stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await.unwrap();
        stream
    });
    assert_eq!(post(&url).await.outcome, Outcome::Unreachable, "no TLS there");
    talking.await.unwrap();
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    assert_eq!(post(&format!("http://{free}/")).await.outcome, Outcome::Unreachable, "nobody listens");
}

#[tokio::test]
async fn no_connection_is_made_to_what_a_name_must_not_mean() {
    let listener = Receiver::start(vec![Reply::Status(200, "", "")]).await;
    let settings = home();
    for address in ["127.0.0.1", "::1", "0.0.0.0", "10.0.0.1", "169.254.169.254", "::ffff:127.0.0.1", "64:ff9b::7f00:1"] {
        let book = Book::of(&[("localhost", &[address])]);
        // The resolver is the strict one; only the URL's shape was let through.
        let strict = CheckedResolver::new(book, EgressPolicy { allow_loopback: false });
        let client = WebhookClient::new(strict, settings).unwrap();
        let url = format!("http://localhost:{}/", listener.address.port());
        assert_eq!(post_with(&client, &url).await.outcome, Outcome::Blocked, "{address}");
    }
    let nowhere = WebhookClient::new(CheckedResolver::new(Book::of(&[]), settings.egress()), settings).unwrap();
    assert_eq!(post_with(&nowhere, "http://localhost:9/").await.outcome, Outcome::Unresolved);
    assert_eq!(listener.connection_count(), 0);
}

#[tokio::test]
async fn a_head_without_end_is_cut_off() {
    let long: &'static str = Box::leak(format!("HTTP/1.1 200 OK\r\n{}", "x-more: 1\r\n".repeat(500)).into_boxed_str());
    let receiver = Receiver::start(vec![Reply::Stall(long)]).await;
    let answer = post(&receiver.url()).await;
    assert!(matches!(answer.outcome, Outcome::Broken | Outcome::TimedOut), "{:?}", answer.outcome);
}
