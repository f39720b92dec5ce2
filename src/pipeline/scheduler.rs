//! Who may start a worker next: a fixed number of permits, handed out photo by photo, round-robin over agencies, so that one
//! agency's fifty photos do not stand before another's one.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::oneshot;

use crate::domain::AgencyId;
use crate::measure::Threads;

#[derive(Debug)]
struct Waiting {
    since: Instant,
    turn: oneshot::Sender<Permit>,
}

#[derive(Debug, Default)]
struct State {
    free: usize,
    /// Agencies with somebody waiting, the next one first.
    rotation: VecDeque<AgencyId>,
    waiting: HashMap<AgencyId, VecDeque<Waiting>>,
}

/// Hands out permits.
#[derive(Debug, Clone)]
pub struct Scheduler {
    state: Arc<Mutex<State>>,
}

/// The right to run one worker; given back when dropped.
#[derive(Debug)]
pub struct Permit {
    scheduler: Scheduler,
}

impl Scheduler {
    /// With so many permits, at least one.
    pub fn new(permits: usize) -> Self {
        Self { state: Arc::new(Mutex::new(State { free: permits.max(1), ..State::default() })) }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for this agency's turn. Dropping the future gives the place up.
    pub async fn acquire(&self, agency: &AgencyId) -> Permit {
        let turn = {
            let mut state = self.lock();
            if state.free > 0 {
                state.free -= 1;
                return Permit { scheduler: self.clone() };
            }
            let (sender, turn) = oneshot::channel();
            let queue = state.waiting.entry(agency.clone()).or_default();
            queue.push_back(Waiting { since: Instant::now(), turn: sender });
            if queue.len() == 1 {
                state.rotation.push_back(agency.clone());
            }
            turn
        };
        // The sender is dropped unsent only with the scheduler itself, which `self` keeps.
        turn.await.unwrap_or_else(|_| Permit { scheduler: self.clone() })
    }

    /// Photos that wait for a permit.
    pub fn waiting(&self) -> usize {
        self.lock().waiting.values().map(VecDeque::len).sum()
    }

    /// How long, at `now`, the photo has waited that has waited longest; nothing while none waits. Those that left count until
    /// their turn.
    pub fn longest_wait(&self, now: Instant) -> Duration {
        let state = self.lock();
        let oldest = state.waiting.values().filter_map(|queue| queue.front().map(|first| first.since)).min();
        oldest.map_or(Duration::ZERO, |since| now.saturating_duration_since(since))
    }

    fn release(&self) {
        loop {
            let next = {
                let mut state = self.lock();
                let Some(agency) = state.rotation.pop_front() else {
                    state.free += 1;
                    return;
                };
                let Some(queue) = state.waiting.get_mut(&agency) else { continue };
                let next = queue.pop_front();
                if queue.is_empty() {
                    state.waiting.remove(&agency);
                } else {
                    state.rotation.push_back(agency);
                }
                next
            };
            // A permit that nobody takes (its waiter left) comes back here when it is dropped.
            if let Some(waiting) = next {
                if let Err(unsent) = waiting.turn.send(Permit { scheduler: self.clone() }) {
                    std::mem::drop(unsent);
                }
                return;
            }
        }
    }
}

impl Permit {
    /// Two while another permit, and so a core, is free: nobody waits then.
    pub fn threads(&self) -> Threads {
        if self.scheduler.lock().free > 0 { Threads::Two } else { Threads::One }
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.scheduler.release();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Timestamp;
    use futures_util::FutureExt;

    fn agency(at: i64) -> AgencyId {
        AgencyId::generate(Timestamp::from_epoch_millis(at))
    }

    #[tokio::test]
    async fn a_free_core_helps_until_it_is_wanted() {
        let scheduler = Scheduler::new(2);
        let first = scheduler.acquire(&agency(1)).await;
        assert_eq!(first.threads(), Threads::Two);
        let second = scheduler.acquire(&agency(2)).await;
        assert_eq!((first.threads(), second.threads()), (Threads::One, Threads::One));
        drop(first);
        assert_eq!(second.threads(), Threads::Two);
        assert_eq!(Scheduler::new(1).acquire(&agency(1)).await.threads(), Threads::One);
    }

    #[tokio::test]
    async fn agencies_take_turns() {
        let scheduler = Scheduler::new(1);
        let (a, b) = (agency(1), agency(2));
        let running = scheduler.acquire(&a).await;
        let order = Arc::new(Mutex::new(Vec::new()));
        let mut waiters: Vec<_> = [("a1", &a), ("a2", &a), ("a3", &a), ("b1", &b)]
            .into_iter()
            .map(|(name, agency)| {
                let (scheduler, order, agency) = (scheduler.clone(), order.clone(), agency.clone());
                async move {
                    let permit = scheduler.acquire(&agency).await;
                    order.lock().unwrap().push(name);
                    drop(permit);
                }
                .boxed()
            })
            .collect();
        for waiter in &mut waiters {
            assert!(waiter.now_or_never().is_none());
        }
        assert_eq!(scheduler.waiting(), 4);
        drop(running);
        futures_util::future::join_all(waiters).await;
        assert_eq!(*order.lock().unwrap(), ["a1", "b1", "a2", "a3"]);
    }

    #[tokio::test]
    async fn a_waiter_that_leaves_loses_no_permit() {
        let scheduler = Scheduler::new(1);
        let a = agency(1);
        let running = scheduler.acquire(&a).await;
        let mut leaving = scheduler.acquire(&a).boxed();
        assert!((&mut leaving).now_or_never().is_none());
        drop(leaving);
        drop(running);
        assert!(scheduler.acquire(&a).now_or_never().is_some());
    }

    #[tokio::test]
    async fn the_longest_wait_is_that_of_the_first_in_any_queue() {
        let scheduler = Scheduler::new(1);
        let (a, b) = (agency(1), agency(2));
        let minute = Duration::from_secs(60);
        let running = scheduler.acquire(&a).await;
        assert_eq!(scheduler.longest_wait(Instant::now() + minute), Duration::ZERO);
        let begun = Instant::now();
        let mut first = scheduler.acquire(&b).boxed();
        assert!(first.as_mut().now_or_never().is_none());
        let waits = Instant::now();
        let mut second = scheduler.acquire(&a).boxed();
        assert!(second.as_mut().now_or_never().is_none());
        assert!(scheduler.longest_wait(waits + minute) >= minute && scheduler.longest_wait(begun + minute) <= minute);
        drop(running);
        let taken = first.await;
        assert!(scheduler.longest_wait(waits + minute) <= minute, "the first has its turn; the second came after it");
        drop(taken);
        drop(second.await);
        assert_eq!(scheduler.longest_wait(Instant::now() + minute), Duration::ZERO);
    }
}
