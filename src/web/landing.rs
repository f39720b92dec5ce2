//! The first page: what this is, and for how long things live.

use actix_web::{HttpResponse, web};
use askama::Template;

use super::frame::{Frame, Section, page};
use crate::domain::Product;
use crate::http::session::SignedIn;
use crate::http::{Problem, Settings};

pub(super) struct ProductView {
    pub(super) slug: &'static str,
    pub(super) title: &'static str,
    pub(super) question: &'static str,
    pub(super) days: u32,
    pub(super) is_chosen: bool,
}

impl ProductView {
    /// All products, with one chosen.
    pub(super) fn all(chosen: Product) -> Vec<Self> {
        Product::ALL
            .map(|product| Self {
                slug: product.slug(),
                title: product.title(),
                question: product.question(),
                days: product.retention_days(),
                is_chosen: product == chosen,
            })
            .into()
    }
}

#[derive(Template)]
#[template(path = "landing.html")]
struct Landing<'a> {
    frame: Frame,
    products: Vec<ProductView>,
    public_url: &'a str,
}

/// `GET /`.
///
/// # Errors
/// When the page cannot be drawn.
pub async fn show(person: Option<SignedIn>, settings: web::Data<Settings>) -> Result<HttpResponse, Problem> {
    const TITLE: &str = "Which photos are ready";
    let frame = person.map_or_else(|| Frame::visitor(TITLE), |person| Frame::of(&person, Section::Elsewhere, TITLE));
    page(&Landing { frame, products: ProductView::all(Product::Snapshot), public_url: &settings.public_url })
}
