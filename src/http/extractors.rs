//! How the framework's own extractors fail: with a row of our table.

use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::error::{JsonPayloadError, QueryPayloadError, UrlencodedError};
use actix_web::http::header;
use actix_web::{FromRequest, HttpRequest, web};
use serde::de::DeserializeOwned;

use super::pace::is_too_slow;
use super::{Problem, ProblemKind, SMALL_BODY_BYTES_MAX};

/// Registers it for JSON, forms, queries and paths.
pub fn configure(cfg: &mut web::ServiceConfig) {
    cfg.app_data(web::JsonConfig::default().limit(SMALL_BODY_BYTES_MAX).error_handler(|error, _| json_problem(&error).into()))
        .app_data(web::FormConfig::default().limit(SMALL_BODY_BYTES_MAX).error_handler(|error, _| form_problem(&error).into()))
        .app_data(web::QueryConfig::default().error_handler(|error, _| query_problem(&error).into()))
        .app_data(web::PathConfig::default().error_handler(|_, _| Problem::new(ProblemKind::NotFound).into()));
}

/// A JSON body that may be left out: none without a body and without a media type.
#[derive(Debug)]
pub struct JsonIfAny<T>(pub Option<T>);

impl<T: DeserializeOwned + 'static> FromRequest for JsonIfAny<T> {
    type Error = actix_web::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Self::Error>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let headers = request.headers();
        let has_length = headers.get(header::CONTENT_LENGTH).is_some_and(|length| length != "0");
        let has_body =
            has_length || headers.contains_key(header::TRANSFER_ENCODING) || headers.contains_key(header::CONTENT_TYPE);
        if !has_body {
            return Box::pin(std::future::ready(Ok(Self(None))));
        }
        let body = super::JsonObject::<T>::from_request(request, payload);
        Box::pin(async move { Ok(Self(Some(body.await?.into_inner()))) })
    }
}

fn json_problem(error: &JsonPayloadError) -> Problem {
    match error {
        JsonPayloadError::OverflowKnownLength { length, limit } => too_large(*limit, Some(*length)),
        JsonPayloadError::Overflow { limit } => too_large(*limit, None),
        JsonPayloadError::ContentType => Problem::new(ProblemKind::UnsupportedMediaType).detail("Send application/json."),
        JsonPayloadError::Deserialize(error) if error.is_data() => does_not_fit(&error.to_string()),
        JsonPayloadError::Deserialize(error) => Problem::new(ProblemKind::MalformedJson).detail(format!(
            "Not JSON at line {}, column {}.",
            error.line(),
            error.column()
        )),
        JsonPayloadError::Payload(error) if is_too_slow(error) => Problem::new(ProblemKind::BodyTooSlow).closing(),
        _ => Problem::new(ProblemKind::MalformedJson).closing(),
    }
}

fn form_problem(error: &UrlencodedError) -> Problem {
    match error {
        UrlencodedError::Overflow { size, limit } => too_large(*limit, Some(*size)),
        UrlencodedError::ContentType => Problem::new(ProblemKind::UnsupportedMediaType),
        UrlencodedError::Payload(error) if is_too_slow(error) => Problem::new(ProblemKind::BodyTooSlow).closing(),
        _ => Problem::new(ProblemKind::MalformedRequest).closing(),
    }
}

fn query_problem(error: &QueryPayloadError) -> Problem {
    match error {
        QueryPayloadError::Deserialize(error) => does_not_fit(&error.to_string()),
        _ => Problem::new(ProblemKind::MalformedRequest),
    }
}

fn too_large(limit: usize, actual: Option<usize>) -> Problem {
    Problem::new(ProblemKind::RequestTooLarge).limit(limit as u64, actual.map(|actual| actual as u64)).closing()
}

/// serde names the field between backquotes: "unknown field `x`, expected …", "missing field `x`".
pub(super) fn does_not_fit(said: &str) -> Problem {
    let field = said.split('`').nth(1).unwrap_or("body").to_owned();
    let code = match said {
        said if said.starts_with("unknown field") => "unknown_field",
        said if said.starts_with("missing field") => "missing",
        said if said.starts_with("duplicate field") => "repeated",
        _ => "not_allowed",
    };
    let detail: String = said.chars().filter(|c| !c.is_control()).take(200).collect();
    Problem::field(&field, code, detail)
}

#[cfg(test)]
mod tests {
    use actix_web::test::{TestRequest, call_service, init_service};
    use actix_web::{App, HttpResponse};
    use serde::Deserialize;

    use super::*;

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Thing {
        label: String,
    }

    macro_rules! status {
        ($request:expr) => {{
            let post = |_: web::Json<Thing>| async { HttpResponse::Ok().finish() };
            let get = |_: web::Query<Thing>| async { HttpResponse::Ok().finish() };
            let app = App::new().configure(configure).route("/", web::post().to(post)).route("/", web::get().to(get));
            let app = init_service(app).await;
            let response = call_service(&app, $request.to_request()).await;
            let code = response.response().error().and_then(|e| e.as_error::<Problem>().map(|p| p.kind().row().slug));
            (response.status().as_u16(), code.unwrap_or_default())
        }};
    }

    fn json(body: &'static str) -> TestRequest {
        TestRequest::post().uri("/").insert_header(("content-type", "application/json")).set_payload(body)
    }

    #[actix_web::test]
    async fn each_failure_is_a_row_of_the_table() {
        assert_eq!(status!(json(r#"{"label":"x"}"#)).0, 200);
        assert_eq!(status!(json(r#"{"label":"#)), (400, "malformed-json"));
        assert_eq!(status!(json(r#"{"lable":"x"}"#)), (422, "invalid-fields"));
        assert_eq!(status!(TestRequest::post().uri("/").set_payload("x")), (415, "unsupported-media-type"));
        let large = json("").set_payload(vec![b' '; SMALL_BODY_BYTES_MAX + 1]);
        assert_eq!(status!(large), (413, "request-too-large"));
        assert_eq!(status!(TestRequest::get().uri("/?x=1")), (422, "invalid-fields"));
    }

    #[actix_web::test]
    async fn a_body_that_may_be_left_out_is_read_like_any_other() {
        let post = |body: JsonIfAny<Thing>| async move {
            HttpResponse::Ok().body(body.0.map_or_else(|| "none".to_owned(), |thing| thing.label))
        };
        let app = init_service(App::new().configure(configure).route("/", web::post().to(post))).await;
        let ask = async |request: TestRequest| {
            let response = call_service(&app, request.to_request()).await;
            (response.status().as_u16(), actix_web::test::read_body(response).await)
        };
        assert_eq!(ask(TestRequest::post().uri("/")).await, (200, "none".into()));
        assert_eq!(ask(json(r#"{"label":"x"}"#)).await, (200, "x".into()));
        assert_eq!(ask(json("")).await.0, 400);
        assert_eq!(ask(json(r#"{"lable":"x"}"#)).await.0, 422);
        let unnamed = TestRequest::post().uri("/").insert_header(("content-length", "1")).set_payload("x");
        assert_eq!(ask(unnamed).await.0, 415);
    }

    #[test]
    fn the_field_is_named() {
        let problem = does_not_fit("unknown field `lable`, expected `label` at line 1");
        assert_eq!((problem.field_errors()[0].field.as_str(), problem.field_errors()[0].code), ("lable", "unknown_field"));
    }
}
