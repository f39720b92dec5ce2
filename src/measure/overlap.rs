//! Decoding on one core while another measures: the same stripes in the same order, so the same numbers.
//!
//! A decoded stripe is copied into one of a few buffers that go round between the two; copying costs a fiftieth of decoding.

use std::sync::mpsc;
use std::thread;

use crate::raster::{RowError, RowSource, Stripe, StripeBuffer};

/// Buffers that go round: the decoder may be so far ahead.
const BUFFERS: usize = 8;

/// Hands every stripe to `measure` on a second thread, in order, while the next ones are decoded here. Where no thread can be had,
/// on this one.
///
/// # Errors
/// What ended the source before its last row; all stripes before it were measured.
pub fn read(source: &mut dyn RowSource, mut measure: impl FnMut(&Stripe<'_>) + Send) -> Result<(), RowError> {
    let (full, decoded) = mpsc::sync_channel::<StripeBuffer>(BUFFERS);
    let (empty, done) = mpsc::sync_channel::<StripeBuffer>(BUFFERS);
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

fn decode(
    source: &mut dyn RowSource,
    full: &mpsc::SyncSender<StripeBuffer>,
    done: &mpsc::Receiver<StripeBuffer>,
) -> Result<(), RowError> {
    let mut made = 0;
    while let Some(stripe) = source.next_stripe()? {
        let recycled = if made < BUFFERS { done.try_recv().ok() } else { done.recv().ok() };
        made += usize::from(recycled.is_none());
        let mut buffer = recycled.unwrap_or_default();
        buffer.copy(&stripe);
        if full.send(buffer).is_err() {
            break;
        }
    }
    Ok(())
}
