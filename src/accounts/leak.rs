//! A key has leaked: one step ends it, pauses its endpoints, and says what it did.

use super::key_service::ApiKeyRecord;
use super::{AccountError, Accounts};
use crate::db::{AgencyScope, EndpointStatus, KeyDeed, StoredApiKey, Tx};
use crate::domain::{AgencyId, AnalysisId, ApiKeyId, EndpointId, Timestamp};

/// Deeds on a page, if nobody says how many.
pub const DEEDS_DEFAULT: u32 = 50;
/// Deeds on a page at most.
pub const DEEDS_MAX: u32 = 200;
/// Longest id in a cursor; ours are shorter.
const CURSOR_ID_BYTES_MAX: usize = 64;

/// What is asked about a key that has leaked.
#[derive(Debug, Clone)]
pub struct LeakQuestion {
    /// What it did from then on; None: since it was made.
    pub since: Option<Timestamp>,
    /// The last deed of the page before.
    pub after: Option<KeyDeed>,
    /// Deeds on the page, 1 to [`DEEDS_MAX`].
    pub limit: u32,
}

/// A key that leaked, ended.
#[derive(Debug, Clone)]
pub struct LeakReport {
    /// The key; revoked.
    pub key: ApiKeyRecord,
    /// Endpoints of the key that are paused now.
    pub paused: Vec<EndpointId>,
    /// Since when it is said what it did.
    pub since: Timestamp,
    /// What it did, oldest first.
    pub deeds: Vec<KeyDeed>,
    /// Whether there is more.
    pub has_more: bool,
}

/// What rows tell of a key.
struct Did {
    stored: StoredApiKey,
    paused: Vec<EndpointId>,
    since: Timestamp,
    deeds: Vec<KeyDeed>,
    has_more: bool,
}

fn did(tx: &mut Tx<'_, AgencyScope>, key: &ApiKeyId, question: &LeakQuestion) -> Result<Did, AccountError> {
    let stored = tx.find_api_key(key)?.ok_or(AccountError::NoSuchKey)?;
    let since = question.since.unwrap_or(stored.created_at);
    let limit = question.limit.clamp(1, DEEDS_MAX);
    let endpoints = tx.list_endpoints(key)?.into_iter();
    let paused = endpoints.filter(|endpoint| endpoint.status == EndpointStatus::Paused).map(|endpoint| endpoint.id).collect();
    let mut deeds = tx.list_key_deeds(key, since, question.after.as_ref(), limit + 1)?;
    let has_more = deeds.len() > limit as usize;
    deeds.truncate(limit as usize);
    Ok(Did { stored, paused, since, deeds, has_more })
}

impl LeakReport {
    /// Where the next page begins; none after the last.
    pub fn next_cursor(&self) -> Option<String> {
        let last = self.deeds.last().filter(|_| self.has_more)?;
        Some(format!("{}~{}~{}", last.at.epoch_millis(), last.kind.slug(), last.id))
    }
}

/// The deed a cursor names: its time, kind and id.
pub fn parse_cursor(text: &str) -> Option<KeyDeed> {
    let mut parts = text.splitn(3, '~');
    let at = Timestamp::from_epoch_millis(parts.next()?.parse().ok()?);
    let kind = parts.next()?.parse().ok()?;
    let id = parts.next().filter(|id| id.len() <= CURSOR_ID_BYTES_MAX)?.to_owned();
    Some(KeyDeed { at, kind, id, state: String::new() })
}

impl Accounts {
    /// Revokes the key, if nobody did, and says what it did. In one transaction, so that nothing it does comes after the answer.
    ///
    /// # Errors
    /// [`AccountError::NoSuchKey`], also for another agency's; what database and vault refuse.
    pub async fn report_leak(
        &self,
        agency: &AgencyId,
        key: &ApiKeyId,
        question: LeakQuestion,
    ) -> Result<LeakReport, AccountError> {
        let (id, now) = (key.clone(), self.clock.now());
        let found = self.db.as_agency(agency).write(move |tx| {
            if !tx.revoke_api_key(&id, now)? {
                return Err(AccountError::NoSuchKey);
            }
            did(tx, &id, &question)
        });
        self.open_report(found.await?)
    }

    /// What a key did, as [`Accounts::report_leak`] says it, without ending it.
    ///
    /// # Errors
    /// [`AccountError::NoSuchKey`], also for another agency's; what database and vault refuse.
    pub async fn key_activity(
        &self,
        agency: &AgencyId,
        key: &ApiKeyId,
        question: LeakQuestion,
    ) -> Result<LeakReport, AccountError> {
        let id = key.clone();
        let found = self.db.as_agency(agency).read(move |tx| did(tx, &id, &question)).await?;
        self.open_report(found)
    }

    /// Keeps what a request about a key came to with the request's own key, if it has one, so that the same request sent again
    /// is answered the same. At the end, because all of it can be begun again.
    ///
    /// # Errors
    /// What the database refuses.
    pub async fn keep_answer(&self, agency: &AgencyId, key: &ApiKeyId, outcome: Option<String>) -> Result<(), AccountError> {
        let id = key.clone();
        let kept = self.db.as_agency(agency).write(move |tx| {
            tx.came_of(id.as_str());
            if let Some(outcome) = outcome {
                tx.note_outcome(outcome);
            }
            Ok::<_, AccountError>(())
        });
        kept.await
    }

    fn open_report(&self, found: Did) -> Result<LeakReport, AccountError> {
        let Did { stored, paused, since, deeds, has_more } = found;
        Ok(LeakReport { key: self.open_key(stored)?, paused, since, deeds, has_more })
    }

    /// Analyses the key made since then that are still to be destroyed, oldest first; one more than `limit` if there are more.
    ///
    /// # Errors
    /// [`AccountError::NoSuchKey`], also for another agency's; what the database refuses.
    pub async fn undestroyed_of_key(
        &self,
        agency: &AgencyId,
        key: &ApiKeyId,
        since: Option<Timestamp>,
        limit: u32,
    ) -> Result<Vec<AnalysisId>, AccountError> {
        let id = key.clone();
        let found = self.db.as_agency(agency).read(move |tx| {
            let stored = tx.find_api_key(&id)?.ok_or(AccountError::NoSuchKey)?;
            Ok::<_, AccountError>(tx.list_undestroyed_of_key(&id, since.unwrap_or(stored.created_at), limit + 1)?)
        });
        found.await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_names_a_deed_and_no_other_text_does() {
        let deed = parse_cursor("1795270800000~key.created~key_x").unwrap();
        assert_eq!((deed.at.epoch_millis(), deed.kind.slug(), deed.id.as_str()), (1_795_270_800_000, "key.created", "key_x"));
        let long = format!("1~key.created~{}", "x".repeat(65));
        for bad in ["", "1", "1~key.created", "x~key.created~key_x", "1~key.used~key_x", long.as_str()] {
            assert_eq!(parse_cursor(bad), None, "{bad}");
        }
        assert!(parse_cursor(&long[..long.len() - 1]).is_some());
    }
}
