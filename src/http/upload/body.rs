//! A request's body with a deadline: a mean rate after a grace, and an end in any case. The framework has neither.

use std::io;
use std::time::Duration;

use actix_web::error::PayloadError;
use actix_web::web::Bytes;
use futures_util::{Stream, StreamExt as _, stream};
use tokio::time::Instant;

use crate::http::Settings;

/// What a body must keep to.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// Not judged before this.
    pub grace: Duration,
    /// Bytes a second from then on, on average since the start.
    pub bytes_per_s_min: u64,
    /// Over by then, whatever the rate.
    pub deadline: Duration,
    /// Most bytes, framing included.
    pub bytes_max: u64,
}

/// Room for boundaries and small fields beside the photos, in bytes.
const FRAMING_BYTES_MAX: u64 = 1024 * 1024;

impl Pace {
    /// As configured, for an upload of at most `request_bytes_max`.
    pub fn of(settings: &Settings, request_bytes_max: u64) -> Self {
        Self {
            grace: settings.body_grace,
            bytes_per_s_min: settings.body_bytes_per_s_min,
            deadline: settings.body_deadline,
            bytes_max: request_bytes_max.saturating_add(FRAMING_BYTES_MAX),
        }
    }

    /// How long after the start the next piece must be here, when so many bytes have come.
    fn patience(&self, received: u64) -> Duration {
        let earned = Duration::from_secs(received / self.bytes_per_s_min.max(1));
        earned.max(self.grace).min(self.deadline)
    }
}

/// The body, ending in an error of kind [`io::ErrorKind::TimedOut`] when it is too slow and in [`PayloadError::Overflow`] when it is
/// too long.
pub fn paced<S>(body: S, pace: Pace) -> impl Stream<Item = Result<Bytes, PayloadError>>
where
    S: Stream<Item = Result<Bytes, PayloadError>> + Unpin,
{
    let start = Instant::now();
    stream::unfold(Some((body, 0_u64)), move |state| async move {
        let (mut body, received) = state?;
        match tokio::time::timeout_at(start + pace.patience(received), body.next()).await {
            Err(_) => Some((Err(PayloadError::Io(io::ErrorKind::TimedOut.into())), None)),
            Ok(None) => None,
            Ok(Some(Err(error))) => Some((Err(error), None)),
            Ok(Some(Ok(piece))) => {
                let received = received.saturating_add(piece.len() as u64);
                if received > pace.bytes_max {
                    return Some((Err(PayloadError::Overflow), None));
                }
                Some((Ok(piece), Some((body, received))))
            }
        }
    })
    // The form reader asks again after the end.
    .fuse()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PACE: Pace = Pace {
        grace: Duration::from_millis(50),
        bytes_per_s_min: 1 << 20,
        deadline: Duration::from_millis(400),
        bytes_max: 10 << 20,
    };

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

    fn is_timeout(error: &PayloadError) -> bool {
        matches!(error, PayloadError::Io(error) if error.kind() == io::ErrorKind::TimedOut)
    }

    #[test]
    fn patience_is_grace_then_rate_then_deadline() {
        let pace = Pace {
            grace: Duration::from_secs(10),
            bytes_per_s_min: 1024,
            deadline: Duration::from_secs(300),
            bytes_max: u64::MAX,
        };
        assert_eq!(pace.patience(0).as_secs(), 10);
        assert_eq!(pace.patience(10 * 1024).as_secs(), 10);
        assert_eq!(pace.patience(100 * 1024).as_secs(), 100);
        assert_eq!(pace.patience(u64::MAX).as_secs(), 300);
    }

    #[tokio::test]
    async fn a_dripping_body_ends_at_the_grace() {
        let (after, error) = end_of(dripping(1, Duration::from_millis(5))).await;
        assert!(is_timeout(&error));
        assert!(after >= PACE.grace && after < PACE.deadline, "{after:?}");
    }

    #[tokio::test]
    async fn silence_after_a_burst_ends_at_the_deadline() {
        let burst = stream::iter([Ok(Bytes::from(vec![0; 8 << 20]))]).chain(stream::pending());
        let (after, error) = end_of(Box::pin(burst)).await;
        assert!(is_timeout(&error));
        assert!(after >= PACE.deadline, "{after:?}");
    }

    #[tokio::test]
    async fn a_body_past_its_length_overflows() {
        let (_, error) = end_of(dripping(6 << 20, Duration::from_millis(1))).await;
        assert!(matches!(error, PayloadError::Overflow));
    }
}
