//! Photos one at a time: open, put each, submit. For phones and for large sets: a lost connection costs one photo.

use actix_web::guard::GuardContext;
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::submit::waited;
use super::upload_body::Picture;
use super::view::{AnalysisView, PhotoView};
use crate::api::openapi::{Prefer, words};
use crate::api::parse_id;
use crate::db::Origin;
use crate::domain::AnalysisId;
use crate::http::caller::{AnalysesWrite, ApiCaller, Uploads};
use crate::http::idempotency::{Mutation, mark, once};
use crate::http::upload::photo::Place;
use crate::http::upload::{self, Fields, Sent};
use crate::http::{JsonObject, Problem, ProblemKind, Services, Settings};
use crate::pipeline::PutPhoto;

/// The body of `POST /v1/analyses` that opens one.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Opening {
    /// Always true.
    #[schema(value_type = words::Yes)]
    open: bool,
    #[schema(value_type = words::Product)]
    product: Option<String>,
    #[schema(value_type = Option<words::Previews>)]
    previews: Option<String>,
    /// Your own id.
    #[schema(max_length = 100, example = "Shoot 14")]
    reference: Option<String>,
    /// Days the report lives; at most, and without it, the product's.
    #[schema(minimum = 1, maximum = 30, example = 3)]
    life_days: Option<u32>,
}

impl Opening {
    fn check(self) -> Result<Sent, Problem> {
        if !self.open {
            let detail = "As JSON an analysis can only be opened: open is true. Send photos as a form or as the whole body.";
            return Err(Problem::field("open", "not_allowed", detail));
        }
        let mut fields = Fields::default();
        let life_days = self.life_days.map(|days| days.to_string());
        let given =
            [("product", self.product), ("previews", self.previews), ("reference", self.reference), ("life_days", life_days)];
        for (name, value) in given {
            if let Some(value) = value {
                fields.set(name, &value)?;
            }
        }
        fields.finish_open()
    }
}

/// Whether a request says that its body is JSON.
pub fn is_json(context: &GuardContext<'_>) -> bool {
    let content_type = context.head().headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    content_type
        .is_some_and(|value| value.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json")))
}

/// `POST /v1/analyses` with JSON: opens an analysis.
///
/// # Errors
/// Every fault of the request; 409 for too many open ones and for its key, 422 for its key.
pub async fn open(
    caller: ApiCaller<Uploads>,
    request: HttpRequest,
    body: JsonObject<Opening>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    upload::RawQuery::parse(request.query_string())?;
    let sent = body.into_inner().check()?;
    let once = once(&request, &services, &caller)?;
    let opened = upload::open(&services, &caller.agency, Origin::ApiKey(caller.key.clone()), sent, once.as_ref()).await?;
    let seen = services.see(&caller.agency, &opened.id).await?;
    let mut response = if opened.is_replay { HttpResponse::Ok() } else { HttpResponse::Created() };
    mark(&mut response, opened.is_replay);
    Ok(response.insert_header((header::LOCATION, format!("/v1/analyses/{}", opened.id))).json(AnalysisView::from(seen)))
}

/// `PUT /v1/analyses/{id}/photos/{n}`: one photo as the whole body. 202: it is being measured. 200: it was there already.
///
/// # Errors
/// 404; 409 for other content at that number and for an analysis that takes no photos; 413, 415, 422 and 503 as for every photo.
#[utoipa::path(
    put, path = "/v1/analyses/{id}/photos/{number}", operation_id = "putPhoto", tag = "Analyses",
    summary = "Put one photo of an open analysis",
    description = "One photo as the whole body. The same content at the same number again changes nothing.",
    params(
        ("id" = words::AnalysisId, Path, description = "The open analysis."),
        ("number" = words::PhotoNumber, Path, description = "The photo's number, from 1 without a gap."),
        PhotoQuery,
    ),
    request_body(content((Picture = "image/jpeg"), (Picture = "image/*"), (Picture = "application/octet-stream")), description = "The photo."),
    responses(
        (status = 202, description = "It is being measured.", body = PhotoView),
        (status = 200, description = "It was there already.", body = PhotoView),
    ),
    security(("key" = ["analyses:write"])),
    extensions(("x-problems" = json!(["not-open", "photo-taken", "photo-too-large", "quota-exceeded"]))),
)]
pub async fn put_photo(
    caller: ApiCaller<AnalysesWrite>,
    path: web::Path<(String, String)>,
    request: HttpRequest,
    body: web::Payload,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let (id, number) = path.into_inner();
    let id: AnalysisId = parse_id(&id).map_err(Problem::closing)?;
    let number = number_of(&number).map_err(Problem::closing)?;
    let once = once(&request, &services, &caller)?;
    let place = Place { agency: &caller.agency, analysis: &id, number, once: once.as_ref() };
    let put = upload::put_photo(&request, body, &services, place).await?;
    let seen = services.see(&caller.agency, &id).await?;
    let photo = seen.photos.into_iter().find(|photo| photo.number == i32::from(number));
    let photo = photo.ok_or_else(|| Problem::new(ProblemKind::NotFound))?;
    let mut response = match put.photo {
        PutPhoto::Accepted => HttpResponse::Accepted(),
        PutPhoto::AlreadyThere => HttpResponse::Ok(),
    };
    mark(&mut response, put.is_replay);
    // The connection's buffer may still hold bytes of the photo: it ends here.
    Ok(response.force_close().json(PhotoView::at(photo, seen.seen_at)))
}

