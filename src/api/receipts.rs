//! Receipts: one for whoever knows its id, all for their agency.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};

use super::{pages, parse_id};
use crate::db::ReceiptRecord;
use crate::domain::ReceiptId;
use crate::http::analysis::receipt_path;
use crate::http::caller::{AnalysesRead, ApiCaller};
use crate::http::{Problem, ProblemKind, Services, conditional};
use crate::retention::Receipt;

/// `GET /v1/receipts/{id}`: the signed receipt; needs no key, because it holds nothing but ids, times and digests.
///
/// # Errors
/// 404.
pub async fn show(id: web::Path<String>, request: HttpRequest, services: web::Data<Services>) -> Result<HttpResponse, Problem> {
    let id: ReceiptId = parse_id(&id)?;
    let receipt = services.retention.find_receipt(&id).await?.ok_or_else(|| Problem::new(ProblemKind::NotFound))?;
    conditional::json(&request, HttpResponse::Ok(), &receipt.document())
}

/// The query.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Query {
    limit: Option<u32>,
    cursor: Option<String>,
}

/// One line; the receipt itself is signed.
#[derive(Debug, Serialize)]
struct Line {
    id: String,
    analysis: String,
    report: Option<String>,
    cause: String,
    created_at: String,
    href: String,
}

#[derive(Debug, Serialize)]
struct Page {
    receipts: Vec<Line>,
    has_more: bool,
    next_cursor: Option<String>,
}

fn line(record: ReceiptRecord) -> Result<Line, Problem> {
    let (analysis, report) = (record.analysis.to_string(), record.report.as_ref().map(ToString::to_string));
    let receipt = Receipt::from(record);
    Ok(Line {
        id: receipt.id.to_string(),
        analysis,
        report,
        cause: receipt.facts()?.cause,
        created_at: receipt.created_at.rfc3339(),
        href: receipt_path(&receipt.id),
    })
}

/// What cursors of this list are bound to.
const LIST: &str = "receipts";

/// `GET /v1/receipts`: the agency's, newest first.
///
/// # Errors
/// 400 for a wrong cursor, 422 for a limit out of range.
pub async fn list(
    caller: ApiCaller<AnalysesRead>,
    query: web::Query<Query>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let limit = pages::limit_of(query.limit)?;
    let cursor = query.cursor.as_deref().map(|cursor| pages::read_cursor::<ReceiptId>(LIST, cursor)).transpose()?;
    let read = services.db.as_agency(&caller.agency);
    let mut rows = read.read(move |tx| tx.list_receipts(cursor.as_ref(), limit + 1)).await?;
    let (has_more, next_cursor) = pages::cut(&mut rows, limit, |last| pages::cursor_after(LIST, last.id.as_str()));
    let receipts = rows.into_iter().map(line).collect::<Result<_, _>>()?;
    Ok(HttpResponse::Ok().json(Page { receipts, has_more, next_cursor }))
}
