//! Removes objects that no report knows: a crash between storing an object and recording it leaves one.

use std::time::Duration;

use super::{Retention, RetentionError};
use crate::storage::{ObjectName, Prefix};

/// Objects looked at together.
const PAGE: usize = 500;

/// What a reconciliation found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ReconcileCount {
    /// Objects looked at.
    pub seen: u64,
    /// Objects without a report, removed.
    pub orphans: u64,
}

impl Retention {
    /// Walks the store once and removes every object that is older than `older_than` and belongs to no report. Younger ones may be
    /// of an analysis that is about to be completed: an hour is safe always, zero when this node is the only one and just started.
    ///
    /// # Errors
    /// What the database or the store refuses.
    pub async fn reconcile(&self, older_than: Duration) -> Result<ReconcileCount, RetentionError> {
        let mut count = ReconcileCount::default();
        let born_before = self.clock.now().minus(older_than);
        let mut last: Option<ObjectName> = None;
        loop {
            let page = self.store.list(Prefix::All, last.as_ref(), PAGE).await?;
            let Some(end) = page.last() else { return Ok(count) };
            last = Some(end.clone());
            count.seen += page.len() as u64;
            let old: Vec<ObjectName> = page.into_iter().filter(|name| name.born_at() <= born_before).collect();
            for orphan in self.unknown(old).await? {
                tracing::warn!(object = %orphan, "removing an object that no report knows");
                self.store.delete(&orphan).await?;
                count.orphans += 1;
            }
        }
    }

    async fn unknown(&self, names: Vec<ObjectName>) -> Result<Vec<ObjectName>, RetentionError> {
        let texts: Vec<String> = names.iter().map(ToString::to_string).collect();
        let known = self.db.as_system().read(move |tx| Ok::<_, RetentionError>(tx.known_objects(&texts)?)).await?;
        Ok(names.into_iter().filter(|name| !known.contains(&name.to_string())).collect())
    }
}
