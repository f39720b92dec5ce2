//! `GET /v1/analyses`: pages, newest first. The cursor is the last id seen; ids sort by time.

use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};

use super::view::previews_word;
use crate::db::AnalysisRecord;
use crate::domain::{AnalysisId, FailureReason, Timestamp};
use crate::http::caller::{AnalysesRead, ApiCaller};
use crate::http::{Problem, ProblemKind, Services};

const LIMIT_DEFAULT: u32 = 20;
const LIMIT_MAX: u32 = 100;

/// The query.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Query {
    limit: Option<u32>,
    cursor: Option<String>,
}

/// One line of the list; the resource itself says more.
#[derive(Debug, Serialize)]
struct Line {
    id: String,
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
    product: &'static str,
    previews: &'static str,
    reference: Option<String>,
    photo_count: i32,
    created_at: String,
    ended_at: Option<String>,
    href: String,
}

#[derive(Debug, Serialize)]
struct Page {
    analyses: Vec<Line>,
    has_more: bool,
    next_cursor: Option<String>,
}

fn line(services: &Services, record: &AnalysisRecord) -> Result<Line, Problem> {
    Ok(Line {
        id: record.id.to_string(),
        state: record.state.slug(),
        reason: record.state.failure_reason().map(FailureReason::slug),
        product: record.product.slug(),
        previews: previews_word(record.previews),
        reference: services.reference(record)?,
        photo_count: record.photo_count,
        created_at: record.created_at.rfc3339(),
        ended_at: record.ended_at.map(Timestamp::rfc3339),
        href: format!("/v1/analyses/{}", record.id),
    })
}

/// Lists them.
///
/// # Errors
/// 400 for a wrong cursor, 422 for a limit out of range.
pub async fn list(
    caller: ApiCaller<AnalysesRead>,
    query: web::Query<Query>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let limit = query.limit.unwrap_or(LIMIT_DEFAULT);
    if !(1..=LIMIT_MAX).contains(&limit) {
        return Err(Problem::field("limit", "unknown_value", format!("limit is 1 to {LIMIT_MAX}.")));
    }
    let cursor = query.cursor.as_deref().map(str::parse::<AnalysisId>).transpose();
    let cursor = cursor.map_err(|_| Problem::new(ProblemKind::InvalidCursor))?;
    let read = services.db.as_agency(&caller.agency);
    let mut rows = read.read(move |tx| tx.list_analyses(cursor.as_ref(), limit + 1)).await?;
    let has_more = rows.len() > limit as usize;
    rows.truncate(limit as usize);
    let analyses = rows.iter().map(|record| line(&services, record)).collect::<Result<Vec<_>, _>>()?;
    let next_cursor = if has_more { rows.last().map(|record| record.id.to_string()) } else { None };
    Ok(HttpResponse::Ok().json(Page { analyses, has_more, next_cursor }))
}
