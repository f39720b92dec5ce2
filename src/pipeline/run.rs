//! One analysis from its first photo to its outcome.
//!
//! Every photo waits for its turn, is measured by a worker of its own and let go; then the report is made, sealed and stored;
//! then one transaction records outcome, report and event. Whatever goes wrong ends in one outcome, too.

use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use tokio_util::sync::CancellationToken;

use super::outcome::{self, Names};
use super::request::Accepting;
use super::worker::{RenderHead, WorkerError};
use super::{HeldPhoto, Inner, bundle, open};
use crate::db::{AnalysisRecord, DbError, NewReport, PhotoState, ReportObject, WrappedKeyColumns};
use crate::domain::{AgencyId, AgencyProfile, AnalysisId, ApiKeyId, Failpoint, FailureReason, Product, Timestamp, failpoint};
use crate::measure::PhotoOutcome;
use crate::report::{RenderedReport, ReportFacts, ReportPhoto};
use crate::storage::{ObjectName, Part, StorageError};
use crate::vault::{ReportKey, VaultError, seal_object};

/// The fence of an analysis on the node that accepted it whole.
const FIRST_FENCE: i64 = 1;
/// Where the photos of an analysis are.
#[derive(Debug)]
pub(super) enum Photos {
    /// In this node's memory, still to be measured.
    Held(Vec<HeldPhoto>),
    /// Put one at a time, here or elsewhere: their partial results open with this key.
    Put(ReportKey),
}

/// A submitted analysis with its photos.
#[derive(Debug)]
pub(super) struct Carried {
    pub analysis: AnalysisId,
    pub agency: AgencyId,
    pub profile: AgencyProfile,
    pub api_key: Option<ApiKeyId>,
    pub product: Product,
    pub previews: bool,
    pub reference: Option<String>,
    pub life: Duration,
    pub photos: Photos,
    pub photo_count: i32,
    pub accepted_at: Timestamp,
    /// Under which this node holds it.
    pub fence: i64,
    /// Whether a test key made it.
    pub is_test: bool,
}

impl Carried {
    /// One that came whole.
    pub(super) fn of(accepting: Accepting, photos: Vec<HeldPhoto>, photo_count: i32) -> Self {
        let Accepting { id, now, submitter, request, reference, life } = accepting;
        Self {
            analysis: id,
            agency: submitter.agency,
            profile: submitter.profile,
            api_key: submitter.origin.api_key().cloned(),
            product: request.product,
            previews: request.previews,
            reference,
            life,
            photos: Photos::Held(photos),
            photo_count,
            accepted_at: now,
            fence: FIRST_FENCE,
            is_test: false,
        }
    }

    /// One whose photos were put one at a time, as its row says.
    pub(super) fn of_open(
        record: AnalysisRecord,
        (profile, reference): (AgencyProfile, Option<String>),
        key: ReportKey,
        (fence, now): (i64, Timestamp),
    ) -> Self {
        Self {
            analysis: record.id,
            agency: record.agency,
            profile,
            api_key: record.origin.api_key().cloned(),
            product: record.product,
            previews: record.previews,
            reference,
            life: Duration::from_millis(u64::try_from(record.life_ms).unwrap_or_default()),
            photos: Photos::Put(key),
            photo_count: record.photo_count,
            accepted_at: now,
            fence,
            is_test: record.is_test,
        }
    }
}

