//! `GET /v1/analyses/{id}/progress`: what happens to an analysis as server-sent events, from any node, to be taken up again by the
//! id of the last event.

use std::convert::Infallible;

use actix_web::http::header::{self, HeaderName};
use actix_web::http::{Method, StatusCode};
use actix_web::web::{self, Bytes};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};
use futures_util::stream;
use serde::{Deserialize, Serialize};
use tokio::sync::watch;
use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at, sleep_until};
use tokio_util::sync::CancellationToken;
use utoipa::{IntoParams, ToSchema};

use crate::api::openapi::words;
use crate::api::parse_id;
use crate::db::{StepKind, StepRecord};
use crate::domain::{AgencyId, AnalysisId, AnalysisState, FailureReason};
use crate::http::analysis::gone;
use crate::http::caller::{AnalysesRead, ApiCaller};
use crate::http::streams::{COME_AGAIN_SECS, StreamPlace};
use crate::http::{Problem, ProblemKind, Services, Streams};
use crate::pipeline::Progress;

const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");
const X_ACCEL_BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");
/// A comment: nothing happened, and we are still here.
const HEARTBEAT: &[u8] = b":\n\n";

/// The query.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Query {
    /// As `Last-Event-ID`, for clients that cannot send it.
    #[param(pattern = "^[0-9]{1,9}$", example = "3")]
    after: Option<String>,
}

/// One event of the stream; a comment now and then only says that somebody is there.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "only described here; written as text/event-stream below")]
struct ProgressEvent {
    /// `progress`, or `outcome` for the last one.
    #[schema(example = "progress")]
    event: Option<String>,
    /// Take the stream up again after it.
    #[schema(example = "3")]
    id: Option<String>,
    /// JSON: the analysis and what happened to it.
    #[schema(example = "{\"analysis\":\"an_01KAPS2Q8Z4T6V9XJ3M5N7P0R1\",\"sequence\":3,\"what\":\"measured\",\"photo\":1}")]
    data: Option<String>,
}

/// Streams what happens until the outcome.
///
/// # Errors
/// 400 for an event id that is none, 404, 410, 429 and 503 when enough streams are open.
#[utoipa::path(
    get, path = "/v1/analyses/{id}/progress", operation_id = "watchAnalysis", tag = "Analyses",
    summary = "Watch an analysis",
    description = "What happens to it, as server-sent events, until its outcome. Each event has an id; take the stream up again with \
        `Last-Event-ID` or `after`, at any node.",
    params(
        ("id" = words::AnalysisId, Path, description = "The analysis."),
        Query,
        ("Last-Event-ID" = Option<String>, Header, description = "Id of the last event you have.", pattern = "^[0-9]{1,9}$"),
    ),
    responses(
        (status = 200, description = "Events named `progress` and `outcome`; their data is JSON.", body = ProgressEvent, content_type = "text/event-stream"),
        (status = 204, description = "You have all events of an analysis that is over: do not come again."),
    ),
    security(("key" = ["analyses:read"])),
    extensions(("x-problems" = json!(["invalid-cursor", "report-gone"]))),
)]
pub async fn progress(
    caller: ApiCaller<AnalysesRead>,
    id: web::Path<String>,
    query: web::Query<Query>,
    request: HttpRequest,
    services: web::Data<Services>,
    streams: web::Data<Streams>,
) -> Result<HttpResponse, Problem> {
    let id: AnalysisId = parse_id(&id)?;
    let after = last_seen(&request, &query)?;
    let seen = services.see(&caller.agency, &id).await?;
    if let Some(tombstone) = &seen.tombstone {
        return Err(gone(tombstone));
    }
    if seen.record.state.is_outcome() && after > 0 && is_told(&services, &caller.agency, &id, after).await? {
        // What a browser takes for: do not come again.
        return Ok(HttpResponse::NoContent().finish());
    }
    if request.method() == Method::HEAD {
        return Ok(head().finish());
    }
    let place = streams.admit(&caller.key)?;
    let no_room = || Problem::new(ProblemKind::NoRoom).retry_after(std::time::Duration::from_secs(COME_AGAIN_SECS));
    let progress = services.pipeline.watch(&caller.agency, &id).ok_or_else(no_room)?;
    let telling = Telling::begin(id, after, progress, &streams, place);
    Ok(head().streaming(stream::unfold(telling, Telling::next)))
}

fn head() -> HttpResponseBuilder {
    let mut response = HttpResponse::build(StatusCode::OK);
    response
        .content_type("text/event-stream; charset=utf-8")
        .insert_header((header::CACHE_CONTROL, "no-cache, no-transform"))
        .insert_header((X_ACCEL_BUFFERING, "no"));
    response
}

/// The last event the client has; 0: none.
fn last_seen(request: &HttpRequest, query: &Query) -> Result<i32, Problem> {
    let wrong = || Problem::new(ProblemKind::InvalidCursor).detail("Send the id of the last event you have.");
    let is_id = |text: &&str| (1..=9).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    let read = |text: &str| Some(text).filter(is_id).and_then(|text| text.parse().ok()).ok_or_else(wrong);
    let asked = query.after.as_deref().map(read).transpose()?;
    let sent = request.headers().get(LAST_EVENT_ID).map(|value| read(value.to_str().unwrap_or_default())).transpose()?;
    Ok(sent.or(asked).unwrap_or(0))
}

