//! Holds store and rows against each other. Objects that no row knows are removed: a crash between storing and recording leaves
//! them, and so does a write whose answer was lost. Live reports whose objects are missing are counted and told, nothing else can
//! be done for them. Right on any number of nodes: names tell their age, and what is young is left alone.

use std::collections::HashSet;
use std::hash::{BuildHasher as _, RandomState};
use std::time::Duration;

use super::{Retention, RetentionError};
use crate::db::ReportRecord;
use crate::domain::ReportId;
use crate::storage::{ObjectName, Prefix};

/// Objects, or reports, looked at together.
const PAGE: usize = 500;
/// Object names remembered while looking for missing ones: 8 bytes each. Beyond it, missing ones are not looked for.
const SEEN_MAX: usize = 4_000_000;

/// What a reconciliation found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ReconcileCount {
    /// Objects looked at.
    pub seen: u64,
    /// Objects without a report, removed.
    pub orphans: u64,
    /// Objects without a report that the store would not delete; the next time tries again.
    pub kept: u64,
    /// Objects of live reports that are not in the store.
    pub ghosts: u64,
}

/// The names met, as hashes. A collision hides a missing object, one time in 2^40 or less.
#[derive(Default)]
struct Seen {
    state: RandomState,
    hashes: HashSet<u64>,
}

impl Seen {
    fn insert(&mut self, name: &ObjectName) {
        if self.hashes.len() <= SEEN_MAX {
            self.hashes.insert(self.state.hash_one(name.to_string()));
        }
    }

    fn is_whole(&self) -> bool {
        self.hashes.len() <= SEEN_MAX
    }

    fn has(&self, name: &str) -> bool {
        self.hashes.contains(&self.state.hash_one(name))
    }
}

impl Retention {
    /// Objects without a report are safe to remove after this: an analysis is long over, whichever node it was on.
    pub const ORPHAN_AGE: Duration = Duration::from_secs(60 * 60);

    /// Walks the store once, removes every object that is older than `older_than` and belongs to no report, then looks for missing
    /// ones. [`Retention::ORPHAN_AGE`] is safe always, zero only when nothing else uses the store and nothing runs yet.
    ///
    /// # Errors
    /// What the database or the store refuses.
    pub async fn reconcile(&self, older_than: Duration) -> Result<ReconcileCount, RetentionError> {
        let mut count = ReconcileCount::default();
        let seen = self.remove_orphans(older_than, &mut count).await?;
        if seen.is_whole() {
            count.ghosts = self.count_ghosts(&seen).await?;
        } else {
            tracing::warn!(objects = count.seen, "too many objects to look for missing ones");
        }
        if count != (ReconcileCount { seen: count.seen, ..ReconcileCount::default() }) {
            tracing::warn!(?count, "store and rows differed");
        }
        Ok(count)
    }

    async fn remove_orphans(&self, older_than: Duration, count: &mut ReconcileCount) -> Result<Seen, RetentionError> {
        let born_before = self.clock.now().minus(older_than);
        let (mut seen, mut last): (Seen, Option<ObjectName>) = Default::default();
        loop {
            let page = self.store.list(Prefix::All, last.as_ref(), PAGE).await?;
            let Some(end) = page.last() else { return Ok(seen) };
            last = Some(end.clone());
            count.seen += page.len() as u64;
            page.iter().for_each(|name| seen.insert(name));
            let old: Vec<ObjectName> = page.into_iter().filter(|name| name.born_at() <= born_before).collect();
            let orphans = self.unknown(old).await?;
            for orphan in &orphans {
                tracing::warn!(object = %orphan, "removing an object that no report knows");
            }
            let kept = self.store.delete_many(&orphans).await?;
            count.orphans += (orphans.len() - kept.len()) as u64;
            count.kept += kept.len() as u64;
        }
    }

    async fn unknown(&self, names: Vec<ObjectName>) -> Result<Vec<ObjectName>, RetentionError> {
        let texts: Vec<String> = names.iter().map(ToString::to_string).collect();
        let known = self.db.as_system().read(move |tx| Ok::<_, RetentionError>(tx.known_objects(&texts)?)).await?;
        Ok(names.into_iter().filter(|name| !known.contains(&name.to_string())).collect())
    }

    async fn count_ghosts(&self, seen: &Seen) -> Result<u64, RetentionError> {
        let (mut ghosts, mut last): (u64, Option<ReportId>) = Default::default();
        loop {
            let (now, after) = (self.clock.now(), last.take());
            let page = self.db.as_system();
            let page =
                page.read(move |tx| Ok::<_, RetentionError>(tx.list_live_reports(after.as_ref(), now, PAGE as u32)?)).await?;
            let Some(end) = page.last() else { return Ok(ghosts) };
            last = Some(end.id.clone());
            for report in &page {
                for object in [&report.pdf_object, &report.result_object] {
                    if !seen.has(&object.name) && self.is_missing(report, &object.name).await? {
                        tracing::error!(report = %report.id, object = object.name, "a live report has lost an object");
                        ghosts += 1;
                    }
                }
            }
        }
    }

    /// Asks the store itself, and then the row again: the report may have been stored or ended meanwhile.
    async fn is_missing(&self, report: &ReportRecord, object: &str) -> Result<bool, RetentionError> {
        if let Ok(name) = object.parse::<ObjectName>()
            && self.store.has(&name).await?
        {
            return Ok(false);
        }
        let (analysis, now) = (report.analysis.clone(), self.clock.now());
        let again = self.db.as_system().read(move |tx| Ok::<_, RetentionError>(tx.find_report_any(&analysis)?)).await?;
        Ok(again.is_some_and(|again| again.ended_at.is_none() && now < again.expires_at))
    }
}
