//! How a webhook endpoint fares: why one is not active, and the breaker over those that fail. Pure: time and chance come in.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use super::Timestamp;

/// Why an endpoint is not active.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum StopReason {
    /// Its owner paused it.
    Owner,
    /// Its key was revoked. Nothing brings it back.
    KeyRevoked,
    /// Nothing but failures for too long.
    Failures,
    /// The receiver said so: a 410, or `webhook-delivery: disable`.
    Receiver,
}

impl StopReason {
    /// All reasons.
    pub const ALL: [Self; 4] = [Self::Owner, Self::KeyRevoked, Self::Failures, Self::Receiver];

    /// The word in the API and database.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::KeyRevoked => "key_revoked",
            Self::Failures => "failures",
            Self::Receiver => "receiver",
        }
    }
}

impl FromStr for StopReason {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|reason| reason.slug() == text).ok_or(())
    }
}

impl fmt::Display for StopReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.slug())
    }
}

/// What an attempt says about its endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Verdict {
    /// Nothing: the attempt was not made, or was, and a person asked for it.
    #[default]
    Silent,
    /// It failed, and a person asked for it: an open breaker pauses as it did, and nothing is counted.
    FailedByHand,
    /// The receiver is there.
    Heard,
    /// It failed.
    Failed {
        /// The whole endpoint is to be left alone until then: it is overloaded, or does not answer.
        slow_until: Option<Timestamp>,
    },
}

/// When an endpoint that fails is left alone, and for how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BreakerPolicy {
    /// Failures one after the other, of any events, after which it opens; 5.
    pub failures_max: u32,
    /// The first pause; 30 s. Doubles with each probe that fails.
    pub pause_first: Duration,
    /// No pause is longer; 15 min.
    pub pause_max: Duration,
    /// With nothing but failures for this long the endpoint is disabled; 5 days.
    pub disable_after: Duration,
}

impl Default for BreakerPolicy {
    fn default() -> Self {
        Self {
            failures_max: 5,
            pause_first: Duration::from_secs(30),
            pause_max: Duration::from_secs(15 * 60),
            disable_after: Duration::from_secs(5 * 24 * 60 * 60),
        }
    }
}

impl BreakerPolicy {
    /// The pause after the breaker opened, or a probe failed, for the `trips`-th time (from 1), spread by thousandths.
    pub fn pause(&self, trips: u32, jitter_permille: i32) -> Duration {
        let doubled = self.pause_first.saturating_mul(1_u32.checked_shl(trips.saturating_sub(1)).unwrap_or(u32::MAX));
        let thousandths = u32::try_from(1000 + jitter_permille).unwrap_or(1000);
        doubled.min(self.pause_max) * thousandths / 1000
    }
}

/// How an endpoint has fared lately.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct EndpointHealth {
    /// The first failure since the last success.
    pub failing_since: Option<Timestamp>,
    /// Failures since the last success.
    pub failure_count: u32,
    /// Pauses since the breaker opened; 0 while it is closed. While it is open one attempt goes out at a time.
    pub breaker_trips: u32,
    /// Nothing is attempted before.
    pub not_before: Option<Timestamp>,
}

impl EndpointHealth {
    /// How it stands after an attempt that ended at `now`.
    #[must_use]
    pub fn after(self, verdict: Verdict, now: Timestamp, policy: &BreakerPolicy, jitter_permille: i32) -> Self {
        match verdict {
            Verdict::Silent => self,
            Verdict::FailedByHand if self.breaker_trips > 0 => {
                let until = now.plus(policy.pause(self.breaker_trips, jitter_permille));
                Self { not_before: self.not_before.max(Some(until)), ..self }
            }
            Verdict::FailedByHand => self,
            Verdict::Heard => Self::default(),
            Verdict::Failed { slow_until } => {
                let failed = Self {
                    failing_since: self.failing_since.or(Some(now)),
                    failure_count: self.failure_count.saturating_add(1),
                    not_before: self.not_before.max(slow_until),
                    ..self
                };
                failed.tripped(self.not_before, now, policy, jitter_permille)
            }
        }
    }

    /// An attempt that was under way when the breaker opened is no probe: only one begun after the pause makes it longer.
    fn tripped(self, paused_until: Option<Timestamp>, now: Timestamp, policy: &BreakerPolicy, jitter_permille: i32) -> Self {
        let is_open = self.breaker_trips > 0;
        let is_pausing = is_open && paused_until.is_some_and(|until| now < until);
        if is_pausing || (!is_open && self.failure_count < policy.failures_max) {
            return self;
        }
        let breaker_trips = self.breaker_trips.saturating_add(1);
        let until = now.plus(policy.pause(breaker_trips, jitter_permille));
        Self { breaker_trips, not_before: self.not_before.max(Some(until)), ..self }
    }