/// Whether the client has all events of an analysis that is over.
async fn is_told(services: &Services, agency: &AgencyId, id: &AnalysisId, after: i32) -> Result<bool, Problem> {
    let id = id.clone();
    let steps = services.db.as_agency(agency).read(move |tx| tx.list_progress(&id, after - 1)).await?;
    Ok(!steps.is_empty() && steps.iter().all(|step| step.sequence <= after))
}

/// One event's data.
#[derive(Debug, Serialize)]
struct EventView<'a> {
    analysis: &'a AnalysisId,
    #[serde(skip_serializing_if = "Option::is_none")]
    sequence: Option<i32>,
    what: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    photo: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    occurred_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    href: Option<String>,
}

fn event(analysis: &AnalysisId, step: &StepRecord) -> String {
    let is_outcome = step.kind.is_outcome();
    let detail = step.detail.as_deref();
    let view = EventView {
        analysis,
        sequence: Some(step.sequence),
        what: step.kind.slug(),
        photo: step.photo,
        problem: detail.filter(|_| !is_outcome),
        reason: detail.filter(|_| is_outcome),
        occurred_at: Some(step.occurred_at.rfc3339()),
        href: is_outcome.then(|| format!("/v1/analyses/{analysis}")),
    };
    let kind = if is_outcome { "outcome" } else { "progress" };
    format!("event: {kind}\nid: {}\ndata: {}\n\n", step.sequence, json(&view))
}

/// The outcome of an analysis whose steps are forgotten; without an id, because none belongs to it.
fn late_outcome(analysis: &AnalysisId, state: AnalysisState) -> String {
    let what = if state == AnalysisState::Completed { StepKind::Completed } else { StepKind::Failed }.slug();
    let reason = state.failure_reason().map(FailureReason::slug);
    let href = Some(format!("/v1/analyses/{analysis}"));
    let view = EventView { analysis, sequence: None, what, photo: None, problem: None, reason, occurred_at: None, href };
    format!("event: outcome\ndata: {}\n\n", json(&view))
}

fn json(view: &EventView<'_>) -> String {
    // Ids, numbers and words only: it cannot fail.
    serde_json::to_string(view).unwrap_or_default()
}

fn come_again() -> String {
    format!("retry: {}\n\n", COME_AGAIN_SECS * 1000)
}

/// A stream on its way.
struct Telling {
    analysis: AnalysisId,
    after: i32,
    progress: watch::Receiver<Progress>,
    heartbeat: Interval,
    until: Instant,
    closing: CancellationToken,
    is_begun: bool,
    is_over: bool,
    _place: StreamPlace,
}

impl Telling {
    fn begin(
        analysis: AnalysisId,
        after: i32,
        progress: watch::Receiver<Progress>,
        streams: &Streams,
        place: StreamPlace,
    ) -> Self {
        let (now, settings) = (Instant::now(), streams.settings());
        let mut heartbeat = interval_at(now + settings.heartbeat, settings.heartbeat);
        heartbeat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let (until, closing) = (now + settings.longest, streams.closing());
        Self { analysis, after, progress, heartbeat, until, closing, is_begun: false, is_over: false, _place: place }
    }

    async fn next(mut self) -> Option<(Result<Bytes, Infallible>, Self)> {
        if self.is_over {
            return None;
        }
        let piece = self.piece().await;
        Some((Ok(piece), self))
    }

    async fn piece(&mut self) -> Bytes {
        if !self.is_begun {
            self.is_begun = true;
            return come_again().into();
        }
        loop {
            let news = self.news();
            if !news.is_empty() {
                return news.into();
            }
            tokio::select! {
                biased;
                () = self.closing.cancelled() => return self.farewell(),
                () = sleep_until(self.until) => return self.farewell(),
                // Without a sender there is nothing to wait for: the client comes again.
                changed = self.progress.changed() => if changed.is_err() { return self.farewell() },
                _ = self.heartbeat.tick() => return Bytes::from_static(HEARTBEAT),
            }
        }
    }

    /// What the client has not heard yet; nothing follows an outcome.
    fn news(&mut self) -> String {
        let progress = self.progress.borrow_and_update();
        let unheard: Vec<&StepRecord> = progress.steps.iter().filter(|step| step.sequence > self.after).collect();
        let mut told: String = unheard.iter().map(|step| event(&self.analysis, step)).collect();
        self.after = unheard.last().map_or(self.after, |step| step.sequence);
        self.is_over = progress.is_over();
        if let Some(state) = progress.state.filter(|state| state.is_outcome())
            && !unheard.last().is_some_and(|step| step.kind.is_outcome())
        {
            told.push_str(&late_outcome(&self.analysis, state));
        }
        told
    }

    fn farewell(&mut self) -> Bytes {
        self.is_over = true;
        come_again().into()
    }
}
