//! `GET /v1/analyses`: pages, newest first, of those a filter leaves. The cursor is the last id seen; ids sort by time.

use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::view::previews_word;
use crate::api::openapi::words;
use crate::api::pages;
use crate::db::{AnalysisFilter, AnalysisRecord};
use crate::domain::{AnalysisId, FailureReason, Product, Timestamp};
use crate::http::caller::{AnalysesRead, ApiCaller};
use crate::http::{Problem, Services};

/// What `state` may say.
const STATES: [&str; 4] = ["open", "processing", "completed", "failed"];

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
    #[param(value_type = Option<words::State>)]
    state: Option<String>,
    #[param(value_type = Option<words::Product>)]
    product: Option<String>,
    /// Your own id, whole.
    reference: Option<String>,
    /// Made at this time or later.
    #[param(value_type = Option<words::Time>)]
    created_after: Option<String>,
    /// Made before this time.
    #[param(value_type = Option<words::Time>)]
    created_before: Option<String>,
}

/// One line of the list; the resource itself says more.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AnalysisLine)]
struct Line {
    #[schema(value_type = words::AnalysisId)]
    id: String,
    #[schema(value_type = words::State)]
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::FailureReason>)]
    reason: Option<&'static str>,
    #[schema(value_type = words::Product)]
    product: &'static str,
    #[schema(value_type = words::Previews)]
    previews: &'static str,
    /// Your own id.
    #[schema(example = "Shoot 14")]
    reference: Option<String>,
    /// Made with a test key; absent otherwise.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(value_type = words::Yes, required = false)]
    test: bool,
    #[schema(minimum = 0, example = 1)]
    photo_count: i32,
    #[schema(value_type = words::Time)]
    created_at: String,
    #[schema(value_type = Option<words::Time>)]
    ended_at: Option<String>,
    /// Where it is.
    #[schema(example = "/v1/analyses/an_01KAPS2Q8Z4T6V9XJ3M5N7P0R1")]
    href: String,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AnalysisPage)]
struct Page {
    analyses: Vec<Line>,
    /// Whether there are older ones.
    has_more: bool,
    /// Where the next page begins; null on the last one.
    #[schema(example = "6UxnQZ8")]
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
        test: record.is_test,
        photo_count: record.photo_count,
        created_at: record.created_at.rfc3339(),
        ended_at: record.ended_at.map(Timestamp::rfc3339),
        href: format!("/v1/analyses/{}", record.id),
    })
}

/// Lists them.
///
/// # Errors
/// 400 for a wrong cursor or one of another filter, 422 for a limit out of range or a filter that cannot be.
#[utoipa::path(
    get, path = "/v1/analyses", operation_id = "listAnalyses", tag = "Analyses",
    summary = "List analyses",
    description = "Newest first, in pages. A cursor belongs to the filters it was made with.",
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
    let mut filter = query.filter()?;
    // What the cursor is bound to: what was asked, not the digests, which another ring key changes.
    let asked = format!("{filter:?} {:?}", query.reference);
    let cursor = query.cursor.as_deref().map(|cursor| pages::read_cursor::<AnalysisId>(&asked, cursor)).transpose()?;
    filter.reference_digests = query.reference.as_deref().map(|text| services.pipeline.reference_digests(&caller.agency, text));
    let read = services.db.as_agency(&caller.agency);
    let mut rows = read.read(move |tx| tx.search_analyses(&filter, cursor.as_ref(), limit + 1)).await?;
    let (has_more, next_cursor) = pages::cut(&mut rows, limit, |last| pages::cursor_after(&asked, last.id.as_str()));
    let analyses = rows.iter().map(|record| line(&services, record)).collect::<Result<_, _>>()?;
    Ok(HttpResponse::Ok().json(Page { analyses, has_more, next_cursor }))
}

impl Query {
    /// Everything but the reference.
    fn filter(&self) -> Result<AnalysisFilter, Problem> {
        Ok(AnalysisFilter {
            state: self.state.as_deref().map(state_of).transpose()?,
            product: self.product.as_deref().map(product_of).transpose()?,
            reference_digests: None,
            created_after: time_of("created_after", self.created_after.as_deref())?,
            created_before: time_of("created_before", self.created_before.as_deref())?,
        })
    }
}

fn state_of(text: &str) -> Result<&'static str, Problem> {
    let known = STATES.into_iter().find(|known| *known == text);
    known.ok_or_else(|| Problem::field("state", "unknown_value", format!("state is one of {}.", STATES.join(", "))))
}

fn product_of(text: &str) -> Result<Product, Problem> {
    let words = Product::ALL.map(Product::slug).join(", ");
    text.parse().map_err(|_| Problem::field("product", "unknown_value", format!("product is one of {words}.")))
}

fn time_of(field: &str, text: Option<&str>) -> Result<Option<Timestamp>, Problem> {
    let Some(text) = text else { return Ok(None) };
    let wrong = || Problem::field(field, "unknown_value", format!("{field} is a time as in 2026-11-22T09:30:00Z."));
    Timestamp::from_rfc3339(text).map(Some).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(text: &str) -> Result<AnalysisFilter, Problem> {
        web::Query::<Query>::from_query(text).expect("it can be read").filter()
    }

    #[test]
    fn filters_are_read_and_nonsense_is_named() {
        let filter = query("state=failed&product=portfolio&created_after=2026-11-22T09:30:00Z").unwrap();
        assert_eq!((filter.state, filter.product), (Some("failed"), Some(Product::Portfolio)));
        assert_eq!(filter.created_after, Timestamp::from_rfc3339("2026-11-22T09:30:00Z"));
        assert_eq!(query("").unwrap(), AnalysisFilter::default());
        for (text, field) in [
            ("state=done", "state"),
            ("product=poster", "product"),
            ("created_after=yesterday", "created_after"),
            ("created_before=1", "created_before"),
        ] {
            assert_eq!(query(text).unwrap_err().field_errors()[0].field, field);
        }
    }
}
