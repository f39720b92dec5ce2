//! Problems as pages, and the catalogue of them.

use actix_web::HttpResponse;
use askama::Template;

use super::frame::{Frame, page};
use crate::http::kind::Row;
use crate::http::{FieldError, Problem, ProblemKind, RequestId};

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage<'a> {
    frame: Frame,
    status: u16,
    slug: &'static str,
    title: &'static str,
    detail: &'a str,
    fields: &'a [FieldError],
    receipt: Option<&'a str>,
    request_id: &'a str,
    offers_sign_in: bool,
}

/// The page of a problem; plain text if even that cannot be drawn.
pub fn problem_page(problem: &Problem, id: &RequestId) -> String {
    let row = problem.kind().row();
    let page = ErrorPage {
        frame: Frame::visitor(row.title).without_sign_in(),
        status: row.status,
        slug: row.slug,
        title: row.title,
        detail: problem.detail_text().unwrap_or(row.advice),
        fields: problem.field_errors(),
        receipt: problem.member_text("receipt_id"),
        request_id: id.as_str(),
        offers_sign_in: problem.kind() == ProblemKind::NotSignedIn,
    };
    page.render().unwrap_or_else(|_| format!("{} ({})", row.title, id.as_str()))
}

#[derive(Template)]
#[template(path = "docs_errors.html")]
struct Catalogue {
    frame: Frame,
    rows: Vec<Row>,
}

/// `GET /docs/errors`.
///
/// # Errors
/// When the page cannot be drawn.
pub async fn catalogue() -> Result<HttpResponse, Problem> {
    page(&Catalogue { frame: Frame::visitor("Errors"), rows: ProblemKind::ALL.map(ProblemKind::row).to_vec() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_says_what_happened_and_escapes_what_came_from_outside() {
        let problem = Problem::field("<b>x</b>", "unknown_field", "There is no such field.");
        let page = problem_page(&problem, &RequestId::for_test("rq_7"));
        assert!(page.contains("<h1>Some fields are not right</h1>"));
        assert!(page.contains("rq_7"));
        assert!(!page.contains("<b>x</b>") && page.contains("&#60;b&#62;x"));
        assert!(!page.contains("style=") && !page.contains("<script"));
    }

    #[test]
    fn internal_causes_stay_out() {
        assert!(!problem_page(&Problem::internal("/srv/secret"), &RequestId::for_test("rq_7")).contains("secret"));
    }
}
