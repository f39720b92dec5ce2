//! Decoding on one core while another measures: the same stripes in the same order, so the same numbers.
//!
//! A decoded stripe is copied into one of a few buffers that go round between the two; copying costs a fiftieth of decoding.

use std::panic::resume_unwind;
use std::sync::{Mutex, PoisonError, mpsc};
use std::thread::{self, ScopedJoinHandle};

use super::Threads;
use crate::raster::{RowError, RowSource, Stripe, StripeBuffer};

/// How far the decoder may be ahead: at least and at most so many buffers go round.
const BUFFERS: (usize, usize) = (2, 16);
/// Bytes of all buffers, unless two are more.
const BUFFERED_BYTES: usize = 768 * 1024;

/// Hands every stripe to `measure` on a second thread, in order, while the next ones are decoded here. Where no thread can be had,
/// on this one.
///
/// # Errors
/// What ended the source before its last row; all stripes before it were measured.
pub fn read(source: &mut dyn RowSource, mut measure: impl FnMut(&Stripe<'_>) + Send) -> Result<(), RowError> {
    let (full, decoded) = mpsc::sync_channel::<StripeBuffer>(BUFFERS.1);
    let (empty, done) = mpsc::sync_channel::<StripeBuffer>(BUFFERS.1);
    let measured = thread::scope(|scope| {
        let measure = &mut measure;
        let started = thread::Builder::new().spawn_scoped(scope, move || {
            for buffer in decoded {
                measure(&buffer.stripe());
                // the decoder may have ended: then nobody wants it back
                let _unwanted = empty.send(buffer);
            }
        });
        started.is_ok().then(|| decode(source, &full, &done)).inspect(|_| drop(full))
    });
    match measured {
        Some(ended) => ended,
        None => read_here(source, measure),
    }
}

/// The same on one thread.
///
/// # Errors
/// What ended the source before its last row.
pub fn read_here(source: &mut dyn RowSource, mut measure: impl FnMut(&Stripe<'_>)) -> Result<(), RowError> {
    while let Some(stripe) = source.next_stripe()? {
        measure(&stripe);
    }
    Ok(())
}

/// Both, side by side where there are two cores.
pub fn both<A: Send, B>(threads: Threads, first: impl FnOnce() -> A + Send, second: impl FnOnce() -> B) -> (A, B) {
    if threads == Threads::One {
        return (first(), second());
    }
    // kept where both can reach it: whoever comes first does it
    let first = Mutex::new(Some(first));
    let take = || first.lock().unwrap_or_else(PoisonError::into_inner).take();
    thread::scope(|scope| {
        let apart = thread::Builder::new().spawn_scoped(scope, || take().map(|first| first()));
        let second = second();
        let first = match apart.map(ScopedJoinHandle::join) {
            Ok(Ok(Some(first))) => first,
            Ok(Err(panic)) => resume_unwind(panic),
            // no thread was to be had
            Ok(Ok(None)) | Err(_) => take().map_or_else(|| resume_unwind(Box::new("done twice")), |first| first()),
        };
        (first, second)
    })
}

fn decode(
    source: &mut dyn RowSource,
    full: &mpsc::SyncSender<StripeBuffer>,
    done: &mpsc::Receiver<StripeBuffer>,
) -> Result<(), RowError> {
    let (mut made, mut buffers) = (0, BUFFERS.1);
    while let Some(stripe) = source.next_stripe()? {
        let recycled = if made < buffers { done.try_recv().ok() } else { done.recv().ok() };
        made += usize::from(recycled.is_none());
        let mut buffer = recycled.unwrap_or_default();
        buffer.copy(&stripe);
        buffers = buffers.min((BUFFERED_BYTES / buffer.size().max(1)).max(BUFFERS.0));
        if full.send(buffer).is_err() {
            break;
        }
    }
    Ok(())
}
