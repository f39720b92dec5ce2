//! One photo of an open analysis: its row is claimed, it is measured, its bytes are gone, and only then is it said to be here.

use std::time::Duration;

use super::{opened, partial};
use crate::db::{AgencyScope, AnalysisRecord, Begun, Counts, DbError, KeyedRequest, NewPartial, OpenRecord, Tx};
use crate::domain::{AgencyId, AnalysisId, Failpoint, Timestamp, failpoint};
use crate::pipeline::once::asked_of_photo;
use crate::pipeline::outcome::until_recorded;
use crate::pipeline::run::{self, RunError};
use crate::pipeline::{AdmissionError, HeldPhoto, Inner, LEASE, Once, OpenError, Pipeline, Quota, QuotaExceeded, Upload};
use crate::storage::ObjectName;
use crate::vault::{Digest, Purpose, ReportKey, seal_partial};

/// What became of a photo that was put.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PutPhoto {
    /// It is held and being measured.
    Accepted,
    /// The same content was there already.
    AlreadyThere,
}

/// A photo that was put.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Put {
    /// What became of it.
    pub photo: PutPhoto,
    /// Whether the same request came before, under the same key.
    pub is_replay: bool,
}

/// A photo in this node's hands.
#[derive(Debug)]
struct Claimed {
    agency: AgencyId,
    analysis: AnalysisId,
    number: u16,
    previews: bool,
    fence: i64,
    object: ObjectName,
    key: ReportKey,
    /// The object of a lost try at the same number.
    replaced: Option<String>,
}

enum Claim {
    Mine { previews: bool, open: OpenRecord, fence: i64, replaced: Option<String> },
    AlreadyThere,
}

impl Pipeline {
    /// Opens the door for photo `number` of an open analysis, with a body of `declared_bytes` if it says so.
    ///
    /// # Errors
    /// [`OpenError::NotFound`], [`OpenError::NotOpen`], and what the limits refuse: the number, the photo's size, the size of
    /// all photos of the analysis together, a full node.
    pub async fn begin_photo(
        &self,
        agency: &AgencyId,
        analysis: &AnalysisId,
        number: u16,
        declared_bytes: Option<u64>,
    ) -> Result<Upload, OpenError> {
        let limit = self.inner.parts.admission.photos_max;
        if usize::from(number) > limit {
            return Err(AdmissionError::TooManyPhotos { limit }.into());
        }
        let limit_bytes = self.inner.parts.admission.file_bytes_max;
        if let Some(actual_bytes) = declared_bytes.filter(|declared| *declared > limit_bytes) {
            return Err(AdmissionError::FileTooLarge { limit_bytes, actual_bytes }.into());
        }
        let (now, id) = (self.now(), analysis.clone());
        let rows = self.inner.parts.db.as_agency(agency).read(move |tx| {
            opened(tx.find_analysis(&id)?, tx.find_open(&id)?, now)?;
            Ok::<_, OpenError>(tx.list_partials(&id)?)
        });
        let others: i64 = rows.await?.iter().filter(|one| one.number != i32::from(number)).map(|one| one.size_bytes).sum();
        Ok(self.begin_upload_after(u64::try_from(others).unwrap_or(0), declared_bytes)?.with_digests())
    }

