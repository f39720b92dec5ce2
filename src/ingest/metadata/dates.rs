//! When, and what does not fit together. No clock is read: whether a date lies ahead is for whoever knows what time it is.

use super::facts::{DateNote, Dates};
use super::tags::{Block, Tags};

/// A fix may be a while old when the picture is taken; further apart than this is told, in seconds.
const GPS_APART_SECONDS: i64 = 3600;
/// Years in which the clocks of cameras start.
const CLOCK_STARTS: [i64; 7] = [1970, 1980, 2000, 2001, 2010, 2015, 2016];
const DAY_SECONDS: i64 = 86_400;
/// The farthest clock from UTC, in seconds.
const ZONE_SECONDS_MAX: i64 = 14 * 3600;

/// A time as written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// Seconds of its own clock since 1970.
    local: i64,
    /// Minutes that clock is ahead of UTC, where it says so.
    offset: Option<i64>,
    /// Whether there is more than a date.
    has_time: bool,
}

impl Moment {
    /// `2026:11:20 14:03:11`, `2026-11-20T14:03:11.5+01:00`, `2026-11-20`, `20261120`.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = |at: usize, count: usize| -> Option<i64> {
            let part = text.get(at..at + count)?;
            part.bytes().all(|byte| byte.is_ascii_digit()).then(|| part.parse().ok())?
        };
        let compact = text.len() >= 8 && digits(0, 8).is_some();
        let (year, month, day, rest) = match compact {
            true => (digits(0, 4)?, digits(4, 2)?, digits(6, 2)?, 8),
            false => (digits(0, 4)?, digits(5, 2)?, digits(8, 2)?, 10),
        };
        if year == 0 || !(1..=12).contains(&month) || !(1..=days_in(year, month)).contains(&day) {
            return None;
        }
        let date = days(year, month, day) * DAY_SECONDS;
        let Some((hour, minute)) = digits(rest + 1, 2).zip(digits(rest + 4, 2)) else {
            return Some(Self { local: date, offset: None, has_time: false });
        };
        let second = digits(rest + 7, 2).unwrap_or(0);
        if hour > 23 || minute > 59 || second > 60 {
            return None;
        }
        let time = hour * 3600 + minute * 60 + second;
        Some(Self { local: date + time, offset: offset(text.get(rest + 6..).unwrap_or_default()), has_time: true })
    }

    /// Seconds of its own clock since 1970; None for a date alone.
    pub fn seconds(self) -> Option<i64> {
        self.has_time.then_some(self.local)
    }

    /// `2026-11-20 14:03:11`, or the date alone.
    pub fn words(self) -> String {
        let (year, month, day) = civil(self.local.div_euclid(DAY_SECONDS));
        let time = self.local.rem_euclid(DAY_SECONDS);
        let date = format!("{year:04}-{month:02}-{day:02}");
        if self.has_time { format!("{date} {:02}:{:02}:{:02}", time / 3600, time / 60 % 60, time % 60) } else { date }
    }

    /// Whether two are the same as far as both say.
    pub fn agrees(self, other: Self) -> bool {
        match (self.has_time && other.has_time, self.utc(), other.utc()) {
            (false, ..) => self.local.div_euclid(DAY_SECONDS) == other.local.div_euclid(DAY_SECONDS),
            (true, Some(a), Some(b)) => a == b || self.local == other.local,
            (true, ..) => self.local == other.local,
        }
    }

    fn utc(self) -> Option<i64> {
        self.offset.map(|minutes| self.local - minutes * 60)
    }

    /// Whether it lies before another, as far as both say.
    fn is_before(self, other: Self) -> bool {
        match (self.has_time && other.has_time, self.utc(), other.utc()) {
            (false, ..) => self.local.div_euclid(DAY_SECONDS) < other.local.div_euclid(DAY_SECONDS),
            (true, Some(a), Some(b)) => a < b,
            (true, None, None) => self.local < other.local,
            // one clock is unknown: it may be anywhere on earth
            (true, ..) => self.local + 26 * 3600 < other.local,
        }
    }
}

/// Minutes of `Z`, `+01:00` at the end of a time, after its seconds.
fn offset(tail: &str) -> Option<i64> {
    let at = tail.find(['Z', '+', '-'])?;
    let sign = match tail.as_bytes()[at] {
        b'Z' => return Some(0),
        b'-' => -1,
        _ => 1,
    };
    let number = |from: usize| -> Option<i64> { tail.get(at + from..at + from + 2)?.parse().ok() };
    // IPTC writes no colon
    let minutes = number(4).or_else(|| number(3)).unwrap_or(0);
    Some(sign * (number(1)? * 60 + minutes)).filter(|minutes| minutes.abs() <= 15 * 60)
}

