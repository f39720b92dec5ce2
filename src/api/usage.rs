//! `GET /v1/usage`: what was done, by day and product.

use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::openapi::words;
use crate::db::{Counts, UsageRow};
use crate::domain::{Product, Timestamp};
use crate::http::caller::{AnalysesRead, ApiCaller};
use crate::http::{Problem, Services};

/// Days that are answered at most.
pub const DAYS_MAX: u64 = 100;
/// Days that are answered when no beginning is named.
const DAYS_DEFAULT: u64 = 30;
const DAY: std::time::Duration = std::time::Duration::from_secs(24 * 60 * 60);

/// The query: two days in UTC, as in 2026-11-22, both counted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Query {
    /// The first day, in UTC; without it, thirty days are answered.
    #[param(format = Date, example = "2026-11-01")]
    from: Option<String>,
    /// The last day, counted too; without it, today.
    #[param(format = Date, example = "2026-11-22")]
    to: Option<String>,
}

/// How much of each.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = UsageCounts)]
struct CountsView {
    analyses: u64,
    photos: u64,
    received_bytes: u64,
    reports: u64,
    deliveries_attempted: u64,
}

/// A day and a product on which something was done.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = UsageDay)]
struct DayView {
    /// The day in UTC.
    #[schema(format = Date, example = "2026-11-22")]
    date: String,
    /// Null for what is of no product, such as test events.
    #[schema(value_type = Option<words::Product>)]
    product: Option<&'static str>,
    agency: CountsView,
    own: CountsView,
}

/// What was used.
#[derive(Debug, Serialize, ToSchema)]
struct Usage {
    #[schema(format = Date, example = "2026-11-01")]
    from: String,
    #[schema(format = Date, example = "2026-11-22")]
    to: String,
    /// By everybody of the agency.
    agency: CountsView,
    /// By the key that asks.
    own: CountsView,
    days: Vec<DayView>,
}

impl From<Counts> for CountsView {
    fn from(counts: Counts) -> Self {
        let Counts { analyses, photos, received_bytes, reports, attempts } = counts;
        Self { analyses, photos, received_bytes, reports, deliveries_attempted: attempts }
    }
}

impl From<&UsageRow> for DayView {
    fn from(row: &UsageRow) -> Self {
        Self { date: date(row.day), product: row.product.map(Product::slug), agency: row.agency.into(), own: row.own.into() }
    }
}

fn date(day: Timestamp) -> String {
    day.rfc3339().chars().take(10).collect()
}

/// A day as `2026-11-22`.
fn day(field: &str, text: &str) -> Result<Timestamp, Problem> {
    let parsed = Timestamp::from_rfc3339(&format!("{text}T00:00:00Z")).filter(|parsed| date(*parsed) == text);
    parsed.ok_or_else(|| Problem::field(field, "not_allowed", "A day in UTC, such as 2026-11-22."))
}

impl Query {
    /// The days asked for, both counted.
    fn days(&self, now: Timestamp) -> Result<(Timestamp, Timestamp), Problem> {
        let to = match &self.to {
            Some(text) => day("to", text)?,
            None => day("to", &date(now))?,
        };
        let from = match &self.from {
            Some(text) => day("from", text)?,
            None => (1..DAYS_DEFAULT).fold(to, |day, _| day.minus(DAY)),
        };
        if from > to {
            return Err(Problem::field("from", "not_allowed", "from is not after to."));
        }
        if to.since(from).as_secs() / DAY.as_secs() >= DAYS_MAX {
            let detail = format!("At most {DAYS_MAX} days at a time.");
            return Err(Problem::field("from", "too_many", detail).limit(DAYS_MAX, None));
        }
        Ok((from, to))
    }
}

/// Lists the days on which something was done, oldest first, and adds them up.
///
/// # Errors
/// 422 for what is no day, for days in the wrong order and for too many.
#[utoipa::path(
    get, path = "/v1/usage", operation_id = "getUsage", tag = "Usage",
    summary = "Read what was used",
    description = "By day in UTC and product: the agency's total and the share of the key that asks. Days on which nothing was done \
        are left out, what test keys did is not counted, and counts are kept 400 days unless the installation says otherwise.",
    params(Query),
    responses((status = 200, description = "The counts, oldest day first.", body = Usage)),
    security(("key" = ["analyses:read"])),
)]
pub async fn show(
    caller: ApiCaller<AnalysesRead>,
    query: web::Query<Query>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let (from, to) = query.days(services.clock.now())?;
    let key = caller.key.clone();
    let rows = services.db.as_agency(&caller.agency).read(move |tx| tx.list_usage(from, to, &key)).await?;
    let (mut agency, mut own) = (Counts::default(), Counts::default());
    for row in &rows {
        agency.add(row.agency);
        own.add(row.own);
    }
    let days = rows.iter().map(DayView::from).collect();
    Ok(HttpResponse::Ok().json(Usage { from: date(from), to: date(to), agency: agency.into(), own: own.into(), days }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(from: Option<&str>, to: Option<&str>) -> Result<(String, String), Problem> {
        let now = Timestamp::from_rfc3339("2026-11-22T21:00:00Z").unwrap();
        let query = Query { from: from.map(str::to_owned), to: to.map(str::to_owned) };
        query.days(now).map(|(from, to)| (date(from), date(to)))
    }

    #[test]
    fn thirty_days_unless_others_are_named() {
        assert_eq!(asked(None, None).unwrap(), ("2026-10-24".into(), "2026-11-22".into()));
        assert_eq!(asked(Some("2026-11-01"), None).unwrap(), ("2026-11-01".into(), "2026-11-22".into()));
        assert_eq!(asked(None, Some("2026-03-01")).unwrap(), ("2026-01-31".into(), "2026-03-01".into()));
    }

    #[test]
    fn at_the_limit_and_one_past() {
        assert!(asked(Some("2026-01-01"), Some("2026-04-10")).is_ok(), "100 days");
        let past = asked(Some("2026-01-01"), Some("2026-04-11")).unwrap_err();
        assert_eq!(past.field_errors()[0].code, "too_many");
        for (from, to) in [("2026-11-23", "2026-11-22"), ("2026-02-30", "2026-03-01"), ("yesterday", "2026-03-01"), ("", "")] {
            assert_eq!(asked(Some(from), Some(to)).unwrap_err().field_errors()[0].code, "not_allowed", "{from}");
        }
    }
}
