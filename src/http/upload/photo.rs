//! One photo of an open analysis, as the whole body.

use actix_web::{HttpMessage as _, HttpRequest, web};

use super::body::bounded;
use super::raw::{Whole, file_name_of, read_photo};
use super::receive::{Door, MediaType, declared_bytes, media_type};
use crate::domain::{AgencyId, AnalysisId};
use crate::http::{Problem, ProblemKind, Services};
use crate::pipeline::{Once, Put};

/// Where a photo goes.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// The tenant.
    pub agency: &'a AgencyId,
    /// The open analysis.
    pub analysis: &'a AnalysisId,
    /// The photo's number, from 1.
    pub number: u16,
    /// The key the request came under.
    pub once: Option<&'a Once>,
}

/// Reads the body into memory and hands it to the pipeline.
///
/// # Errors
/// Every fault as its own problem, ending the connection. What can be known before the body is answered before it is read.
pub async fn put_photo(request: &HttpRequest, body: web::Payload, services: &Services, place: Place<'_>) -> Result<Put, Problem> {
    put(request, body, services, place).await.map_err(Problem::closing)
}

async fn put(
    request: &HttpRequest,
    body: web::Payload,
    services: &Services,
    Place { agency, analysis, number, once }: Place<'_>,
) -> Result<Put, Problem> {
    if media_type(request)? == MediaType::Form {
        let detail = "Put one photo as the whole body, as an image/* type or application/octet-stream.";
        return Err(Problem::new(ProblemKind::UnsupportedMediaType).detail(detail));
    }
    let file_name = file_name_of(request.query_string())?;
    let mut upload = services.pipeline.begin_photo(agency, analysis, number, declared_bytes(request)).await?;
    let bytes_max = services.pipeline.admission().request_bytes_max;
    let body = Whole { body: bounded(body, bytes_max), bytes_max, media_type: request.content_type() };
    read_photo(body, file_name.as_deref(), &mut Door::to(&mut upload)).await?;
    Ok(services.pipeline.put_photo(agency, analysis, number, upload, once).await?)
}
