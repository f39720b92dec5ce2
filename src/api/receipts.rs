//! Receipts: one for whoever knows its id, all for their agency.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::openapi::{IfNoneMatch, words};
use super::{pages, parse_id};
use crate::db::ReceiptRecord;
use crate::domain::ReceiptId;
use crate::http::analysis::receipt_path;
use crate::http::caller::{AnalysesRead, ApiCaller};
use crate::http::{Problem, ProblemKind, Services, conditional};
use crate::retention::Receipt;

/// A signed receipt: what was destroyed, when and why. Anybody can check it with the public key.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Receipt)]
pub struct ReceiptView {
    #[schema(value_type = words::ReceiptId)]
    id: String,
    /// The signed text, itself JSON. Check the signature over these bytes as they stand.
    #[schema(example = r#"{"analysis":"an_01KAPS2Q8Z4T6V9XJ3M5N7P0R1","cause":"requested"}"#)]
    receipt: String,
    /// Ed25519 over `receipt`, in base64.
    #[schema(example = "3q2+7w==")]
    signature: String,
    #[schema(value_type = words::SignatureAlgorithm)]
    algorithm: &'static str,
    /// Id of the key that signed.
    #[schema(example = "k1")]
    key: String,
}

impl From<Receipt> for ReceiptView {
    fn from(receipt: Receipt) -> Self {
        let signature = receipt.signature_base64();
        Self { id: receipt.id.to_string(), receipt: receipt.body, signature, algorithm: "Ed25519", key: receipt.kid }
    }
}

/// `GET /v1/receipts/{id}`: the signed receipt; needs no key, because it holds nothing but ids, times and digests.
///
/// # Errors
/// 404.
#[utoipa::path(
    get, path = "/v1/receipts/{id}", operation_id = "getReceipt", tag = "Receipts",
    summary = "Read a receipt",
    description = "The signed receipt of a deletion. Needs no key: it holds nothing but ids, times and digests.",
    params(("id" = words::ReceiptId, Path, description = "The receipt's id."), IfNoneMatch),
    responses((status = 200, description = "The receipt.", body = ReceiptView)),
)]
pub async fn show(id: web::Path<String>, request: HttpRequest, services: web::Data<Services>) -> Result<HttpResponse, Problem> {
    let id: ReceiptId = parse_id(&id)?;
    let receipt = services.retention.find_receipt(&id).await?.ok_or_else(|| Problem::new(ProblemKind::NotFound))?;
    conditional::json(&request, HttpResponse::Ok(), &ReceiptView::from(receipt))
}

/// The query.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Query {
    /// How many at most; 20 if nothing is said.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// One line; the receipt itself is signed.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ReceiptLine)]
struct Line {
    #[schema(value_type = words::ReceiptId)]
    id: String,
    #[schema(value_type = words::AnalysisId)]
    analysis: String,
    #[schema(value_type = Option<words::ReportId>)]
    report: Option<String>,
    #[schema(value_type = words::DeletionCause)]
    cause: String,
    #[schema(value_type = words::Time)]
    created_at: String,
    #[schema(example = "/v1/receipts/rc_01KB2X7N5M3K9J8H6G4F2D0C1B")]
    href: String,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ReceiptPage)]
struct Page {
    receipts: Vec<Line>,
    /// Whether there are older ones.
    has_more: bool,
    /// Where the next page begins; null on the last one.
    #[schema(example = "6UxnQZ8")]
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
#[utoipa::path(
    get, path = "/v1/receipts", operation_id = "listReceipts", tag = "Receipts",
    summary = "List receipts",
    description = "Those of the agency, newest first, in pages.",
    params(Query),
    responses((status = 200, description = "A page.", body = Page)),
    security(("key" = ["analyses:read"])),
    extensions(("x-problems" = json!(["invalid-cursor"]))),
)]
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