/// What a photo that is put by itself may say in the query.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "only described here; `http::upload` reads it from the address")]
pub struct PhotoQuery {
    /// The file's name, as the report shows it.
    #[param(example = "photo.jpg")]
    file_name: Option<String>,
}

/// A photo's number: whole, from 1, without signs or zeros before it.
fn number_of(text: &str) -> Result<u16, Problem> {
    let number = text.parse().ok().filter(|number: &u16| *number > 0 && number.to_string() == text);
    number.ok_or_else(|| Problem::new(ProblemKind::NotFound))
}

/// `POST /v1/analyses/{id}/submit`: all photos are here. 202, and 200 once it has its outcome.
///
/// # Errors
/// 404; 409 while numbers have no photo, and for one that failed or whose time is over.
#[utoipa::path(
    post, path = "/v1/analyses/{id}/submit", operation_id = "submitAnalysis", tag = "Analyses",
    summary = "Submit an open analysis",
    description = "All photos are there: makes the report. Asked again it answers the state.",
    params(("id" = words::AnalysisId, Path, description = "The open analysis."), Prefer),
    responses(
        (status = 202, description = "It is running.", body = AnalysisView, headers(
            ("Location" = String, description = "The analysis."),
            ("Retry-After" = u32, description = "Seconds after which to ask again."))),
        (status = 200, description = "It has its outcome.", body = AnalysisView, headers(("Location" = String, description = "The analysis."))),
    ),
    security(("key" = ["analyses:write"])),
    extensions(("x-problems" = json!(["not-open", "photos-missing"]))),
)]
pub async fn submit(
    caller: ApiCaller<AnalysesWrite>,
    id: web::Path<String>,
    request: HttpRequest,
    services: web::Data<Services>,
    settings: web::Data<Settings>,
) -> Result<HttpResponse, Problem> {
    let id: AnalysisId = parse_id(&id)?;
    let profile = services.accounts.agency_profile(&caller.agency).await?;
    let mutation = Mutation::begin(&request, &services, &caller, id.as_str(), &()).await?;
    if mutation.before().is_none() {
        mutation.services().pipeline.submit_open(&caller.agency, &id, profile).await?;
    }
    let (response, seen) = waited(&request, (&caller.agency, &id), true, &services, &settings).await?;
    Ok(mutation.answer(response).json(AnalysisView::from(seen)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_has_one_spelling() {
        assert_eq!(number_of("1").ok(), Some(1));
        assert_eq!(number_of("50").ok(), Some(50));
        for bad in ["0", "01", "+1", "-1", "1.0", "65536", "", "x"] {
            assert!(number_of(bad).is_err(), "{bad}");
        }
    }
}
