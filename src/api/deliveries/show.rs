//! One delivery: the event, the body as it is sent, and every attempt with what is needed to verify it once more.

use actix_web::{HttpResponse, web};
use serde::Serialize;
use utoipa::ToSchema;

use super::list::DeliveryLine;
use crate::api::openapi::words;
use crate::api::parse_id;
use crate::http::caller::{ApiCaller, WebhooksManage};
use crate::http::{Problem, Services};
use crate::webhooks;

/// The headers of an attempt that matter.
#[derive(Debug, Serialize, ToSchema)]
struct SentHeaders {
    #[serde(rename = "webhook-id")]
    #[schema(value_type = words::EventId)]
    id: String,
    #[serde(rename = "webhook-timestamp")]
    #[schema(example = "1795339800")]
    timestamp: String,
    /// One item a secret, one space between; null after the body was erased.
    #[serde(rename = "webhook-signature")]
    #[schema(example = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")]
    signature: Option<String>,
}

/// One HTTP try.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Attempt)]
struct AttemptLine {
    #[schema(minimum = 1, example = 1)]
    number: i32,
    /// `manual` if somebody asked for it, its retries included.
    #[schema(value_type = words::AttemptTrigger)]
    trigger: &'static str,
    #[schema(value_type = words::Time)]
    started_at: String,
    #[schema(minimum = 0, example = 120)]
    duration_ms: i64,
    #[schema(value_type = words::AttemptOutcome)]
    outcome: String,
    /// What was answered; null if nothing was.
    #[schema(minimum = 100, maximum = 999, example = 503)]
    status: Option<u16>,
    /// Null if nothing was sent.
    headers: Option<SentHeaders>,
    /// Names of the further headers the endpoint is given.
    #[schema(example = json!(["x-tenant"]))]
    extra_headers: Vec<String>,
    /// The very text the signatures are over: id, timestamp and body joined by full stops; null after the body was erased.
    #[schema(example = r#"ev_01KAPS30B2R4S6T8V1W3X5Y7Z9.1795339800.{"type":"endpoint.test"}"#)]
    signed: Option<String>,
    /// Which secrets signed, newest first: a secret's number goes up by one with each rotation.
    #[schema(example = json!([2, 1]))]
    secret_generations: Vec<u32>,
    /// The beginning of the answer's body, at most 4 KiB, what is not UTF-8 replaced; null after the body was erased.
    #[schema(example = "try again later")]
    response: Option<String>,
}

/// A delivery with its event and every attempt.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DeliveryDetail)]
struct Detail {
    #[serde(flatten)]
    delivery: DeliveryLine,
    /// When it happened.
    #[schema(value_type = words::Time)]
    occurred_at: String,
    /// The body, byte for byte as it is sent; null after the end of the report it tells of.
    #[schema(example = r#"{"type":"endpoint.test","timestamp":"2026-11-22T09:30:00.000Z","data":{}}"#)]
    body: Option<String>,
    attempts: Vec<AttemptLine>,
}

fn attempt(event: &str, view: webhooks::AttemptView) -> AttemptLine {
    let webhooks::AttemptView { row, signed, response } = view;
    let (headers, generations, extra_headers) = row.sent.map_or_else(Default::default, |sent| {
        let (id, timestamp) = (event.to_owned(), sent.timestamp.to_string());
        (Some(SentHeaders { id, timestamp, signature: sent.signatures }), sent.signed_by, sent.header_names)
    });
    AttemptLine {
        number: row.number,
        trigger: if row.is_manual { "manual" } else { "schedule" },
        started_at: row.started_at.rfc3339(),
        duration_ms: row.duration_ms,
        outcome: row.outcome,
        status: row.status,
        headers,
        extra_headers,
        signed,
        secret_generations: generations.split_ascii_whitespace().filter_map(|number| number.parse().ok()).collect(),
        response,
    }
}

/// Shows it.
///
/// # Errors
/// 404.
#[utoipa::path(
    get, path = "/v1/webhook-endpoints/{id}/deliveries/{delivery}", operation_id = "getDelivery", tag = "Deliveries",
    summary = "Read a delivery",
    description = "The event, its body, and every attempt with what is needed to verify it once more.",
    params(
        ("id" = words::EndpointId, Path, description = "The endpoint."),
        ("delivery" = words::DeliveryId, Path, description = "The delivery."),
    ),
    responses((status = 200, description = "The delivery.", body = Detail)),
    security(("key" = ["webhooks:manage"])),
)]
pub async fn show(
    caller: ApiCaller<WebhooksManage>,
    path: web::Path<(String, String)>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let (endpoint, delivery) = (parse_id(&path.0)?, parse_id(&path.1)?);
    let view = services.webhooks.find_delivery(&caller.agency, &caller.key, &endpoint, &delivery).await?;
    let event = view.event.id.to_string();
    Ok(HttpResponse::Ok().json(Detail {
        delivery: DeliveryLine::from(&view.record),
        occurred_at: view.event.occurred_at.rfc3339(),
        body: view.event.body,
        attempts: view.attempts.into_iter().map(|view| attempt(&event, view)).collect(),
    }))
}
