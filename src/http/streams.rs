//! Streams of events that stay open for minutes: how many there may be, how often a silent one says that it lives, and when all end.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::{Problem, ProblemKind};
use crate::domain::ApiKeyId;

/// Seconds after which a client whose stream was refused or ended may come again.
pub const COME_AGAIN_SECS: u64 = 2;

/// What streams keep to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StreamSettings {
    /// Open at a time on this node. Default 256.
    pub all_max: usize,
    /// Open at a time for one API key. Default 16.
    pub per_key_max: usize,
    /// A silent stream says so often that it lives. Default 10 s.
    pub heartbeat: Duration,
    /// A stream ends after this time and is taken up again by its client. Default 600 s.
    pub longest: Duration,
}

impl Default for StreamSettings {
    fn default() -> Self {
        Self { all_max: 256, per_key_max: 16, heartbeat: Duration::from_secs(10), longest: Duration::from_secs(600) }
    }
}

type Counts = Arc<Mutex<HashMap<ApiKeyId, usize>>>;

/// The streams of this node. Clones are the same.
#[derive(Debug, Clone)]
pub struct Streams {
    settings: StreamSettings,
    counts: Counts,
    closing: CancellationToken,
}

/// A stream's place; given back when it is dropped.
#[derive(Debug)]
pub struct StreamPlace {
    key: ApiKeyId,
    counts: Counts,
}

fn lock(counts: &Counts) -> MutexGuard<'_, HashMap<ApiKeyId, usize>> {
    counts.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Drop for StreamPlace {
    fn drop(&mut self) {
        let mut counts = lock(&self.counts);
        match counts.get_mut(&self.key) {
            Some(count) if *count > 1 => *count -= 1,
            _ => drop(counts.remove(&self.key)),
        }
    }
}

impl Streams {
    /// None yet.
    pub fn new(settings: StreamSettings) -> Self {
        Self { settings, counts: Counts::default(), closing: CancellationToken::new() }
    }

    /// What they keep to.
    pub const fn settings(&self) -> &StreamSettings {
        &self.settings
    }

    /// A place for one more stream of this key.
    ///
    /// # Errors
    /// 429 when the key has its share open, 503 when the node has; both say when to come again.
    pub fn admit(&self, key: &ApiKeyId) -> Result<StreamPlace, Problem> {
        let StreamSettings { all_max, per_key_max, .. } = self.settings;
        let mut counts = lock(&self.counts);
        let ours = counts.get(key).copied().unwrap_or_default();
        let refused =
            |kind, limit: usize| Problem::new(kind).limit(limit as u64, None).retry_after(Duration::from_secs(COME_AGAIN_SECS));
        if ours >= per_key_max {
            let detail = format!("This key has {per_key_max} streams open.");
            return Err(refused(ProblemKind::TooManyRequests, per_key_max).detail(detail));
        }
        if counts.values().sum::<usize>() >= all_max || self.closing.is_cancelled() {
            return Err(refused(ProblemKind::NoRoom, all_max));
        }
        counts.insert(key.clone(), ours + 1);
        Ok(StreamPlace { key: key.clone(), counts: Arc::clone(&self.counts) })
    }

    /// Ends them all; their clients come again, to another node. There will be no more.
    pub fn close(&self) {
        self.closing.cancel();
    }

    /// Cancelled when all are to end.
    pub fn closing(&self) -> CancellationToken {
        self.closing.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Timestamp;

    fn key() -> ApiKeyId {
        ApiKeyId::generate(Timestamp::from_epoch_millis(0))
    }

    #[test]
    fn streams_are_let_in_up_to_both_bounds_and_not_past_them() {
        let streams = Streams::new(StreamSettings { all_max: 3, per_key_max: 2, ..StreamSettings::default() });
        let (one, two) = (key(), key());
        let (first, _second) = (streams.admit(&one).unwrap(), streams.admit(&one).unwrap());
        let refused = streams.admit(&one).unwrap_err();
        assert_eq!(refused.kind(), ProblemKind::TooManyRequests);
        assert!(refused.response().finish().headers().contains_key("retry-after"));
        let _third = streams.admit(&two).unwrap();
        assert_eq!(streams.admit(&two).unwrap_err().kind(), ProblemKind::NoRoom);
        drop(first);
        let again = streams.admit(&two).unwrap();
        assert_eq!(streams.admit(&one).unwrap_err().kind(), ProblemKind::NoRoom);
        drop(again);
        streams.close();
        assert_eq!(streams.admit(&one).unwrap_err().kind(), ProblemKind::NoRoom, "a node that stops takes none");
    }

    #[test]
    fn a_key_without_streams_is_forgotten() {
        let streams = Streams::new(StreamSettings::default());
        drop(streams.admit(&key()).unwrap());
        assert!(lock(&streams.counts).is_empty());
    }
}
