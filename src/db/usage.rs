//! What an agency used, by day and product: counted in the transactions that do the work, after everything else in them.
//! What a test key did is not counted.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

use super::DbError;
use super::conn::Conn;
use super::schema::usage_days as days;
use super::scope::{AgencyScope, SystemScope, Tx};
use super::words::{number, word};
use crate::domain::{AnalysisId, ApiKeyId, DeliveryId, Product, Timestamp};

/// Milliseconds of a day.
const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Analyses accepted or opened.
    pub analyses: u64,
    /// Photos in them.
    pub photos: u64,
    /// Bytes of those photos.
    pub received_bytes: u64,
    /// Reports made.
    pub reports: u64,
    /// Webhook attempts made.
    pub attempts: u64,
}

/// What was done on a day for a product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsageRow {
    /// The day's first millisecond in UTC.
    pub day: Timestamp,
    /// None: of no product, such as attempts of test events.
    pub product: Option<Product>,
    /// By everybody of the agency.
    pub agency: Counts,
    /// By the key that was asked about.
    pub own: Counts,
}

/// The first millisecond of the day in UTC.
fn day_of(time: Timestamp) -> i64 {
    time.epoch_millis() - time.epoch_millis().rem_euclid(DAY_MS)
}

fn counted(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// The beginning of a statement that adds to a day, and its end: the same on both engines.
const ADD: &str = "INSERT INTO usage_days \
     (agency_id, day, origin_id, product, analyses, photos, received_bytes, reports, attempts) ";
const TO_WHAT_IS_THERE: &str = " ON CONFLICT (agency_id, day, origin_id, product) DO UPDATE SET \
     analyses = usage_days.analyses + excluded.analyses, photos = usage_days.photos + excluded.photos, \
     received_bytes = usage_days.received_bytes + excluded.received_bytes, \
     reports = usage_days.reports + excluded.reports, attempts = usage_days.attempts + excluded.attempts";

/// Counts what was done for an analysis, unless it is a test. The last statement of its transaction: whoever holds the row
/// waits for no other.
pub(super) fn count(conn: &mut Conn, analysis: &AnalysisId, done: Counts, now: Timestamp) -> Result<(), DbError> {
    let Counts { analyses, photos, received_bytes, reports, attempts } = done;
    let of = "SELECT agency_id, $1, coalesce(api_key_id, user_id), product, $2, $3, $4, $5, $6 FROM analyses \
              WHERE id = $7 AND NOT is_test";
    diesel::sql_query(format!("{ADD}{of}{TO_WHAT_IS_THERE}"))
        .bind::<BigInt, _>(day_of(now))
        .bind::<BigInt, _>(counted(analyses))
        .bind::<BigInt, _>(counted(photos))
        .bind::<BigInt, _>(counted(received_bytes))
        .bind::<BigInt, _>(counted(reports))
        .bind::<BigInt, _>(counted(attempts))
        .bind::<Text, _>(analysis.as_str())
        .execute(conn)?;
    Ok(())
}

/// Counts an attempt of a delivery, for the key of its endpoint.
pub(super) fn count_attempt(conn: &mut Conn, delivery: &DeliveryId, now: Timestamp) -> Result<(), DbError> {
    let of = "SELECT deliveries.agency_id, $1, webhook_endpoints.api_key_id, coalesce(analyses.product, ''), 0, 0, 0, 0, 1 \
              FROM deliveries JOIN webhook_endpoints ON webhook_endpoints.id = deliveries.endpoint_id \
              JOIN events ON events.id = deliveries.event_id LEFT JOIN analyses ON analyses.id = events.analysis_id \
              JOIN api_keys ON api_keys.id = webhook_endpoints.api_key_id \
              WHERE deliveries.id = $2 AND NOT api_keys.is_test";
    diesel::sql_query(format!("{ADD}{of}{TO_WHAT_IS_THERE}"))
        .bind::<BigInt, _>(day_of(now))
        .bind::<Text, _>(delivery.as_str())
        .execute(conn)?;
    Ok(())
}

type Row = (i64, String, String, i64, i64, i64, i64, i64);

impl Tx<'_, AgencyScope> {
    /// Counts what was done for one of the agency's analyses, unless it is a test. To be the last statement of its transaction
    /// but for those on its own key.
    ///
    /// # Errors
    /// What the engine refuses.
    pub fn count_usage(&mut self, analysis: &AnalysisId, done: Counts, now: Timestamp) -> Result<(), DbError> {
        count(self.conn, analysis, done, now)
    }

    /// What the agency used from the day of `from` to that of `to`, both counted: one row for each day and product, oldest
    /// first. `own` is the share of that key.
    ///
    /// # Errors
    /// What the engine refuses, and [`DbError::BadRow`].
    pub fn list_usage(&mut self, from: Timestamp, to: Timestamp, own: &ApiKeyId) -> Result<Vec<UsageRow>, DbError> {
        let rows: Vec<Row> = days::table
            .filter(days::agency_id.eq(self.scope.0.as_str()))
            .filter(days::day.between(day_of(from), day_of(to)))
            .order((days::day.asc(), days::product.asc()))
            .select((
                days::day,
                days::product,
                days::origin_id,
                days::analyses,
                days::photos,
                days::received_bytes,
                days::reports,
                days::attempts,
            ))
            .load(self.conn)?;
        let mut list: Vec<UsageRow> = Vec::new();
        for (day, product, origin, analyses, photos, bytes, reports, attempts) in rows {
            let counts = Counts {
                analyses: number("usage_days.analyses", analyses)?,
                photos: number("usage_days.photos", photos)?,
                received_bytes: number("usage_days.received_bytes", bytes)?,
                reports: number("usage_days.reports", reports)?,
                attempts: number("usage_days.attempts", attempts)?,
            };
            let product = if product.is_empty() { None } else { Some(word("usage_days.product", &product)?) };
            let day = Timestamp::from_epoch_millis(day);
            let is_new = list.last().is_none_or(|row| (row.day, row.product) != (day, product));
            if is_new {
                list.push(UsageRow { day, product, agency: Counts::default(), own: Counts::default() });
            }
            if let Some(row) = list.last_mut() {
                row.agency.add(counts);
                if origin == own.as_str() {
                    row.own.add(counts);
                }
            }
        }
        Ok(list)
    }
}

impl Counts {
    /// Adds what was done elsewhere.
    pub const fn add(&mut self, other: Self) {
        self.analyses = self.analyses.saturating_add(other.analyses);
        self.photos = self.photos.saturating_add(other.photos);
        self.received_bytes = self.received_bytes.saturating_add(other.received_bytes);
        self.reports = self.reports.saturating_add(other.reports);
        self.attempts = self.attempts.saturating_add(other.attempts);
    }
}

impl Tx<'_, SystemScope> {
    /// Forgets the days that ended before then. Answers how many rows.
    ///
    /// # Errors
    /// What the engine refuses.
    pub fn delete_usage_before(&mut self, cutoff: Timestamp) -> Result<usize, DbError> {
        Ok(diesel::delete(days::table.filter(days::day.le(cutoff.epoch_millis().saturating_sub(DAY_MS)))).execute(self.conn)?)
    }
}