/// Days since 1970 (H. Hinnant's days_from_civil).
const fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year - era * 400;
    let of_year = (153 * (if month > 2 { month - 3 } else { month + 9 }) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// Year, month and day of days since 1970.
const fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let of_era = days - era * 146_097;
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let (month, next) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    (era * 400 + year + next, month, day)
}

const fn days_in(year: i64, month: i64) -> i64 {
    let (next_year, next) = if month == 12 { (year + 1, 1) } else { (year, month + 1) };
    days(next_year, next, 1) - days(year, month, 1)
}

/// The first of several fields that holds a time.
fn first(tags: &Tags, fields: &[(Block, &str)]) -> Option<Moment> {
    fields.iter().find_map(|&(block, name)| tags.values(block, name).find_map(Moment::parse))
}

/// The moment of a pair of IPTC fields: `20261120` and `140311+0100`.
pub fn iptc(tags: &Tags, date: &str, time: &str) -> Option<Moment> {
    let date = tags.first(Block::Iptc, date)?;
    let written = match tags.first(Block::Iptc, time) {
        Some(time) if time.len() >= 6 && time.is_ascii() => {
            format!("{date} {}:{}:{}{}", &time[..2], &time[2..4], &time[4..6], &time[6..])
        }
        _ => date.to_owned(),
    };
    Moment::parse(&written)
}

/// A moment with its offset where it has one.
pub fn with_offset(moment: Moment) -> String {
    let offset = moment.offset.map(|offset| format!(" {}", offset_words(offset))).unwrap_or_default();
    moment.words() + &offset
}

/// When it was taken.
pub fn original(tags: &Tags) -> Option<Moment> {
    use Block::{Exif, Xmp};
    let mut original = first(tags, &[(Exif, "DateTimeOriginal"), (Xmp, "exif:DateTimeOriginal"), (Xmp, "photoshop:DateCreated")])
        .or_else(|| iptc(tags, "DateCreated", "TimeCreated"))?;
    original.offset = original.offset.or_else(|| offset(tags.first(Exif, "OffsetTimeOriginal")?));
    Some(original)
}

/// Reads the dates.
pub fn read(tags: &Tags) -> Dates {
    use Block::{Exif, Xmp};
    let original = original(tags);
    let zone = |moment: Option<Moment>| moment.and_then(|moment| moment.offset).map(offset_words);
    let with = |moment: Option<Moment>, name| {
        moment.map(|moment| Moment { offset: moment.offset.or_else(|| offset(tags.first(Exif, name)?)), ..moment })
    };
    let digitized = with(first(tags, &[(Exif, "DateTimeDigitized"), (Xmp, "exif:DateTimeDigitized")]), "OffsetTimeDigitized")
        .or_else(|| iptc(tags, "DigitalCreationDate", "DigitalCreationTime"));
    let modified = with(first(tags, &[(Exif, "DateTime"), (Xmp, "xmp:ModifyDate"), (Xmp, "tiff:DateTime")]), "OffsetTime");
    let gps = first(tags, &[(Exif, "GPSDateTime"), (Xmp, "exif:GPSTimeStamp")]);
    let words = |moment: Option<Moment>| moment.map(Moment::words);
    Dates {
        original: words(original),
        original_offset: zone(original),
        digitized: words(digitized),
        digitized_offset: zone(digitized),
        modified: words(modified),
        modified_offset: zone(modified),
        metadata_modified: words(first(tags, &[(Xmp, "xmp:MetadataDate")])),
        gps_utc: words(gps),
        notes: notes(original, digitized, modified, gps),
    }
}

fn offset_words(minutes: i64) -> String {
    format!("{}{:02}:{:02}", if minutes < 0 { '-' } else { '+' }, minutes.abs() / 60, minutes.abs() % 60)
}

