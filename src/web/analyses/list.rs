//! `GET /analyses`.

use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::db::{AnalysisRecord, DbError, ReportRecord};
use crate::domain::AnalysisId;
use crate::http::session::SignedIn;
use crate::http::{Problem, Services};
use crate::web::frame::{Frame, Section, page};
use crate::web::words;

const ROWS: u32 = 25;

struct Row {
    id: String,
    title: String,
    product: &'static str,
    photos: i32,
    state: &'static str,
    color: &'static str,
    mark: Option<&'static str>,
    sent: String,
}

#[derive(Template)]
#[template(path = "analyses.html")]
struct ListPage {
    frame: Frame,
    rows: Vec<Row>,
    is_first_page: bool,
    older: Option<String>,
}

/// The query.
#[derive(Debug, Deserialize)]
pub struct Query {
    before: Option<String>,
}

fn row(services: &Services, (record, report): &(AnalysisRecord, Option<ReportRecord>)) -> Result<Row, Problem> {
    let is_gone = report.as_ref().is_some_and(|report| services.pipeline.tombstone(report).is_some());
    let (state, color, mark) = words::state(record.state, is_gone);
    Ok(Row {
        id: record.id.to_string(),
        title: words::title(services.reference(record)?.as_deref(), record.photo_count),
        product: record.product.title(),
        photos: record.photo_count,
        state,
        color,
        mark,
        sent: record.created_at.long_date_time(),
    })
}

/// Draws it, newest first.
///
/// # Errors
/// When the database fails.
pub async fn show(person: SignedIn, query: web::Query<Query>, services: web::Data<Services>) -> Result<HttpResponse, Problem> {
    let before = query.before.as_deref().and_then(|id| id.parse::<AnalysisId>().ok());
    let is_first_page = before.is_none();
    let read = services.db.as_agency(&person.agency).read(move |tx| {
        let records = tx.list_analyses(before.as_ref(), ROWS + 1)?;
        records
            .into_iter()
            .map(|record| {
                let report = tx.find_report(&record.id)?;
                Ok((record, report))
            })
            .collect::<Result<Vec<_>, DbError>>()
    });
    let mut found = read.await?;
    let has_more = found.len() > ROWS as usize;
    found.truncate(ROWS as usize);
    let older = if has_more { found.last().map(|(record, _)| record.id.to_string()) } else { None };
    let rows = found.iter().map(|found| row(&services, found)).collect::<Result<_, _>>()?;
    page(&ListPage { frame: Frame::of(&person, Section::Reports, "Reports"), rows, is_first_page, older })
}
