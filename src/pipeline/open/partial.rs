//! Partial results: what was measured of one photo, as a sealed object. Any node of the installation can read it, nobody else,
//! and nobody at all once the analysis has its outcome.

use std::time::Duration;

use crate::db::{DbError, PartialRecord, PhotoState};
use crate::domain::AnalysisId;
use crate::pipeline::Inner;
use crate::pipeline::frame::{self, FrameError, FrameKind};
use crate::pipeline::outcome::until_recorded;
use crate::pipeline::run::{Carried, RunError};
use crate::pipeline::worker::{check, child, picture_blobs};
use crate::report::ReportPhoto;
use crate::storage::ObjectName;
use crate::vault::{ReportKey, open_partial};

/// How often a submitted analysis looks whether its last photos are measured.
const POLL: Duration = Duration::from_millis(200);
/// Partial results deleted at a time.
const CLEAR_BATCH: u32 = 100;

/// A measured photo as bytes.
pub(super) fn pack(photo: &ReportPhoto) -> Result<Vec<u8>, FrameError> {
    frame::encode(FrameKind::Partial, photo, &picture_blobs(&photo.outcome))
}

fn unpack(bytes: &[u8]) -> Result<ReportPhoto, FrameError> {
    let (mut photo, blobs): (ReportPhoto, _) = frame::decode(FrameKind::Partial, bytes)?;
    child::attach_blobs(std::iter::once(&mut photo.outcome), blobs).ok_or(FrameError::Length)?;
    Ok(photo)
}

/// All photos of a submitted analysis in order, once every one of them is measured. The caller bounds the wait.
///
/// # Errors
/// [`RunError::PhotoLost`] if a node died with one.
pub(in crate::pipeline) async fn gather(inner: &Inner, carried: &Carried, key: &ReportKey) -> Result<Vec<ReportPhoto>, RunError> {
    let mut photos = Vec::new();
    for row in settled(inner, &carried.analysis).await? {
        photos.push(load(inner, carried, key, &row).await?);
    }
    Ok(photos)
}

async fn settled(inner: &Inner, analysis: &AnalysisId) -> Result<Vec<PartialRecord>, RunError> {
    loop {
        let look = || {
            let id = analysis.clone();
            inner.parts.db.as_system().read(move |tx| tx.list_partials_any(&id))
        };
        let (rows, now) = (until_recorded(look).await?, inner.parts.clock.now());
        if let Some(lost) = rows.iter().find(|row| row.is_lost(now)) {
            return Err(RunError::PhotoLost { number: lost.number });
        }
        if rows.iter().all(|row| row.state != PhotoState::Received) {
            return Ok(rows);
        }
        tokio::time::sleep(POLL).await;
    }
}

async fn load(inner: &Inner, carried: &Carried, key: &ReportKey, row: &PartialRecord) -> Result<ReportPhoto, RunError> {
    let damaged = || RunError::PartialDamaged { number: row.number };
    let name: ObjectName = row.object.parse().map_err(|_| damaged())?;
    let number = u16::try_from(row.number).map_err(|_| damaged())?;
    let sealed = inner.parts.store.get_patiently(&name).await?;
    let photo = unpack(&open_partial(key, &carried.agency, &carried.analysis, number, &sealed)?)?;
    check::photo(&photo.outcome, carried.previews).map_err(|_| damaged())?;
    if photo.number == number { Ok(photo) } else { Err(damaged()) }
}

/// Deletes the partial results of analyses that have their outcome, of one or of all: object first, then the row that names it.
/// What cannot be deleted now stays named and is found again.
pub(in crate::pipeline) async fn clear(inner: &Inner, of: Option<&AnalysisId>) -> usize {
    let mut cleared = 0;
    loop {
        match clear_batch(inner, of).await {
            Ok(0) => return cleared,
            Ok(count) => cleared += count,
            Err(error) => {
                tracing::warn!(%error, "partial results stay until they are found again");
                return cleared;
            }
        }
    }
}

async fn clear_batch(inner: &Inner, of: Option<&AnalysisId>) -> Result<usize, RunError> {
    let (of, now) = (of.cloned(), inner.parts.clock.now());
    let db = &inner.parts.db;
    let leftovers = db.as_system().read(move |tx| tx.list_leftover_partials(of.as_ref(), now, CLEAR_BATCH)).await?;
    let count = leftovers.len();
    for leftover in leftovers {
        match leftover.object.parse() {
            Ok(name) => inner.parts.store.delete(&name).await?,
            Err(_) => tracing::error!(object = leftover.object, "a row names an object by something that is no object's name"),
        }
        db.as_system().write::<(), DbError>(move |tx| tx.forget_partial(&leftover)).await?;
    }
    Ok(count)
}
