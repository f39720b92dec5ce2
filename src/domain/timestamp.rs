//! Time as the product keeps it: epoch milliseconds in UTC, cut at birth so that both databases give back what they took.

use std::fmt;
use std::time::Duration;

/// Milliseconds since 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct Timestamp(i64);

const MONTHS: [&str; 12] =
    ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];

impl Timestamp {
    /// From epoch milliseconds.
    pub const fn from_epoch_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// Epoch milliseconds.
    pub const fn epoch_millis(self) -> i64 {
        self.0
    }

    /// Whole epoch seconds, rounded towards minus infinity.
    pub const fn epoch_secs(self) -> i64 {
        self.0.div_euclid(1000)
    }

    /// This much later; saturates at the ends of time.
    #[must_use]
    pub fn plus(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)))
    }

    /// This much earlier; saturates at the ends of time.
    #[must_use]
    pub fn minus(self, duration: Duration) -> Self {
        Self(self.0.saturating_sub(i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)))
    }

    /// How long after `earlier`; zero if it is not after.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }

    fn utc(self) -> jiff::civil::DateTime {
        jiff::Timestamp::from_millisecond(self.0)
            .unwrap_or(jiff::Timestamp::UNIX_EPOCH)
            .to_zoned(jiff::tz::TimeZone::UTC)
            .datetime()
    }

    /// RFC 3339 in UTC with milliseconds: `2026-11-21T14:20:00.000Z`.
    pub fn rfc3339(self) -> String {
        let t = self.utc();
        format!(
            "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z",
            t.year(),
            t.month(),
            t.day(),
            t.hour(),
            t.minute(),
            t.second(),
            t.millisecond()
        )
    }

    /// From RFC 3339, cut to milliseconds; None for anything else.
    pub fn from_rfc3339(text: &str) -> Option<Self> {
        text.parse::<jiff::Timestamp>().ok().map(|time| Self(time.as_millisecond()))
    }

    /// As in a `Date` header: `Sat, 21 Nov 2026 14:20:00 GMT`.
    pub fn http_date(self) -> String {
        self.utc().strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
    }

    /// `20261121`, the day in UTC.
    pub fn day_digits(self) -> String {
        let t = self.utc();
        format!("{:04}{:02}{:02}", t.year(), t.month(), t.day())
    }

    /// `21 November 2026`.
    pub fn long_date(self) -> String {
        let t = self.utc();
        let month = MONTHS.get(usize::from(t.month().unsigned_abs()).saturating_sub(1)).copied().unwrap_or("");
        format!("{} {} {}", t.day(), month, t.year())
    }

    /// `21 November 2026, 14:20 UTC`.
    pub fn long_date_time(self) -> String {
        let t = self.utc();
        format!("{}, {:02}:{:02} UTC", self.long_date(), t.hour(), t.minute())
    }

    /// Year, month, day, hour, minute, second in UTC.
    pub fn civil(self) -> (i16, i8, i8, i8, i8, i8) {
        let t = self.utc();
        (t.year(), t.month(), t.day(), t.hour(), t.minute(), t.second())
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.rfc3339())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_as_people_and_programs_read_it() {
        let time = Timestamp::from_epoch_millis(1_795_270_800_123);
        assert_eq!(time.rfc3339(), "2026-11-21T14:20:00.123Z");
        assert_eq!(time.long_date_time(), "21 November 2026, 14:20 UTC");
        assert_eq!(time.day_digits(), "20261121");
        assert_eq!(time.http_date(), "Sat, 21 Nov 2026 14:20:00 GMT");
        assert_eq!(time.plus(Duration::from_secs(1)).since(time), Duration::from_secs(1));
        assert_eq!(time.since(time.plus(Duration::from_secs(1))), Duration::ZERO);
    }
}
