//! A key has leaked: `/v1/api-keys/{id}/report-leak` ends it and says what it did, `/destroy-analyses` destroys that.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::key_view::{KeyView, time};
use super::openapi::words;
use super::parse_id;
use crate::accounts::{DEEDS_DEFAULT, DEEDS_MAX, LeakQuestion, LeakReport, parse_cursor};
use crate::db::{DeedKind, KeyDeed};
use crate::domain::{AnalysisId, ApiKeyId, ReceiptId, Scope, Timestamp};
use crate::http::analysis::receipt_path;
use crate::http::caller::{ApiCaller, KeysManage};
use crate::http::idempotency::Mutation;
use crate::http::leak::Destroyed;
use crate::http::{JsonObject, Problem, ProblemKind, Services};

/// What is asked about a key that leaked.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = LeakQuestion)]
pub struct Leak {
    /// What it did from then on; since it was made, if nothing is said.
    #[serde(default)]
    #[schema(value_type = Option<words::Time>)]
    since: Option<String>,
    /// Whether to destroy analyses it made since then in the same step; needs `analyses:delete`.
    #[serde(default)]
    destroy: bool,
    /// Deeds on the page; 50 if nothing is said.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 200, example = 50)]
    limit: Option<u32>,
    /// Where the page before ended.
    #[serde(default)]
    #[schema(max_length = 128)]
    cursor: Option<String>,
}

/// From when on the analyses of a key are destroyed.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DestroyAnalyses)]
pub struct DestroySince {
    /// Since the key was made, if nothing is said.
    #[serde(default)]
    #[schema(value_type = Option<words::Time>)]
    since: Option<String>,
}

/// Something the key did.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = KeyActivity)]
pub struct DeedView {
    #[serde(rename = "type")]
    #[schema(value_type = words::KeyDeed)]
    kind: &'static str,
    #[schema(value_type = words::Time)]
    at: String,
    /// The analysis, endpoint or key.
    #[schema(example = "an_01KAPS2Q8Z4T6V9XJ3M5N7P0R1")]
    id: String,
    /// Where it stands now.
    #[schema(example = "completed")]
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<String>,
    /// Of a deletion.
    #[schema(value_type = Option<words::ReceiptId>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    receipt: Option<String>,
}

/// An analysis that was destroyed.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = DestroyedAnalysis)]
pub struct DestroyedView {
    #[schema(value_type = words::AnalysisId)]
    analysis: String,
    #[schema(value_type = words::ReceiptId)]
    receipt: String,
    /// Where the receipt is.
    #[schema(example = "/v1/receipts/rc_01KB2X7N5M3K9J8H6G4F2D0C1B")]
    href: String,
}

/// What was destroyed.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = DestroyedAnalyses)]
pub struct DestroyedPage {
    destroyed: Vec<DestroyedView>,
    /// Ask again to destroy the rest.
    has_more: bool,
}

/// A key that leaked.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = LeakReport)]
pub struct LeakView {
    api_key: KeyView,
    /// Its endpoints that are paused now.
    #[schema(value_type = Vec<words::EndpointId>)]
    paused_endpoints: Vec<String>,
    #[schema(value_type = words::Time)]
    since: String,
    /// Oldest first.
    activity: Vec<DeedView>,
    has_more: bool,
    next_cursor: Option<String>,
    /// Where those analyses can be destroyed.
    #[schema(example = "/v1/api-keys/key_01KANQ6T2V5W8X1Y3Z7A9B4C6D/destroy-analyses")]
    destroy: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    destroyed: Option<DestroyedPage>,
}

impl From<&KeyDeed> for DeedView {
    fn from(deed: &KeyDeed) -> Self {
        let is_deletion = deed.kind == DeedKind::AnalysisDeleted;
        let word = || Some(deed.state.clone());
        Self {
            kind: deed.kind.slug(),
            at: deed.at.rfc3339(),
            id: deed.id.clone(),
            state: if is_deletion { None } else { word() },
            receipt: if is_deletion { word() } else { None },
        }
    }
}

impl From<Destroyed> for DestroyedPage {
    fn from(all: Destroyed) -> Self {
        let view = |(analysis, receipt): (AnalysisId, ReceiptId)| DestroyedView {
            href: receipt_path(&receipt),
            analysis: analysis.to_string(),
            receipt: receipt.to_string(),
        };
        Self { destroyed: all.analyses.into_iter().map(view).collect(), has_more: all.has_more }
    }
}

fn cursor(text: &str) -> Result<KeyDeed, Problem> {
    parse_cursor(text).ok_or_else(|| Problem::new(ProblemKind::InvalidCursor))
}

fn since(text: Option<&str>) -> Result<Option<Timestamp>, Problem> {
    text.map(|text| time("since", text)).transpose()
}

