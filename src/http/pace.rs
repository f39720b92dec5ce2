//! How slowly bytes may move: a mean rate after a grace, and an end in any case. Held for a request's body here, and for whoever
//! reads an answer in [`super::listener`]. Only time in which we wait for the other side counts.

use std::io;
use std::time::Duration;

use actix_web::error::PayloadError;
use actix_web::web::Bytes;
use futures_util::{Stream, StreamExt as _, stream};
use tokio::time::Instant;

/// What the other side must keep to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// Not judged before so much waiting.
    pub grace: Duration,
    /// Bytes a second from then on, on average over all waiting.
    pub bytes_per_s_min: u64,
    /// Most waiting in all, whatever the rate.
    pub all: Duration,
}

impl Pace {
    /// How long may be waited in all by the time so many bytes have moved.
    pub fn patience(&self, moved: u64) -> Duration {
        let earned_ms = u128::from(moved) * 1000 / u128::from(self.bytes_per_s_min.max(1));
        let earned = Duration::from_millis(u64::try_from(earned_ms).unwrap_or(u64::MAX));
        earned.max(self.grace).min(self.all)
    }
}

/// The body, ending in an error of kind [`io::ErrorKind::TimedOut`] when it is too slow. The framework has no such limit.
pub fn paced<S>(body: S, pace: Pace) -> impl Stream<Item = Result<Bytes, PayloadError>>
where
    S: Stream<Item = Result<Bytes, PayloadError>> + Unpin,
{
    stream::unfold(Some((body, 0_u64, Duration::ZERO)), move |state| async move {
        let (mut body, received, waited) = state?;
        let asked = Instant::now();
        match tokio::time::timeout(pace.patience(received).saturating_sub(waited), body.next()).await {
            Err(_) => Some((Err(PayloadError::Io(io::ErrorKind::TimedOut.into())), None)),
            Ok(None) => None,
            Ok(Some(Err(error))) => Some((Err(error), None)),
            Ok(Some(Ok(piece))) => {
                let received = received.saturating_add(piece.len() as u64);
                Some((Ok(piece), Some((body, received, waited + asked.elapsed()))))
            }
        }
    })
    // The form reader asks again after the end.
    .fuse()
}

/// Whether a body ended because it was too slow.
pub fn is_too_slow(error: &PayloadError) -> bool {
    matches!(error, PayloadError::Io(error) if error.kind() == io::ErrorKind::TimedOut)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PACE: Pace = Pace { grace: Duration::from_millis(50), bytes_per_s_min: 1 << 20, all: Duration::from_millis(400) };

    /// A body that sends `size` bytes every `every`, for ever.
    fn dripping(size: usize, every: Duration) -> impl Stream<Item = Result<Bytes, PayloadError>> + Unpin {
        Box::pin(stream::unfold((), move |()| async move {
            tokio::time::sleep(every).await;
            Some((Ok(Bytes::from(vec![0; size])), ()))
        }))
    }

    async fn end_of(body: impl Stream<Item = Result<Bytes, PayloadError>> + Unpin) -> (Duration, PayloadError) {
        let start = Instant::now();
        let mut paced = Box::pin(paced(body, PACE));
        loop {
            match paced.next().await {
                Some(Ok(_)) => {}
                Some(Err(error)) => return (start.elapsed(), error),
                None => panic!("ended without an error"),
            }
        }
    }

    #[test]
    fn patience_is_grace_then_rate_then_the_end() {
        let pace = Pace { grace: Duration::from_secs(10), bytes_per_s_min: 1024, all: Duration::from_secs(300) };
        for (moved, patience_ms) in [
            (0, 10_000),
            (10 * 1024, 10_000),
            (10 * 1024 + 512, 10_500),
            (100 * 1024, 100_000),
            (300 * 1024, 300_000),
            (300 * 1024 + 512, 300_000),
            (u64::MAX, 300_000),
        ] {
            assert_eq!(pace.patience(moved), Duration::from_millis(patience_ms), "{moved}");
        }
    }

    #[tokio::test]
    async fn a_dripping_body_ends_at_the_grace() {
        let (after, error) = end_of(dripping(1, Duration::from_millis(5))).await;
        assert!(is_too_slow(&error));
        assert!(after >= PACE.grace && after < PACE.all, "{after:?}");
    }

    #[tokio::test]
    async fn silence_after_a_burst_ends_at_the_deadline() {
        let burst = stream::iter([Ok(Bytes::from(vec![0; 8 << 20]))]).chain(stream::pending());
        let (after, error) = end_of(Box::pin(burst)).await;
        assert!(is_too_slow(&error));
        assert!(after >= PACE.all, "{after:?}");
    }

    #[tokio::test]
    async fn the_time_in_which_nobody_asks_does_not_count() {
        let ready = stream::iter((0..3).map(|_| Ok(Bytes::from_static(b"x"))));
        let mut paced = Box::pin(paced(ready, PACE));
        for _ in 0..3 {
            tokio::time::sleep(PACE.grace).await;
            assert!(matches!(paced.next().await, Some(Ok(_))));
        }
        assert!(paced.next().await.is_none());
    }
}
