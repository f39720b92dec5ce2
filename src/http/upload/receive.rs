//! From a request to photos in memory, and from photos to an accepted analysis: the same for both edges.

use actix_multipart::Multipart;
use actix_web::http::header;
use actix_web::{HttpMessage as _, HttpRequest, web};

use super::body::bounded;
use super::form::Sink;
use super::raw::Whole;
use super::{FormRules, RawQuery, Sent, read_form, read_raw};
use crate::db::Origin;
use crate::domain::AgencyId;
use crate::http::idempotency::IDEMPOTENCY_KEY;
use crate::http::{Problem, ProblemKind, Services};
use crate::pipeline::{Accepted, AdmissionError, AnalysisRequest, Once, SentAs, Submitter, Upload};

/// The pipeline's upload with its errors in our words. A photo without a byte is told by its name.
pub(super) struct Door<'a> {
    upload: &'a mut Upload,
    file_name: String,
}

impl<'a> Door<'a> {
    pub(super) const fn to(upload: &'a mut Upload) -> Self {
        Self { upload, file_name: String::new() }
    }
}

impl Sink for Door<'_> {
    fn start(&mut self, sent: SentAs<'_>) -> Result<(), Problem> {
        sent.file_name.clone_into(&mut self.file_name);
        self.upload.start_photo(sent).map_err(Problem::from)
    }

    fn write(&mut self, piece: &[u8]) -> Result<(), Problem> {
        self.upload.write(piece).map_err(|error| match error {
            AdmissionError::FileTooLarge { .. } => Problem::from(error).member("file", super::form::shown(&self.file_name)),
            other => other.into(),
        })
    }

    fn finish(&mut self) -> Result<(), Problem> {
        self.upload.finish_photo().map_err(Problem::from)
    }

    fn count(&self) -> usize {
        self.upload.photo_count()
    }
}

/// Reads a form, or one picture as the whole body.
///
/// # Errors
/// Every fault of the request as its own problem.
pub async fn receive(request: &HttpRequest, body: web::Payload, services: &Services) -> Result<(Sent, Upload), Problem> {
    let media_type = media_type(request)?;
    // The query's fields count beside a picture only; a wrong one is told with every body.
    let query = RawQuery::parse(request.query_string()).map_err(Problem::closing)?;
    match media_type {
        MediaType::Form => receive_form(request, body, services, None).await,
        MediaType::Picture => {
            let mut upload = begin(request, services, false)?;
            let bytes_max = services.pipeline.admission().request_bytes_max;
            let body = Whole { body: bounded(body, bytes_max), bytes_max, media_type: request.content_type() };
            let sent = read_raw(body, query, &mut Door::to(&mut upload)).await?;
            Ok((sent, upload))
        }
    }
}

/// Reads a form; a page's form must begin with its session's token.
///
/// # Errors
/// As [`receive`].
pub async fn receive_form(
    request: &HttpRequest,
    body: web::Payload,
    services: &Services,
    csrf: Option<&str>,
) -> Result<(Sent, Upload), Problem> {
    let mut upload = begin(request, services, csrf.is_some())?;
    let request_bytes_max = services.pipeline.admission().request_bytes_max;
    let body = Box::pin(bounded(body, request_bytes_max));
    let form = Multipart::new(request.headers(), body);
    let rules = FormRules { csrf, request_bytes_max };
    let sent = read_form(form, rules, &mut Door::to(&mut upload)).await?;
    Ok((sent, upload))
}

fn begin(request: &HttpRequest, services: &Services, is_page: bool) -> Result<Upload, Problem> {
    let upload = services.pipeline.begin_upload(declared_bytes(request)).map_err(|error| Problem::from(error).closing())?;
    // A request that may be sent twice is known by its photos, too.
    let is_keyed = request.headers().contains_key(IDEMPOTENCY_KEY);
    Ok(if is_keyed || is_page { upload.with_digests() } else { upload })
}

/// `Content-Length`, if it says so.
pub(super) fn declared_bytes(request: &HttpRequest) -> Option<u64> {
    request.headers().get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok())
}

#[derive(PartialEq, Eq)]
pub(super) enum MediaType {
    Form,
    Picture,
}

pub(super) fn media_type(request: &HttpRequest) -> Result<MediaType, Problem> {
    let seen = request.content_type().to_ascii_lowercase();
    match seen.as_str() {
        "multipart/form-data" => Ok(MediaType::Form),
        "application/octet-stream" => Ok(MediaType::Picture),
        picture if picture.starts_with("image/") => Ok(MediaType::Picture),
        _ => {
            let named = if seen.is_empty() { "no Content-Type".to_owned() } else { format!("\"{}\"", super::form::shown(&seen)) };
            let detail = format!("Send multipart/form-data, an image/* type or application/octet-stream; this was {named}.");
            Err(Problem::new(ProblemKind::UnsupportedMediaType).detail(detail).closing())
        }
    }
}

/// Hands the photos to the pipeline.
///
/// # Errors
/// What the pipeline refuses; then nothing was accepted.
pub async fn accept(
    services: &Services,
    agency: &AgencyId,
    origin: Origin,
    sent: Sent,
    upload: Upload,
    once: Option<&Once>,
) -> Result<Accepted, Problem> {
    let (submitter, request) = asked(services, agency, origin, sent).await?;
    services.pipeline.submit(submitter, request, upload, once).await.map_err(|error| Problem::from(error).closing())
}

/// Opens an analysis for photos that are put one at a time.
///
/// # Errors
/// What the pipeline refuses; then there is no analysis.
pub async fn open(
    services: &Services,
    agency: &AgencyId,
    origin: Origin,
    sent: Sent,
    once: Option<&Once>,
) -> Result<Accepted, Problem> {
    let (submitter, request) = asked(services, agency, origin, sent).await?;
    Ok(services.pipeline.open(submitter, request, once).await?)
}

async fn asked(
    services: &Services,
    agency: &AgencyId,
    origin: Origin,
    sent: Sent,
) -> Result<(Submitter, AnalysisRequest), Problem> {
    let profile = services.accounts.agency_profile(agency).await?;
    let submitter = Submitter { agency: agency.clone(), origin, profile };
    let request =
        AnalysisRequest { product: sent.product, previews: sent.previews, reference: sent.reference, life_days: sent.life_days };
    Ok((submitter, request))
}
