//! A request's body with a bound on its length. How slowly it may come is held for every body, in `http::pace`.

use actix_web::error::PayloadError;
use actix_web::web::Bytes;
use futures_util::{Stream, StreamExt as _, stream};

/// Room for boundaries and small fields beside the photos, in bytes.
const FRAMING_BYTES_MAX: u64 = 1024 * 1024;

/// The body of an upload of at most `request_bytes_max`, ending in [`PayloadError::Overflow`] when it is too long.
pub fn bounded<S>(body: S, request_bytes_max: u64) -> impl Stream<Item = Result<Bytes, PayloadError>>
where
    S: Stream<Item = Result<Bytes, PayloadError>> + Unpin,
{
    let bytes_max = request_bytes_max.saturating_add(FRAMING_BYTES_MAX);
    stream::unfold(Some((body, 0_u64)), move |state| async move {
        let (mut body, received) = state?;
        match body.next().await? {
            Err(error) => Some((Err(error), None)),
            Ok(piece) => {
                let received = received.saturating_add(piece.len() as u64);
                if received > bytes_max {
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

    async fn pieces_of(sizes: &[u64]) -> Vec<Result<usize, PayloadError>> {
        let pieces = sizes.iter().map(|size| Ok(Bytes::from(vec![0; usize::try_from(*size).unwrap()])));
        let body = Box::pin(bounded(stream::iter(pieces.collect::<Vec<_>>()), 1000));
        body.map(|piece| piece.map(|piece| piece.len())).collect().await
    }

    #[tokio::test]
    async fn a_body_past_its_length_overflows() {
        let whole = 1000 + FRAMING_BYTES_MAX;
        assert!(pieces_of(&[1000, FRAMING_BYTES_MAX]).await.iter().all(Result::is_ok), "{whole} bytes pass");
        let past = pieces_of(&[1000, FRAMING_BYTES_MAX, 1, 1]).await;
        assert!(matches!(past.as_slice(), [Ok(_), Ok(_), Err(PayloadError::Overflow)]), "{past:?}");
    }
}