    /// Whether it is to be disabled: nothing but failures for too long, and more than a few of them.
    pub fn is_given_up(&self, now: Timestamp, policy: &BreakerPolicy) -> bool {
        self.failure_count >= policy.failures_max
            && self.failing_since.is_some_and(|since| now >= since.plus(policy.disable_after))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_epoch_millis(1_795_270_800_000);
    const FAILED: Verdict = Verdict::Failed { slow_until: None };

    fn at(secs: u64) -> Timestamp {
        NOW.plus(Duration::from_secs(secs))
    }

    fn after(health: EndpointHealth, verdict: Verdict, secs: u64) -> EndpointHealth {
        health.after(verdict, at(secs), &BreakerPolicy::default(), 0)
    }

    #[test]
    fn it_opens_at_the_fifth_failure_and_a_success_closes_it() {
        let mut health = EndpointHealth::default();
        for secs in 0..4 {
            health = after(health, FAILED, secs);
        }
        assert_eq!((health.failure_count, health.breaker_trips, health.not_before), (4, 0, None), "one short of it");
        health = after(health, FAILED, 4);
        assert_eq!((health.breaker_trips, health.not_before, health.failing_since), (1, Some(at(34)), Some(NOW)));
        health = after(health, FAILED, 5);
        assert_eq!((health.breaker_trips, health.not_before), (1, Some(at(34))), "it was under way when the breaker opened");
        assert_eq!(after(health, Verdict::Silent, 40), health);
        assert_eq!(after(health, Verdict::Heard, 40), EndpointHealth::default());
    }

    #[test]
    fn what_a_person_asks_for_is_not_counted_and_does_not_drum_on_a_closed_door() {
        assert_eq!(after(EndpointHealth::default(), Verdict::FailedByHand, 0), EndpointHealth::default());
        let open = EndpointHealth { failure_count: 9, breaker_trips: 2, not_before: Some(NOW), failing_since: Some(NOW) };
        assert_eq!(after(open, Verdict::FailedByHand, 5), EndpointHealth { not_before: Some(at(65)), ..open });
    }

    #[test]
    fn pauses_double_up_to_a_quarter_of_an_hour() {
        let mut health = EndpointHealth { failure_count: 4, ..EndpointHealth::default() };
        let (mut now, mut pauses) = (0, Vec::new());
        for _ in 0..8 {
            health = after(health, FAILED, now);
            let pause = health.not_before.unwrap().since(at(now)).as_secs();
            pauses.push(pause);
            now += pause;
        }
        assert_eq!(pauses, [30, 60, 120, 240, 480, 900, 900, 900]);
        let policy = BreakerPolicy::default();
        assert_eq!((policy.pause(1, 200).as_secs(), policy.pause(40, -200).as_secs()), (36, 720));
        assert_eq!(policy.pause(u32::MAX, 0).as_secs(), 900);
    }

    #[test]
    fn an_overloaded_receiver_is_left_alone_before_the_breaker_opens() {
        let slow = Verdict::Failed { slow_until: Some(at(10)) };
        let health = after(EndpointHealth::default(), slow, 0);
        assert_eq!((health.breaker_trips, health.not_before), (0, Some(at(10))));
        assert_eq!(after(health, FAILED, 1).not_before, Some(at(10)), "another failure does not shorten it");
    }

    #[test]
    fn five_days_of_nothing_but_failures() {
        let policy = BreakerPolicy::default();
        let health = EndpointHealth { failing_since: Some(NOW), failure_count: 5, ..EndpointHealth::default() };
        let five_days = 5 * 86_400;
        assert!(!health.is_given_up(at(five_days - 1), &policy));
        assert!(health.is_given_up(at(five_days), &policy));
        let few = EndpointHealth { failure_count: 4, ..health };
        assert!(!few.is_given_up(at(five_days * 2), &policy), "a few tries say little");
    }

    proptest::proptest! {
        #[test]
        fn it_always_lets_a_probe_through_in_time(
            failures in proptest::collection::vec((0_u64..4_000, -200_i32..=200, proptest::option::of(0_u64..900)), 1..60)
        ) {
            let (mut health, mut now, policy) = (EndpointHealth::default(), NOW, BreakerPolicy::default());
            for (secs, jitter, slow) in failures {
                now = now.plus(Duration::from_secs(secs));
                let slow_until = slow.map(|slow| now.plus(Duration::from_secs(slow)));
                health = health.after(Verdict::Failed { slow_until }, now, &policy, jitter);
                let wait = health.not_before.map_or(Duration::ZERO, |until| until.since(now));
                proptest::prop_assert!(wait <= policy.pause_max * 12 / 10);
                proptest::prop_assert_eq!(health.breaker_trips > 0, health.failure_count >= policy.failures_max);
            }
        }
    }
}
