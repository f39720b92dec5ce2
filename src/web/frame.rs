//! What every page has: title, head with the places one can go, foot.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

use super::assets;
use crate::accounts::{Permission, may};
use crate::http::Problem;
use crate::http::session::{SignedIn, form_token};

/// A place in the head of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Section {
    /// Reports.
    Reports,
    /// New analysis.
    NewAnalysis,
    /// API keys.
    Keys,
    /// Webhook endpoints.
    Endpoints,
    /// Somewhere else.
    Elsewhere,
}

/// Who the page is for.
#[derive(Debug, Clone)]
pub struct Who {
    /// As shown in the head.
    pub name: String,
    csrf: String,
}

impl Who {
    /// The token of a form, new for each.
    pub fn token(&self) -> String {
        form_token(&self.csrf)
    }
}

/// A link in the head.
#[derive(Debug, Clone, Copy)]
pub struct Link {
    /// Where.
    pub href: &'static str,
    /// What it says.
    pub text: &'static str,
    /// Whether the page is there.
    pub is_current: bool,
}

/// What every template is given as `frame`.
#[derive(Debug, Clone)]
pub struct Frame {
    /// The page's own part of the title.
    pub title: String,
    /// None for visitors.
    pub who: Option<Who>,
    /// Whether a visitor is shown the way in.
    pub offers_sign_in: bool,
    /// Where styles and pictures are.
    pub assets: &'static str,
    /// What runs.
    pub build: &'static str,
    section: Section,
    manages_keys: bool,
    manages_webhooks: bool,
}

const LINKS: [(Section, &str, &str); 4] = [
    (Section::Reports, "/analyses", "Reports"),
    (Section::NewAnalysis, "/analyses/new", "New analysis"),
    (Section::Keys, "/api-keys", "API keys"),
    (Section::Endpoints, "/endpoints", "Webhooks"),
];

impl Frame {
    /// For somebody who is not signed in.
    pub fn visitor(title: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            who: None,
            offers_sign_in: true,
            assets: assets::BASE.as_str(),
            build: concat!("build ", env!("CARGO_PKG_VERSION")),
            section: Section::Elsewhere,
            manages_keys: false,
            manages_webhooks: false,
        }
    }

    /// Without the way in: the page itself has one, or is no place for it.
    #[must_use]
    pub fn without_sign_in(self) -> Self {
        Self { offers_sign_in: false, ..self }
    }

    /// For somebody who is.
    pub fn of(person: &SignedIn, section: Section, title: impl Into<String>) -> Self {
        let who = Who { name: person.agency_name.clone(), csrf: person.principal.csrf.clone() };
        Self {
            who: Some(who),
            section,
            manages_keys: may(person.principal.role, Permission::ManageKeys),
            manages_webhooks: may(person.principal.role, Permission::ManageWebhooks),
            ..Self::visitor(title)
        }
    }

    /// The links of the head, for what this person may do.
    pub fn links(&self) -> Vec<Link> {
        let allowed = |section| match section {
            Section::Keys => self.manages_keys,
            Section::Endpoints => self.manages_webhooks,
            Section::Reports | Section::NewAnalysis | Section::Elsewhere => true,
        };
        let shown = LINKS.into_iter().filter(|(section, ..)| allowed(*section));
        shown.map(|(section, href, text)| Link { href, text, is_current: section == self.section }).collect()
    }
}

/// A page with this status.
///
/// # Errors
/// [`Problem::internal`] when the template cannot be written.
pub fn page_with(status: StatusCode, template: &impl Template) -> Result<HttpResponse, Problem> {
    let html = template.render().map_err(Problem::internal)?;
    Ok(HttpResponse::build(status).content_type("text/html; charset=utf-8").body(html))
}

/// A page.
///
/// # Errors
/// As [`page_with`].
pub fn page(template: &impl Template) -> Result<HttpResponse, Problem> {
    page_with(StatusCode::OK, template)
}

/// To another page, by GET.
pub fn see_other(path: &str) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((actix_web::http::header::LOCATION, path)).finish()
}
