//! What a connection is at, and until when it may be. No clock and no socket: it is told what happens and when.

use std::time::Duration;

use tokio::time::Instant;

use super::Deadlines;
use crate::http::pace::Pace;

/// Why a connection ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// No byte since it was opened.
    Silent,
    /// A head was begun and did not come in its time.
    Head,
    /// Nothing was asked any more.
    Idle,
    /// An answer was taken too slowly.
    Reader,
}

impl Cause {
    /// In the log.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Silent => "silent",
            Self::Head => "slow head",
            Self::Idle => "idle",
            Self::Reader => "slow reader",
        }
    }
}

/// What the request side is at, each since when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// Opened; nothing came yet.
    Silent(Instant),
    /// A head is coming.
    Head(Instant),
    /// The application has the request. Its body has a pace of its own; anything else is the application's time.
    Answering,
    /// Answered; what comes may still belong to the body nobody wanted, so that it begins no head.
    Leftover(Instant),
    /// Answered; the next byte begins a head.
    Idle(Instant),
}

/// One connection's time.
#[derive(Debug)]
pub struct Watch {
    deadlines: Deadlines,
    phase: Phase,
    body_is_open: bool,
    delivery: Delivery,
}

impl Watch {
    /// Of a connection opened now.
    pub const fn begin(deadlines: Deadlines, now: Instant) -> Self {
        Self { deadlines, phase: Phase::Silent(now), body_is_open: false, delivery: Delivery::new(deadlines.reader) }
    }

    /// Bytes came from the client.
    pub const fn heard(&mut self, now: Instant) {
        match self.phase {
            Phase::Silent(since) => self.phase = Phase::Head(since),
            Phase::Idle(_) => self.phase = Phase::Head(now),
            Phase::Head(_) | Phase::Answering | Phase::Leftover(_) => {}
        }
    }

    /// The application has a whole head; whether a body follows.
    pub const fn asked(&mut self, has_body: bool) {
        self.phase = Phase::Answering;
        self.body_is_open = has_body;
    }

    /// The application has read the body to its end.
    pub const fn body_ended(&mut self) {
        self.body_is_open = false;
    }

    /// The application has given its whole answer.
    pub const fn answered(&mut self, now: Instant) {
        self.phase = if self.body_is_open { Phase::Leftover(now) } else { Phase::Idle(now) };
    }

    /// Bytes wait for the client to take them.
    pub fn waits(&mut self, now: Instant) {
        self.delivery.waits(now);
    }

    /// The client took so many bytes.
    pub fn took(&mut self, bytes: usize, now: Instant) {
        self.delivery.took(bytes, now);
    }

    /// No byte waits any more. The pause between requests begins here, not while the answer was on its way.
    pub fn delivered(&mut self, now: Instant) {
        if self.phase == Phase::Answering {
            return;
        }
        let done = std::mem::replace(&mut self.delivery, Delivery::new(self.deadlines.reader));
        match self.phase {
            Phase::Leftover(_) if done.was_blocked => self.phase = Phase::Leftover(now),
            Phase::Idle(_) if done.was_blocked => self.phase = Phase::Idle(now),
            _ => {}
        }
    }

    /// Whether bytes wait to be taken.
    pub const fn is_waiting(&self) -> bool {
        self.delivery.since.is_some()
    }

    /// Whether the application has a request it has not answered whole.
    pub fn is_answering(&self) -> bool {
        self.phase == Phase::Answering
    }

    /// When the connection ends if nothing happens before, and why.
    pub fn deadline(&self) -> Option<(Instant, Cause)> {
        let Deadlines { head, keep_alive, .. } = self.deadlines;
        let is_free = !self.is_waiting();
        let client = match self.phase {
            Phase::Silent(since) => since.checked_add(head).map(|end| (end, Cause::Silent)),
            Phase::Head(since) => since.checked_add(head).map(|end| (end, Cause::Head)),
            Phase::Leftover(since) | Phase::Idle(since) if is_free => since.checked_add(keep_alive).map(|end| (end, Cause::Idle)),
            Phase::Leftover(_) | Phase::Idle(_) | Phase::Answering => None,
        };
        let reader = self.delivery.deadline().map(|end| (end, Cause::Reader));
        client.into_iter().chain(reader).min_by_key(|(end, _)| *end)
    }
}

/// How an answer is taken.
#[derive(Debug)]
struct Delivery {
    pace: Pace,
    /// Bytes taken by the kernels on the way. That is never less than what the reader has read, so that nobody who reads at the rate
    /// is cut off, however large the steps are in which their kernel takes more.
    taken: u64,
    waited: Duration,
    since: Option<Instant>,
    was_blocked: bool,
}

