//! `GET /analyses/new` and the upload it posts.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::db::Origin;
use crate::domain::Product;
use crate::http::limits::{Action, Who};
use crate::http::session::{SignedIn, form_key};
use crate::http::upload::{accept, receive_form};
use crate::http::{Limiter, Problem, ProblemKind, Services};
use crate::web::frame::{Frame, Section, page_with, see_other};
use crate::web::landing::ProductView;
use crate::web::words;

#[derive(Template)]
#[template(path = "analysis_new.html")]
struct NewPage<'a> {
    frame: Frame,
    products: Vec<ProductView>,
    previews: bool,
    reference: &'a str,
    wrong: Vec<String>,
    photos_max: usize,
    photo_size_max: String,
    request_size_max: String,
}

/// The query: a product chosen beforehand.
#[derive(Debug, Deserialize)]
pub struct Query {
    product: Option<String>,
}

fn draw(person: &SignedIn, services: &Services, chosen: Product, wrong: Vec<String>) -> Result<HttpResponse, Problem> {
    let limits = services.pipeline.admission();
    let status = if wrong.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let page = NewPage {
        frame: Frame::of(person, Section::NewAnalysis, "New analysis"),
        products: ProductView::all(chosen),
        previews: true,
        reference: "",
        wrong,
        photos_max: limits.photos_max,
        photo_size_max: words::size(limits.file_bytes_max),
        request_size_max: words::size(limits.request_bytes_max),
    };
    page_with(status, &page)
}

/// Draws the form.
///
/// # Errors
/// When the page cannot be drawn.
pub async fn form(person: SignedIn, query: web::Query<Query>, services: web::Data<Services>) -> Result<HttpResponse, Problem> {
    let chosen = query.product.as_deref().and_then(|slug| slug.parse().ok()).unwrap_or(Product::Snapshot);
    draw(&person, &services, chosen, Vec::new())
}

/// `POST /analyses`: takes the photos and goes to the progress page. What is wrong with the form is said above it.
///
/// # Errors
/// 403 for a stale form; 408, 413, 429, 503 as pages of their own.
pub async fn submit(
    person: SignedIn,
    request: HttpRequest,
    body: web::Payload,
    services: web::Data<Services>,
    limiter: web::Data<Limiter>,
) -> Result<HttpResponse, Problem> {
    limiter.take(Action::Upload, Who::Id(person.principal.user.to_string()))?;
    let accepted = async {
        let (sent, upload) = receive_form(&request, body, &services, Some(&person.principal.csrf)).await?;
        let user = &person.principal.user;
        let form = sent.form_id.as_deref().map(|id| form_key(id, request.path()));
        let once = form.map(|key| services.pipeline.once_read(&person.agency, user.as_str(), &key));
        accept(&services, &person.agency, Origin::User(user.clone()), sent, upload, once.as_ref()).await
    };
    let mut response = match accepted.await {
        Ok(accepted) => see_other(&format!("/analyses/{}", accepted.id)),
        Err(problem) if problem.kind() == ProblemKind::InvalidFields => {
            let wrong = problem.field_errors().iter().map(|error| error.detail.clone()).collect();
            draw(&person, &services, Product::Snapshot, wrong)?
        }
        Err(problem) => return Err(problem),
    };
    // The connection's buffer may still hold bytes of a photo: it ends here.
    response.head_mut().set_connection_type(actix_web::http::ConnectionType::Close);
    Ok(response)
}
