//! When a delivery is tried again. Pure: time, chance and the receiver's wish come in, a decision comes out.

use std::time::Duration;

use rand::RngExt as _;

use crate::domain::Timestamp;

/// The wait before each attempt, the first at once; about 28 hours in all. The list of Svix's open server.
pub const WAITS: [Duration; 8] = [
    Duration::ZERO,
    Duration::from_secs(5),
    Duration::from_secs(5 * 60),
    Duration::from_secs(30 * 60),
    Duration::from_secs(2 * 60 * 60),
    Duration::from_secs(5 * 60 * 60),
    Duration::from_secs(10 * 60 * 60),
    Duration::from_secs(10 * 60 * 60),
];

/// Waits are spread by up to this much either way, in thousandths, so that receivers that fell together do not rise together.
const JITTER_PERMILLE: i32 = 200;

/// Where the spread of waits comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Jitter {
    /// Evenly from -20 % to +20 %.
    Random,
    /// Always this many thousandths; held to ±200. So that a test can name the minute.
    Fixed(i32),
}

impl Jitter {
    /// A draw.
    pub(super) fn permille(self) -> i32 {
        match self {
            Self::Random => rand::rng().random_range(-JITTER_PERMILLE..=JITTER_PERMILLE),
            Self::Fixed(permille) => permille.clamp(-JITTER_PERMILLE, JITTER_PERMILLE),
        }
    }
}

/// The time of the next attempt after the `attempt_count`-th failed (from 1) at `now`; `None` if there is none, because
/// the list is at its end or the event may not be attempted that late (`not_after`).
///
/// A receiver's `Retry-After` is honored between once and twice the planned wait.
pub fn next_attempt(
    attempt_count: u32,
    now: Timestamp,
    not_after: Timestamp,
    retry_after: Option<Duration>,
    jitter: Jitter,
) -> Option<Timestamp> {
    let at = now.plus(planned_wait(attempt_count, retry_after, jitter)?);
    (at <= not_after).then_some(at)
}

/// The wait after the `attempt_count`-th failure (from 1), spread, a receiver's wish honored; `None` after the last.
pub(super) fn planned_wait(attempt_count: u32, retry_after: Option<Duration>, jitter: Jitter) -> Option<Duration> {
    let planned = *WAITS.get(usize::try_from(attempt_count).ok()?)?;
    let thousandths = u32::try_from(1000 + jitter.permille()).unwrap_or(1000);
    let spread = planned * thousandths / 1000;
    Some(retry_after.map_or(spread, |wish| wish.clamp(spread, spread.max(planned * 2))))
}

/// Reads a `Retry-After` header: seconds, or an HTTP date (RFC 9110, 10.2.3) compared with `now`.
pub fn retry_after(value: &str, now: Timestamp) -> Option<Duration> {
    let value = value.trim();
    if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(Duration::from_secs(value.parse().unwrap_or(u64::MAX / 1000)));
    }
    let date = jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(value).ok()?;
    Some(Timestamp::from_epoch_millis(date.as_millisecond()).since(now))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_epoch_millis(1_795_270_800_000);

    fn wait(attempt_count: u32, retry_after: Option<u64>, jitter: i32) -> Option<u64> {
        let retry_after = retry_after.map(Duration::from_secs);
        next_attempt(attempt_count, NOW, NOW.plus(Duration::from_secs(100 * 3600)), retry_after, Jitter::Fixed(jitter))
            .map(|at| at.since(NOW).as_secs())
    }

    #[test]
    fn the_list_is_walked_to_its_end() {
        let waits: Vec<Option<u64>> = (1..=9).map(|n| wait(n, None, 0)).collect();
        assert_eq!(waits, [Some(5), Some(300), Some(1800), Some(7200), Some(18000), Some(36000), Some(36000), None, None]);
        assert_eq!(WAITS.iter().sum::<Duration>().as_secs(), 27 * 3600 + 35 * 60 + 5);
    }

    #[test]
    fn jitter_is_a_fifth_either_way() {
        assert_eq!((wait(2, None, -200), wait(2, None, 200), wait(2, None, 9000)), (Some(240), Some(360), Some(360)));
        let draws: Vec<i32> = (0..2000).map(|_| Jitter::Random.permille()).collect();
        assert!(draws.iter().all(|draw| (-200..=200).contains(draw)));
        assert!(draws.iter().any(|draw| *draw < -150) && draws.iter().any(|draw| *draw > 150));
    }

    #[test]
    fn a_receivers_wish_is_held_between_once_and_twice_the_plan() {
        assert_eq!(wait(2, Some(0), 0), Some(300));
        assert_eq!(wait(2, Some(400), 0), Some(400));
        assert_eq!(wait(2, Some(86_400), 0), Some(600));
        assert_eq!(wait(2, Some(u64::MAX / 1000), 200), Some(600));
    }

    #[test]
    fn nothing_is_planned_past_the_events_end() {
        let planned = |left: u64| next_attempt(1, NOW, NOW.plus(Duration::from_secs(left)), None, Jitter::Fixed(0));
        assert_eq!(planned(4), None);
        assert_eq!(planned(5), Some(NOW.plus(Duration::from_secs(5))));
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let read = |value: &str| retry_after(value, NOW).map(|wait| wait.as_secs());
        assert_eq!(read("120"), Some(120));
        assert_eq!(read(" 0 "), Some(0));
        assert_eq!(read("Sat, 21 Nov 2026 14:22:00 GMT"), Some(120));
        assert_eq!(read("Sat, 21 Nov 2020 15:02:00 GMT"), Some(0), "in the past");
        assert_eq!(read("99999999999999999999999"), Some(u64::MAX / 1000));
        for nonsense in ["", "-1", "1.5", "soon", "Sat, 99 Nov 2026 15:02:00 GMT"] {
            assert_eq!(read(nonsense), None, "{nonsense}");
        }
    }

    proptest::proptest! {
        #[test]
        fn never_late_never_early(count in 0_u32..12, left in 0_u64..200_000, wish: Option<u32>, jitter in -300_i32..300) {
            let not_after = NOW.plus(Duration::from_secs(left));
            let wish = wish.map(|secs| Duration::from_secs(secs.into()));
            if let Some(at) = next_attempt(count, NOW, not_after, wish, Jitter::Fixed(jitter)) {
                let planned = WAITS[count as usize];
                proptest::prop_assert!(at <= not_after);
                proptest::prop_assert!(at >= NOW.plus(planned * 8 / 10));
                proptest::prop_assert!(at <= NOW.plus(planned * 2));
            }
        }
    }
}