    /// Takes the photo of `upload` as photo `number`. Its row is written before this returns, and it is measured at once; the
    /// same content at the same number changes nothing, with a key or without.
    ///
    /// # Errors
    /// [`OpenError::PhotoTaken`] for other content at a number that has a photo; as [`Pipeline::begin_photo`].
    pub async fn put_photo(
        &self,
        agency: &AgencyId,
        analysis: &AnalysisId,
        number: u16,
        upload: Upload,
        once: Option<&Once>,
    ) -> Result<Put, OpenError> {
        let parts = &self.inner.parts;
        let photo = upload.into_photos().pop().ok_or(AdmissionError::EmptyPhoto)?;
        let sha256 = photo.sha256.ok_or(AdmissionError::EmptyPhoto)?;
        // Bound to the analysis: equal photos of two analyses have nothing in common in the database.
        let content = [analysis.as_str().as_bytes(), &sha256].concat();
        let digests = parts.vault.keyed_digests(Purpose::Photo, &content);
        let (now, object) = (self.now(), ObjectName::partial(self.now()));
        let new = NewPartial {
            analysis: analysis.clone(),
            number: i32::from(number),
            size_bytes: i64::try_from(photo.memory.len()).unwrap_or(i64::MAX),
            content_digest: digests.first().copied().unwrap_or_default(),
            object: object.to_string(),
            lease_owner: parts.node.clone(),
            lease_until: now.plus(LEASE),
            received_at: now,
        };
        let bounds = (parts.admission.request_bytes_max, parts.quota);
        let keyed = once.map(|once| once.keyed(&parts.vault, &asked_of_photo(analysis, number, &sha256), now));
        let claiming = move |tx: &mut Tx<'_, AgencyScope>| {
            let is_replay = match &keyed {
                Some(keyed) => is_before(tx, keyed, &new.analysis)?,
                None => false,
            };
            Ok::<_, OpenError>((claim(tx, &new, &digests, bounds, now)?, is_replay))
        };
        let (claim, is_replay) = parts.db.as_agency(agency).write(claiming).await?;
        let Claim::Mine { previews, open, fence, replaced } = claim else {
            return Ok(Put { photo: PutPhoto::AlreadyThere, is_replay });
        };
        self.inner.watching.wake(analysis);
        let key = self.unwrap(agency, analysis, open.key)?;
        let (agency, analysis) = (agency.clone(), analysis.clone());
        self.start_photo(Claimed { agency, analysis, number, previews, fence, object, key, replaced }, photo);
        Ok(Put { photo: PutPhoto::Accepted, is_replay })
    }

    fn start_photo(&self, claimed: Claimed, photo: HeldPhoto) {
        let inner = std::sync::Arc::clone(&self.inner);
        let object = claimed.object.to_string();
        self.inner.lock_measuring().insert(object.clone());
        self.inner.tasks.spawn_on(
            async move {
                carry(&inner, &claimed, photo).await;
                inner.lock_measuring().remove(&object);
            },
            &self.inner.parts.runtime,
        );
    }
}

/// A key on a photo may not contradict; what the photo's number and content mean stays: one that was lost may be put again.
fn is_before(tx: &mut Tx<'_, AgencyScope>, keyed: &KeyedRequest, analysis: &AnalysisId) -> Result<bool, DbError> {
    match tx.begin_keyed(keyed)? {
        Begun::Before(_) => Ok(true),
        Begun::First { .. } => tx.settle_keyed(keyed, analysis.as_str()).map(|()| false),
    }
}

fn claim(
    tx: &mut Tx<'_, AgencyScope>,
    new: &NewPartial,
    digests: &[Digest],
    (bytes_max, quota): (u64, Quota),
    now: Timestamp,
) -> Result<Claim, OpenError> {
    let (record, open) = opened(tx.hold_analysis(&new.analysis)?, tx.find_open(&new.analysis)?, now)?;
    let photos = tx.list_partials(&new.analysis)?;
    let others: i64 = photos.iter().filter(|one| one.number != new.number).map(|one| one.size_bytes).sum();
    let there = photos.into_iter().find(|one| one.number == new.number);
    if let Some(there) = there.as_ref().filter(|there| !there.is_lost(now)) {
        let is_same = digests.iter().any(|digest| digest.as_slice() == there.content_digest);
        let number = u16::try_from(new.number).unwrap_or_default();
        return if is_same { Ok(Claim::AlreadyThere) } else { Err(OpenError::PhotoTaken { number }) };
    }
    let in_all = u64::try_from(others.saturating_add(new.size_bytes)).unwrap_or(u64::MAX);
    if in_all > bytes_max {
        return Err(AdmissionError::RequestTooLarge { limit_bytes: bytes_max, actual_bytes: Some(in_all) }.into());
    }
    let fence = match &there {
        Some(lost) => tx.replace_partial(lost, new)?,
        None => tx.insert_partial(new)?,
    };
    count(tx, &record, (new, there.is_none()), quota, now)?;
    Ok(Claim::Mine { previews: record.previews, open, fence, replaced: there.map(|lost| lost.object) })
}