fn notes(original: Option<Moment>, digitized: Option<Moment>, modified: Option<Moment>, gps: Option<Moment>) -> Vec<DateNote> {
    let Some(original) = original else { return Vec::new() };
    let mut notes = Vec::new();
    if modified.is_some_and(|modified| modified.is_before(original)) {
        notes.push(DateNote::ModifiedBeforeOriginal);
    }
    if digitized.is_some_and(|digitized| digitized.is_before(original)) {
        notes.push(DateNote::DigitizedBeforeOriginal);
    }
    let apart = gps.filter(|gps| gps.has_time && original.has_time).map(|gps| match original.utc() {
        Some(utc) => (utc - gps.local).abs() > GPS_APART_SECONDS,
        // no clock on earth is further from UTC
        None => (original.local - gps.local).abs() > ZONE_SECONDS_MAX + GPS_APART_SECONDS,
    });
    if apart == Some(true) {
        notes.push(DateNote::GpsTimeApart);
    }
    let (year, month, day) = civil(original.local.div_euclid(DAY_SECONDS));
    if CLOCK_STARTS.contains(&year) && (month, day) == (1, 1) {
        notes.push(DateNote::ClockNotSet);
    }
    notes
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn dates(fields: &[(Block, &str, &str)]) -> Dates {
        let mut tags = Tags::default();
        fields.iter().for_each(|(block, name, value)| tags.push(*block, name, value));
        read(&tags)
    }

    #[test]
    fn all_forms_of_a_time_are_one() {
        let exif = Moment::parse("2026:11:20 14:03:11").unwrap();
        assert_eq!(exif.words(), "2026-11-20 14:03:11");
        let xmp = Moment::parse("2026-11-20T14:03:11.25+01:00").unwrap();
        assert_eq!((xmp.words(), xmp.offset), (exif.words(), Some(60)));
        assert!(exif.agrees(xmp) && xmp.agrees(Moment::parse("2026-11-20T13:03:11Z").unwrap()));
        assert!(Moment::parse("20261120").unwrap().agrees(exif));
        assert_eq!(Moment::parse("2026-11-20T14:03").unwrap().words(), "2026-11-20 14:03:00");
        for wrong in
            ["0000:00:00 00:00:00", "2026:13:01 00:00:00", "2025:02:29 00:00:00", "2026:11:20 24:00:00", "today", "", "20é61120"]
        {
            assert_eq!(Moment::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn contradictions_are_told_and_unknown_clocks_are_not() {
        use Block::{Exif, Iptc, Xmp};
        let taken = (Exif, "DateTimeOriginal", "2026:11:20 14:03:11");
        assert_eq!(dates(&[taken, (Exif, "DateTime", "2026:11:21 09:00:00")]).notes, []);
        assert_eq!(dates(&[taken, (Exif, "DateTime", "2026:11:20 14:03:10")]).notes, [DateNote::ModifiedBeforeOriginal]);
        assert_eq!(dates(&[taken, (Xmp, "xmp:ModifyDate", "2026-11-20T02:00:00Z")]).notes, []);
        assert_eq!(
            dates(&[taken, (Exif, "DateTimeDigitized", "2025:11:20 14:03:11")]).notes,
            [DateNote::DigitizedBeforeOriginal]
        );
        let fix = (Exif, "GPSDateTime", "2026:11:20 10:03:11");
        assert_eq!(dates(&[taken, fix]).notes, []);
        assert_eq!(dates(&[taken, fix, (Exif, "OffsetTimeOriginal", "+04:00")]).notes, []);
        let apart = dates(&[taken, fix, (Exif, "OffsetTimeOriginal", "+01:00")]);
        assert_eq!((apart.notes, apart.original_offset.as_deref()), (vec![DateNote::GpsTimeApart], Some("+01:00")));
        let other_day = (Exif, "GPSDateTime", "2026:11:19 10:03:11");
        assert_eq!(dates(&[taken, other_day]).notes, [DateNote::GpsTimeApart]);
        let zones = dates(&[
            (Exif, "DateTimeDigitized", "2026:11:20 14:03:11"),
            (Exif, "OffsetTimeDigitized", "+01:00"),
            (Xmp, "xmp:ModifyDate", "2026-11-21T09:00:00-05:30"),
        ]);
        assert_eq!((zones.digitized_offset.as_deref(), zones.modified_offset.as_deref()), (Some("+01:00"), Some("-05:30")));
        assert_eq!(dates(&[(Exif, "DateTimeOriginal", "2000:01:01 00:03:00")]).notes, [DateNote::ClockNotSet]);
        let iptc = dates(&[(Iptc, "DateCreated", "20261120"), (Iptc, "TimeCreated", "140311+0100")]);
        assert_eq!((iptc.original.as_deref(), iptc.original_offset.as_deref()), (Some("2026-11-20 14:03:11"), Some("+01:00")));
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn times_of_anything(text in "[0-9:TZ+ .-]{0,30}|.{0,30}", number in -800_000i64..3_000_000) {
            let _moment = Moment::parse(&text).map(Moment::words);
            let (year, month, day) = civil(number);
            prop_assert_eq!(days(year, month, day), number);
        }
    }
}