/// Why an analysis does not complete on this node.
#[derive(Debug, thiserror::Error)]
pub(super) enum RunError {
    #[error("no photo could be measured")]
    NoUsablePhoto,
    #[error("photo {number} was lost with the node that measured it")]
    PhotoLost { number: i32 },
    #[error("the partial result of photo {number} cannot be read")]
    PartialDamaged { number: i32 },
    #[error(transparent)]
    Worker(#[from] WorkerError),
    #[error(transparent)]
    Vault(#[from] VaultError),
    #[error(transparent)]
    Storage(#[from] StorageError),
    #[error(transparent)]
    Db(#[from] DbError),
    #[error("the result could not be packed: {0}")]
    Bundle(#[from] super::frame::FrameError),
}

impl RunError {
    fn reason(&self) -> FailureReason {
        match self {
            Self::NoUsablePhoto => FailureReason::NoUsablePhoto,
            Self::PhotoLost { .. } | Self::PartialDamaged { .. } => FailureReason::Interrupted,
            Self::Worker(_) | Self::Vault(_) | Self::Storage(_) | Self::Db(_) | Self::Bundle(_) => FailureReason::Interrupted,
        }
    }
}

/// Carries an analysis to its outcome. Never fails: what cannot be recorded now is found by recovery when the lease ends.
pub(super) async fn carry(inner: &Inner, mut carried: Carried, cancel: CancellationToken) {
    let photos = std::mem::replace(&mut carried.photos, Photos::Held(Vec::new()));
    let was_open = matches!(photos, Photos::Put(_));
    conclude(inner, &carried, photos, cancel).await;
    if was_open {
        open::clear(inner, Some(&carried.analysis)).await;
    }
}

async fn conclude(inner: &Inner, carried: &Carried, photos: Photos, cancel: CancellationToken) {
    let names = Names::new(carried.product, inner.parts.clock.now());
    let deadline = Duration::from_secs(inner.parts.admission.analysis_secs);
    let reason = tokio::select! {
        biased;
        () = cancel.cancelled() => FailureReason::Cancelled,
        () = inner.stopping.cancelled() => FailureReason::Interrupted,
        outcome = tokio::time::timeout(deadline, complete(inner, carried, photos, &names)) => match outcome {
            Ok(Ok(())) => {
                let millis = inner.parts.clock.now().since(carried.accepted_at).as_millis();
                tracing::info!(analysis.id = %carried.analysis, %millis, "analysis completed");
                return;
            }
            Ok(Err(error)) => {
                tracing::warn!(analysis.id = %carried.analysis, %error, "analysis failed");
                error.reason()
            }
            Err(_) => FailureReason::Deadline,
        },
    };
    outcome::fail(inner, carried, reason, &names).await;
}

async fn complete(inner: &Inner, carried: &Carried, photos: Photos, names: &Names) -> Result<(), RunError> {
    let photos = match photos {
        Photos::Held(photos) => measure_all(inner, carried, photos).await?,
        Photos::Put(key) => open::gather(inner, carried, &key).await?,
    };
    if photos.iter().all(|photo| matches!(photo.outcome, PhotoOutcome::Unusable(_))) {
        return Err(RunError::NoUsablePhoto);
    }
    failpoint(Failpoint::AllMeasured);
    outcome::note_rendering(inner, carried).await?;
    let created_at = inner.parts.clock.now();
    let facts = ReportFacts {
        report: names.report.clone(),
        analysis: carried.analysis.clone(),
        product: carried.product,
        agency_name: carried.profile.name.clone(),
        reference: carried.reference.clone(),
        created_at,
        expires_at: Some(created_at.plus(carried.life)),
        verify_url: Some(format!("{}?r={}", inner.parts.verify_url, names.report)),
        previews: carried.previews,
        branding: carried.profile.branding.clone(),
        is_test: carried.is_test,
    };
    let head = RenderHead { facts, photos };
    let rendered = {
        let _permit = inner.scheduler.acquire(&carried.agency).await;
        inner.parts.workers.render(&head).await?
    };
    failpoint(Failpoint::Rendered);
    let result = bundle::pack(&rendered.result_json, &head.photos)?;
    store_and_record(inner, carried, names, &head.facts, &rendered, &result).await
}

async fn measure_all(inner: &Inner, carried: &Carried, photos: Vec<HeldPhoto>) -> Result<Vec<ReportPhoto>, RunError> {
    let mut measuring: FuturesUnordered<_> =
        (1_u16..).zip(photos).map(|(number, photo)| measure_one(inner, carried, number, photo)).collect();
    let mut measured = Vec::with_capacity(measuring.len());
    while let Some(photo) = measuring.next().await {
        measured.push(photo?);
    }
    measured.sort_by_key(|photo| photo.number);
    Ok(measured)
}

async fn measure_one(inner: &Inner, carried: &Carried, number: u16, photo: HeldPhoto) -> Result<ReportPhoto, RunError> {
    let measured = measure(inner, &carried.agency, carried.previews, number, photo).await?;
    let (state, problem) = words(&measured.outcome);
    outcome::until_recorded(|| {
        let (analysis, number, fence) = (carried.analysis.clone(), i32::from(number), carried.fence);
        let now = inner.parts.clock.now();
        inner.parts.db.as_system().write(move |tx| tx.set_photo_state(&analysis, number, fence, (state, problem), now))
    })
    .await?;
    inner.watching.wake(&carried.analysis);
    failpoint(Failpoint::PhotoRecorded);
    Ok(measured)
}

/// Measures one photo when it is its agency's turn. Its bytes are gone when this returns.
pub(super) async fn measure(
    inner: &Inner,
    agency: &AgencyId,
    previews: bool,
    number: u16,
    photo: HeldPhoto,
) -> Result<ReportPhoto, WorkerError> {
    let permit = inner.scheduler.acquire(agency).await;
    let outcome = inner.parts.workers.measure(&photo.memory, previews, permit.threads()).await?;
    let (file_name, declared_type) = (photo.file_name.clone(), photo.declared_type.clone());
    // The photo's bytes are gone here, whatever the others do.
    drop(photo);
    drop(permit);
    failpoint(Failpoint::PhotoMeasured);
    Ok(ReportPhoto { number, file_name, declared_type, outcome })
}

/// What a photo's row says of its outcome.
pub(super) const fn words(outcome: &PhotoOutcome) -> (PhotoState, Option<&'static str>) {
    match outcome {
        PhotoOutcome::Measured(_) => (PhotoState::Measured, None),
        PhotoOutcome::Unusable(problem) => (PhotoState::Unusable, Some(problem.slug())),
    }
}

async fn store_and_record(
    inner: &Inner,
    carried: &Carried,
    names: &Names,
    facts: &ReportFacts,
    rendered: &RenderedReport,
    result: &[u8],
) -> Result<(), RunError> {
    let agency = &carried.agency;
    let key = ReportKey::generate();
    let wrapped = inner.parts.vault.wrap_report_key(&key, agency, &names.report)?;
    let pdf_sealed = seal_object(&key, agency, &names.report, Part::Report.slug(), &rendered.pdf)?;
    let result_sealed = seal_object(&key, agency, &names.report, Part::Result.slug(), result)?;
    inner.parts.store.put_patiently(&names.pdf, pdf_sealed).await?;
    failpoint(Failpoint::PdfStored);
    inner.parts.store.put_patiently(&names.result, result_sealed).await?;
    failpoint(Failpoint::ResultStored);
    let expires_at = facts.expires_at.unwrap_or(facts.created_at);
    let report = NewReport {
        id: names.report.clone(),
        pdf_object: object(&names.pdf, rendered.pdf.len()),
        result_object: object(&names.result, result.len()),
        expires_at,
    };
    let key = WrappedKeyColumns { kid: wrapped.kid, nonce: wrapped.nonce, wrapped: wrapped.wrapped };
    Ok(outcome::complete(inner, carried, &report, &key, facts.created_at).await?)
}

fn object(name: &ObjectName, size: usize) -> ReportObject {
    ReportObject { name: name.to_string(), size_bytes: i64::try_from(size).unwrap_or(i64::MAX) }
}
