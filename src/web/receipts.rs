//! The receipt of a deletion, for whoever has its address.

use actix_web::{HttpResponse, web};
use askama::Template;

use super::frame::{Frame, Section, page};
use super::parse_id;
use crate::domain::{DeletionCause, ReceiptId};
use crate::http::session::SignedIn;
use crate::http::{Problem, ProblemKind, Services};
use crate::retention::ReceiptFacts;

struct Fact {
    name: &'static str,
    value: String,
}

#[derive(Template)]
#[template(path = "receipt.html")]
struct ReceiptPage {
    frame: Frame,
    id: String,
    sentence: String,
    facts: Vec<Fact>,
    remains: Vec<String>,
    json: String,
    signature: String,
}

/// Why a report ended, as a sentence.
pub fn cause_sentence(cause: Option<DeletionCause>) -> &'static str {
    match cause {
        Some(DeletionCause::Expired) => "Its days were over.",
        Some(DeletionCause::Requested) => "Somebody who may asked for it.",
        Some(DeletionCause::AccountDeleted) => "The agency's account ended.",
        None => "",
    }
}

fn facts_of(facts: &ReceiptFacts) -> Vec<Fact> {
    let fact = |name, value: &str| Fact { name, value: value.to_owned() };
    let mut lines = vec![fact("Receipt", facts.id.as_str()), fact("Analysis", facts.analysis.as_str())];
    lines.extend(facts.report.as_ref().map(|report| fact("Report", report.as_str())));
    lines.extend([fact("Cause", &facts.cause), fact("Begun", &facts.created_at), fact("Destroyed", &facts.destroyed_at)]);
    lines.push(fact("Signed by", &facts.key));
    lines
}

/// `GET /receipts/{id}`.
///
/// # Errors
/// 404.
pub async fn show(
    person: Option<SignedIn>,
    id: web::Path<String>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    const TITLE: &str = "Receipt";
    let id: ReceiptId = parse_id(&id)?;
    let receipt = services.retention.find_receipt(&id).await?.ok_or_else(|| Problem::new(ProblemKind::NotFound))?;
    let facts = receipt.facts()?;
    let cause = cause_sentence(facts.cause.parse().ok());
    let frame = person.map_or_else(|| Frame::visitor(TITLE), |person| Frame::of(&person, Section::Elsewhere, TITLE));
    page(&ReceiptPage {
        frame,
        sentence: format!("{cause} The key that opened it is gone, so nobody can read what it sealed."),
        facts: facts_of(&facts),
        remains: facts.remains.iter().map(|rest| format!("{} Until {}.", rest.what, rest.until)).collect(),
        json: receipt.body.clone(),
        signature: receipt.signature_base64(),
        id: id.to_string(),
    })
}