/// Takes a photo from the agency's share and counts it. One that was lost and comes again was taken before; its bytes are new.
fn count(
    tx: &mut Tx<'_, AgencyScope>,
    analysis: &AnalysisRecord,
    (photo, is_new): (&NewPartial, bool),
    quota: Quota,
    now: Timestamp,
) -> Result<(), OpenError> {
    let photos = u64::from(is_new);
    if !analysis.is_test
        && let Some(spent) = quota.take(tx, (0, photos), now)?
    {
        return Err(QuotaExceeded::at(spent, now).into());
    }
    let received_bytes = photo.size_bytes.unsigned_abs();
    tx.count_usage(&analysis.id, Counts { photos, received_bytes, ..Counts::default() }, now)?;
    Ok(())
}

/// Measures a photo and stores its partial result. Never fails: a photo that cannot be finished here is given up, and may be
/// put again.
async fn carry(inner: &Inner, claimed: &Claimed, photo: HeldPhoto) {
    let most = Duration::from_secs(inner.parts.admission.analysis_secs);
    let finished = tokio::select! {
        biased;
        () = inner.stopping.cancelled() => Err("the node is stopping".to_owned()),
        finished = tokio::time::timeout(most, finish(inner, claimed, photo)) => match finished {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(error.to_string()),
            Err(_) => Err(format!("it took longer than {} s", most.as_secs())),
        },
    };
    if let Err(cause) = finished {
        tracing::warn!(analysis.id = %claimed.analysis, number = claimed.number, cause, "a photo was given up");
        give_up(inner, claimed).await;
    }
}

async fn finish(inner: &Inner, claimed: &Claimed, photo: HeldPhoto) -> Result<(), RunError> {
    let Claimed { agency, analysis, number, .. } = claimed;
    if let Some(Ok(lost)) = claimed.replaced.as_deref().map(str::parse) {
        delete(inner, &lost).await;
    }
    let measured = run::measure(inner, agency, claimed.previews, *number, photo).await?;
    let sealed = seal_partial(&claimed.key, agency, analysis, *number, &partial::pack(&measured)?)?;
    inner.parts.store.put_patiently(&claimed.object, sealed).await?;
    failpoint(Failpoint::PartialStored);
    let (state, problem) = run::words(&measured.outcome);
    let (number, fence) = (i32::from(*number), claimed.fence);
    let settled = until_recorded(|| {
        let (id, now) = (analysis.clone(), inner.parts.clock.now());
        inner.parts.db.as_system().write(move |tx| tx.settle_partial(&id, number, fence, (state, problem), now))
    });
    match settled.await {
        // The analysis ended, or the photo was put again: nobody will ask for this object.
        Err(DbError::StaleFence { .. }) => {
            delete(inner, &claimed.object).await;
            Ok(())
        }
        other => {
            inner.watching.wake(analysis);
            Ok(other?)
        }
    }
}

async fn delete(inner: &Inner, object: &ObjectName) {
    if let Err(error) = inner.parts.store.delete(object).await {
        tracing::warn!(%error, "a partial result could not be taken back; reconciliation will");
    }
}

/// The row names the object until the photo is put again or the analysis ends.
async fn give_up(inner: &Inner, claimed: &Claimed) {
    let (id, number, fence, now) = (claimed.analysis.clone(), i32::from(claimed.number), claimed.fence, inner.parts.clock.now());
    let given_up = inner.parts.db.as_system().write(move |tx| tx.give_partial_up(&id, number, fence, now));
    if let Err(error) = given_up.await {
        tracing::warn!(%error, "a photo could not be given up; its lease will end");
    }
}