/// `POST /{id}/report-leak`: revokes the key, pauses its endpoints, and answers what it did. Again: the same, page by page.
///
/// # Errors
/// 400 for a wrong cursor, 403 without `analyses:delete` where something is to be destroyed, 404, 422.
#[utoipa::path(
    post, path = "/v1/api-keys/{id}/report-leak", operation_id = "reportLeakedApiKey", tag = "API keys",
    summary = "Report a leaked API key",
    description = "Revokes it, pauses its endpoints and answers what it made and destroyed since then. Again: the same, page by page. With `destroy` the first 20 of those analyses are destroyed in the same step, for which the asking key needs `analyses:delete` too.",
    params(("id" = words::ApiKeyId, Path, description = "The key's id.")),
    request_body = Leak,
    responses((status = 200, description = "The key has ended; what it did.", body = LeakView)),
    security(("key" = ["keys:manage"])),
    extensions(("x-problems" = json!(["invalid-cursor"]))),
)]
pub async fn report(
    caller: ApiCaller<KeysManage>,
    id: web::Path<String>,
    asked: JsonObject<Leak>,
    request: HttpRequest,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let id: ApiKeyId = parse_id(&id)?;
    let limit = asked.limit.unwrap_or(DEEDS_DEFAULT);
    if !(1..=DEEDS_MAX).contains(&limit) {
        return Err(Problem::field("limit", "unknown_value", format!("limit is 1 to {DEEDS_MAX}.")));
    }
    let since = since(asked.since.as_deref())?;
    let after = asked.cursor.as_deref().map(cursor).transpose()?;
    if asked.destroy {
        caller.also(Scope::AnalysesDelete)?;
    }
    let mutation = Mutation::begin(&request, &services, &caller, id.as_str(), &*asked).await?;
    let question = LeakQuestion { since, after, limit };
    let (report, destroyed) = match mutation.before() {
        Some(before) => (services.accounts.key_activity(&caller.agency, &id, question).await?, noted(before.outcome.as_deref())),
        None => {
            let report = services.accounts.report_leak(&caller.agency, &id, question).await?;
            let destroyed = match asked.destroy {
                true => Some(services.destroy_of_key(&caller.agency, &id, since, Some(&caller.key)).await?.into()),
                false => None,
            };
            mutation.services().accounts.keep_answer(&caller.agency, &id, note(destroyed.as_ref())?).await?;
            (report, destroyed)
        }
    };
    Ok(mutation.answer(HttpResponse::Ok()).json(view(report, destroyed)))
}

/// What was destroyed, as it is kept with the request's key: ids alone.
fn note(destroyed: Option<&DestroyedPage>) -> Result<Option<String>, Problem> {
    destroyed.map(serde_json::to_string).transpose().map_err(Problem::internal)
}

fn noted(outcome: Option<&str>) -> Option<DestroyedPage> {
    serde_json::from_str(outcome?).ok()
}

fn view(report: LeakReport, destroyed: Option<DestroyedPage>) -> LeakView {
    LeakView {
        destroy: format!("/v1/api-keys/{}/destroy-analyses", report.key.id),
        paused_endpoints: report.paused.iter().map(ToString::to_string).collect(),
        since: report.since.rfc3339(),
        activity: report.deeds.iter().map(DeedView::from).collect(),
        next_cursor: report.next_cursor(),
        has_more: report.has_more,
        api_key: report.key.into(),
        destroyed,
    }
}

/// `POST /{id}/destroy-analyses`: destroys what the key made since then, at most 20 at a time, with a receipt each.
///
/// # Errors
/// 403 without `analyses:delete`, 404, 422; what keeps an analysis from being destroyed.
#[utoipa::path(
    post, path = "/v1/api-keys/{id}/destroy-analyses", operation_id = "destroyAnalysesOfApiKey", tag = "API keys",
    summary = "Destroy what an API key made",
    description = "Its analyses since then, oldest first, at most 20 at a time, each with a receipt; those that run are cancelled first. Ask again while there are more.",
    params(("id" = words::ApiKeyId, Path, description = "The key's id.")),
    request_body = DestroySince,
    responses((status = 200, description = "What was destroyed.", body = DestroyedPage)),
    security(("key" = ["keys:manage", "analyses:delete"])),
)]
pub async fn destroy(
    caller: ApiCaller<KeysManage>,
    id: web::Path<String>,
    asked: JsonObject<DestroySince>,
    request: HttpRequest,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let id: ApiKeyId = parse_id(&id)?;
    caller.also(Scope::AnalysesDelete)?;
    let since = since(asked.since.as_deref())?;
    let mutation = Mutation::begin(&request, &services, &caller, id.as_str(), &*asked).await?;
    let destroyed = match mutation.before().and_then(|before| noted(before.outcome.as_deref())) {
        Some(before) => before,
        None => {
            let destroyed = services.destroy_of_key(&caller.agency, &id, since, Some(&caller.key)).await?.into();
            mutation.services().accounts.keep_answer(&caller.agency, &id, note(Some(&destroyed))?).await?;
            destroyed
        }
    };
    Ok(mutation.answer(HttpResponse::Ok()).json(destroyed))
}
