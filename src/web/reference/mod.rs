//! `/docs`: the reference of the API, drawn from the OpenAPI document. Loads nothing from elsewhere and needs no script.

mod curl;
mod model;
mod reading;

use actix_web::http::header;
use actix_web::{HttpResponse, web};
use askama::Template;

use self::model::{Group, Operation, Shape};
use super::frame::{Frame, page};
use crate::http::{ApiDocument, Problem, Settings};

#[derive(Template)]
#[template(path = "docs.html")]
struct Reference<'a> {
    frame: Frame,
    public_url: &'a str,
    groups: Vec<Group>,
    webhooks: Vec<Operation>,
    shapes: Vec<Shape>,
}

/// `GET /docs`.
///
/// # Errors
/// When the page cannot be drawn.
pub async fn show(document: web::Data<ApiDocument>, settings: web::Data<Settings>) -> Result<HttpResponse, Problem> {
    let value = &document.value;
    let mut answer = page(&Reference {
        frame: Frame::visitor("API reference"),
        public_url: &settings.public_url,
        groups: reading::groups(value, &settings.public_url),
        webhooks: reading::webhooks(value),
        shapes: reading::shapes(value),
    })?;
    answer.headers_mut().insert(header::CACHE_CONTROL, header::HeaderValue::from_static("public, max-age=300"));
    Ok(answer)
}
