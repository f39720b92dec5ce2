//! `GET /analyses/{id}`: progress, report, failure or what is left, whichever it is now.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::overlay::View;
use super::report;
use crate::db::PhotoState;
use crate::domain::{AnalysisState, FailureReason, Timestamp};
use crate::http::analysis::Seen;
use crate::http::session::SignedIn;
use crate::http::{Problem, Services};
use crate::pipeline::Tombstone;
use crate::web::frame::{Frame, Section, page, page_with};
use crate::web::parse_id;
use crate::web::receipts::cause_sentence;
use crate::web::words::{self, PhotoLine};

/// Seconds between two looks at a running analysis.
const REFRESH_SECS: u32 = 2;

/// The query: which photo of the report, and what is drawn over it.
#[derive(Debug, Deserialize)]
pub struct Query {
    photo: Option<u16>,
    view: Option<String>,
}

#[derive(Template)]
#[template(path = "analysis_running.html")]
struct RunningPage {
    frame: Frame,
    id: String,
    title: String,
    photo_count: i32,
    done: usize,
    done_per_mille: usize,
    photos: Vec<PhotoLine>,
    refresh_secs: u32,
}

#[derive(Template)]
#[template(path = "analysis_failed.html")]
struct FailedPage {
    frame: Frame,
    id: String,
    title: String,
    sentence: &'static str,
    reason: &'static str,
    product: &'static str,
    sent: String,
    ended: String,
    photos: Vec<PhotoLine>,
}

#[derive(Template)]
#[template(path = "analysis_gone.html")]
struct GonePage {
    frame: Frame,
    heading: &'static str,
    id: String,
    sentence: String,
    receipt: Option<String>,
    product: &'static str,
    photo_count: i32,
    sent: String,
    ended: String,
}

/// Draws it.
///
/// # Errors
/// 404 for another agency's.
pub async fn show(
    person: SignedIn,
    id: web::Path<String>,
    query: web::Query<Query>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let seen = services.see(&person.agency, &parse_id(&id)?).await?;
    if let Some(tombstone) = seen.tombstone.clone() {
        return gone(&person, &seen, &tombstone);
    }
    match seen.record.state {
        AnalysisState::Open | AnalysisState::Processing => running(&person, &seen),
        AnalysisState::Failed(reason) => failed(&person, &seen, reason),
        AnalysisState::Completed => {
            let view = View::from_slug(query.view.as_deref());
            report::show(&person, &seen, query.photo, view, &services).await
        }
    }
}

fn title(seen: &Seen) -> String {
    words::title(seen.reference.as_deref(), seen.record.photo_count)
}

fn running(person: &SignedIn, seen: &Seen) -> Result<HttpResponse, Problem> {
    let done = seen.photos.iter().filter(|photo| photo.state != PhotoState::Received).count();
    let title = title(seen);
    page(&RunningPage {
        frame: Frame::of(person, Section::Reports, format!("{done} of {} measured, {title}", seen.record.photo_count)),
        id: seen.record.id.to_string(),
        title,
        photo_count: seen.record.photo_count,
        done,
        done_per_mille: done * 1000 / seen.photos.len().max(1),
        photos: seen.photos.iter().map(PhotoLine::from).collect(),
        refresh_secs: REFRESH_SECS,
    })
}

fn failed(person: &SignedIn, seen: &Seen, reason: FailureReason) -> Result<HttpResponse, Problem> {
    let title = title(seen);
    page(&FailedPage {
        frame: Frame::of(person, Section::Reports, format!("No report, {title}")),
        id: seen.record.id.to_string(),
        title,
        sentence: reason.sentence(),
        reason: reason.slug(),
        product: seen.record.product.slug(),
        sent: seen.record.created_at.long_date_time(),
        ended: seen.record.ended_at.map(Timestamp::long_date_time).unwrap_or_default(),
        photos: seen.photos.iter().map(PhotoLine::from).collect(),
    })
}

fn gone(person: &SignedIn, seen: &Seen, tombstone: &Tombstone) -> Result<HttpResponse, Problem> {
    let ended = tombstone.ended_at.long_date_time();
    let (heading, rest) = match &seen.report {
        Some(_) => ("This report was destroyed.", format!("Its key was destroyed on {ended}; nobody can open it any more.")),
        None => ("This analysis was deleted.", format!("What was left of it was destroyed on {ended}.")),
    };
    let page = GonePage {
        frame: Frame::of(person, Section::Reports, "A report that was destroyed"),
        id: seen.record.id.to_string(),
        heading,
        sentence: format!("{} {rest}", cause_sentence(Some(tombstone.cause))),
        receipt: tombstone.receipt.as_ref().map(ToString::to_string),
        product: seen.record.product.title(),
        photo_count: seen.record.photo_count,
        sent: seen.record.created_at.long_date_time(),
        ended,
    };
    page_with(StatusCode::GONE, &page)
}