impl Delivery {
    const fn new(pace: Pace) -> Self {
        Self { pace, taken: 0, waited: Duration::ZERO, since: None, was_blocked: false }
    }

    fn waits(&mut self, now: Instant) {
        self.was_blocked = true;
        self.since.get_or_insert(now);
    }

    fn took(&mut self, bytes: usize, now: Instant) {
        if let Some(since) = self.since.take() {
            self.waited += now.saturating_duration_since(since);
        }
        self.taken = self.taken.saturating_add(bytes as u64);
    }

    fn deadline(&self) -> Option<Instant> {
        self.since?.checked_add(self.pace.patience(self.taken).saturating_sub(self.waited))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DEADLINES: Deadlines = Deadlines {
        head: Duration::from_secs(10),
        keep_alive: Duration::from_secs(15),
        reader: Pace { grace: Duration::from_secs(10), bytes_per_s_min: 1024, all: Duration::from_secs(300) },
    };

    /// A clock that is set by hand.
    struct Day(Instant);

    impl Day {
        fn at(&self, secs: f64) -> Instant {
            self.0 + Duration::from_secs_f64(secs)
        }

        fn watch(&self) -> Watch {
            Watch::begin(DEADLINES, self.0)
        }

        /// After a request without a body whose answer is whole at `secs`.
        fn answered(&self, secs: f64) -> Watch {
            let mut watch = self.watch();
            watch.heard(self.at(0.0));
            watch.asked(false);
            watch.answered(self.at(secs));
            watch.delivered(self.at(secs));
            watch
        }
    }

    fn day() -> Day {
        Day(Instant::now())
    }

    #[test]
    fn a_silent_connection_and_the_first_head_have_ten_seconds_from_the_start() {
        let day = day();
        let mut watch = day.watch();
        assert_eq!(watch.deadline(), Some((day.at(10.0), Cause::Silent)));
        watch.heard(day.at(9.0));
        assert_eq!(watch.deadline(), Some((day.at(10.0), Cause::Head)));
        watch.heard(day.at(9.9));
        assert_eq!(watch.deadline(), Some((day.at(10.0), Cause::Head)), "a drip buys no time");
        watch.asked(false);
        assert_eq!(watch.deadline(), None, "the application may take its time");
    }

    #[test]
    fn the_second_head_has_ten_seconds_from_its_first_byte() {
        let day = day();
        let mut watch = day.answered(100.0);
        assert_eq!(watch.deadline(), Some((day.at(115.0), Cause::Idle)));
        watch.heard(day.at(114.0));
        assert_eq!(watch.deadline(), Some((day.at(124.0), Cause::Head)));
        watch.heard(day.at(123.9));
        assert_eq!(watch.deadline(), Some((day.at(124.0), Cause::Head)));
    }

    #[test]
    fn a_long_wait_for_the_application_is_not_judged() {
        let day = day();
        let mut watch = day.watch();
        watch.heard(day.at(0.0));
        watch.asked(true);
        watch.heard(day.at(1.0));
        // One event an hour, each taken at once.
        for hour in 1..100 {
            watch.took(100, day.at(f64::from(hour) * 3600.0));
            watch.delivered(day.at(f64::from(hour) * 3600.0));
            assert_eq!(watch.deadline(), None);
        }
    }

    #[test]
    fn what_is_left_of_a_body_begins_no_head() {
        let day = day();
        let mut watch = day.watch();
        watch.heard(day.at(0.0));
        watch.asked(true);
        watch.answered(day.at(2.0));
        watch.heard(day.at(3.0));
        assert_eq!(watch.deadline(), Some((day.at(17.0), Cause::Idle)));
        watch.asked(true);
        watch.body_ended();
        watch.answered(day.at(4.0));
        watch.heard(day.at(5.0));
        assert_eq!(watch.deadline(), Some((day.at(15.0), Cause::Head)));
    }

    /// An answer of which the kernels take `at_once`; then the reader takes `bytes` every `every` seconds. When it is cut off.
    fn cut_off(at_once: usize, bytes: usize, every: f64) -> f64 {
        let day = day();
        let mut watch = day.watch();
        watch.asked(false);
        watch.took(at_once, day.at(0.0));
        watch.waits(day.at(0.0));
        let mut now = 0.0;
        loop {
            let (end, cause) = watch.deadline().unwrap();
            assert_eq!(cause, Cause::Reader);
            now += every;
            // Bytes taken at the very deadline are taken in time.
            if day.at(now) > end {
                return (end - day.0).as_secs_f64();
            }
            watch.took(bytes, day.at(now));
            watch.waits(day.at(now));
        }
    }

    #[test]
    fn a_reader_is_cut_off_at_the_grace_below_the_rate_and_at_the_end() {
        let is_cut =
            |at_once, bytes, every, at: f64| assert!((cut_off(at_once, bytes, every) - at).abs() < 1e-6, "{bytes} bytes");
        is_cut(0, 1, 1000.0, 10.0);
        is_cut(0, 1, 0.1, 10.0);
        // 10 KiB by the tenth second earn the tenth second and no more.
        is_cut(0, 1024, 1.0, 10.0);
        is_cut(0, 2 * 1024, 1.0, 300.0);
        is_cut(0, 1 << 20, 1.0, 300.0);
        // Who stands still after a first gulp has the time of a reader at the least rate.
        is_cut(10 * 1024, 1, 1000.0, 10.0);
        is_cut(11 * 1024, 1, 1000.0, 11.0);
        is_cut(1 << 20, 1, 1000.0, 300.0);
    }

    #[test]
    fn large_steps_of_the_reader_s_kernel_harm_nobody() {
        // 2 KiB a second, seen as 128 KiB each 64 seconds.
        assert!((cut_off(128 << 10, 128 << 10, 64.0) - 300.0).abs() < 1e-6);
    }

    #[test]
    fn a_reader_at_the_rate_is_let_read_and_one_byte_below_is_not() {
        // One step ahead, then 1 KiB each second: every deadline is met to the second.
        let end_of = |piece: usize| {
            let day = day();
            let mut watch = day.watch();
            watch.asked(false);
            watch.waits(day.at(0.0));
            watch.took(11 * 1024, day.at(10.0));
            watch.waits(day.at(10.0));
            for second in 11..300 {
                let (end, _) = watch.deadline().unwrap();
                if end < day.at(f64::from(second)) {
                    return second;
                }
                watch.took(piece, day.at(f64::from(second)));
                watch.waits(day.at(f64::from(second)));
            }
            300
        };
        assert_eq!(end_of(1024), 300);
        assert_eq!(end_of(1023), 12);
    }

    #[test]
    fn time_without_waiting_bytes_does_not_count_and_an_answer_adds_up() {
        let day = day();
        let mut watch = day.watch();
        watch.asked(false);
        for pause in 0..9 {
            let start = f64::from(pause) * 100.0;
            watch.waits(day.at(start));
            watch.took(10, day.at(start + 1.0));
            watch.delivered(day.at(start + 1.0));
            assert_eq!(watch.deadline(), None);
        }
        watch.waits(day.at(1000.0));
        assert_eq!(watch.deadline(), Some((day.at(1001.0), Cause::Reader)), "nine seconds were spent before");
    }

    #[test]
    fn the_next_answer_starts_anew_once_nothing_waits() {
        let day = day();
        let mut watch = day.watch();
        watch.asked(false);
        watch.waits(day.at(0.0));
        watch.answered(day.at(0.0));
        assert_eq!(watch.deadline(), Some((day.at(10.0), Cause::Reader)), "the pause between requests has not begun");
        watch.took(100, day.at(9.0));
        watch.delivered(day.at(9.0));
        assert_eq!(watch.deadline(), Some((day.at(24.0), Cause::Idle)));
        watch.heard(day.at(20.0));
        watch.asked(false);
        watch.waits(day.at(20.0));
        assert_eq!(watch.deadline(), Some((day.at(30.0), Cause::Reader)));
    }

    #[test]
    fn a_head_is_judged_also_while_an_answer_waits() {
        let day = day();
        let mut watch = day.answered(1.0);
        watch.waits(day.at(2.0));
        watch.took(20 * 1024, day.at(2.0));
        watch.waits(day.at(2.0));
        watch.heard(day.at(3.0));
        assert_eq!(watch.deadline(), Some((day.at(13.0), Cause::Head)));
    }

    #[test]
    fn endless_settings_have_no_deadline() {
        let day = day();
        let forever = Duration::MAX;
        let reader = Pace { grace: forever, bytes_per_s_min: 0, all: forever };
        let mut watch = Watch::begin(Deadlines { head: forever, keep_alive: forever, reader }, day.0);
        watch.waits(day.at(0.0));
        assert_eq!(watch.deadline(), None);
    }
}
