//! What an owner does to an endpoint: another secret with an overlap, other settings, a pause.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::endpoints::{count_held, hold_of_key};
use super::headers::ExtraHeaders;
use super::view::EndpointView;
use super::{EndpointSecret, PlainSecret, WebhookError, Webhooks};
use crate::db::{AgencyScope, EndpointChange, EndpointRecord, EndpointStatus, Tx};
use crate::domain::{AgencyId, ApiKeyId, EndpointId, EventKind, StopReason, Timestamp};
use crate::vault::Purpose;

/// How long both secrets sign after a rotation, if nothing else is said; 24 hours.
pub const OVERLAP_DEFAULT: Duration = Duration::from_secs(24 * 60 * 60);
/// How long they may at most; 7 days.
pub const OVERLAP_MAX: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// A new secret, shown this once.
#[derive(Debug, Clone)]
pub struct RotatedSecret {
    /// The secret.
    pub secret: PlainSecret,
    /// Its number, from 2.
    pub generation: i32,
    /// The one before it signs too, before this time; none if it signs no more.
    pub previous_ends_at: Option<Timestamp>,
}

/// What is to be different about an endpoint; what is `None` stays.
#[derive(Debug, Clone, Default)]
pub struct EndpointPatch {
    /// Another address; checked like a new one.
    pub url: Option<String>,
    /// Other kinds; empty: all.
    pub kinds: Option<BTreeSet<EventKind>>,
    /// Another description, or none.
    pub description: Option<Option<String>>,
    /// Headers to set (with a value) and to take away (without), or all of them away. Others stay: nobody can read their
    /// values in order to send them again.
    pub headers: Option<Option<BTreeMap<String, Option<String>>>>,
}

impl Webhooks {
    /// Draws a new secret for an endpoint. The one it has goes on signing for `overlap`, from 0 to [`OVERLAP_MAX`]; of an
    /// earlier rotation nothing signs any more.
    ///
    /// # Errors
    /// [`WebhookError::OverlapTooLong`], [`WebhookError::NoSuchEndpoint`], and what the database refuses.
    pub async fn rotate_secret(
        &self,
        agency: &AgencyId,
        api_key: &ApiKeyId,
        endpoint: &EndpointId,
        overlap: Duration,
    ) -> Result<RotatedSecret, WebhookError> {
        if overlap > OVERLAP_MAX {
            return Err(WebhookError::OverlapTooLong { limit_secs: OVERLAP_MAX.as_secs() });
        }
        let previous_ends_at = (!overlap.is_zero()).then(|| self.clock.now().plus(overlap));
        let secret = EndpointSecret::generate();
        let sealed = self.vault.seal(Purpose::WebhookSecret, endpoint.as_str(), secret.bytes())?;
        let (api_key, endpoint) = (api_key.clone(), endpoint.clone());
        let rotated = self.db.as_agency(agency).write(move |tx| {
            let held = hold_of_key(tx, &api_key, &endpoint)?;
            Ok::<_, WebhookError>(tx.rotate_secret(&held, sealed, previous_ends_at)?)
        });
        Ok(RotatedSecret { generation: rotated.await?, secret: secret.plain(), previous_ends_at })
    }

    /// Ends an overlap now: only the newest secret signs.
    ///
    /// # Errors
    /// [`WebhookError::NoSuchEndpoint`], and what the database refuses.
    pub async fn end_previous_secret(
        &self,
        agency: &AgencyId,
        api_key: &ApiKeyId,
        endpoint: &EndpointId,
    ) -> Result<EndpointView, WebhookError> {
        self.change(agency, api_key, endpoint, |tx, held| Ok(tx.end_previous_secret(&held.id)?)).await
    }

    /// Stops sending to an endpoint; what comes for it is held until it is resumed. Again, or of one that is stopped for
    /// another reason: nothing changes.
    ///
    /// # Errors
    /// [`WebhookError::NoSuchEndpoint`], and what the database refuses.
    pub async fn pause_endpoint(
        &self,
        agency: &AgencyId,
        api_key: &ApiKeyId,
        endpoint: &EndpointId,
    ) -> Result<EndpointView, WebhookError> {
        let now = self.clock.now();
        let pause = move |tx: &mut Tx<'_, AgencyScope>, held: &EndpointRecord| match held.status {
            EndpointStatus::Active => Ok(tx.pause_endpoint(&held.id, now)?),
            EndpointStatus::Paused | EndpointStatus::Disabled | EndpointStatus::Gone => Ok(()),
        };
        self.change(agency, api_key, endpoint, pause).await
    }

    /// Sends to an endpoint again, first of all what it holds and may still be sent; the breaker and the clock of its failures
    /// begin anew. Of an active one nothing changes.
    ///
    /// # Errors
    /// [`WebhookError::NoSuchEndpoint`], [`WebhookError::KeyRevoked`], and what the database refuses.
    pub async fn resume_endpoint(
        &self,
        agency: &AgencyId,
        api_key: &ApiKeyId,
        endpoint: &EndpointId,
    ) -> Result<EndpointView, WebhookError> {
        let resume = |tx: &mut Tx<'_, AgencyScope>, held: &EndpointRecord| match (held.status, held.reason) {
            (EndpointStatus::Active, _) => Ok(()),
            (_, Some(StopReason::KeyRevoked)) => Err(WebhookError::KeyRevoked { endpoint: held.id.clone() }),
            (EndpointStatus::Paused | EndpointStatus::Disabled | EndpointStatus::Gone, _) => Ok(tx.resume_endpoint(&held.id)?),
        };
        let view = self.change(agency, api_key, endpoint, resume).await?;
        self.wake.notify_one();
        Ok(view)
    }

    /// Changes what is given.
    ///
    /// # Errors
    /// [`WebhookError::Url`] and [`WebhookError::Host`] for another address, [`WebhookError::Header`],
    /// [`WebhookError::DescriptionTooLong`], [`WebhookError::NoSuchEndpoint`], and what the database refuses.
    pub async fn patch_endpoint(
        &self,
        agency: &AgencyId,
        api_key: &ApiKeyId,
        endpoint: &EndpointId,
        patch: EndpointPatch,
    ) -> Result<EndpointView, WebhookError> {
        // Asked first: whoever does not own it learns nothing about names either.
        self.find_endpoint(agency, api_key, endpoint).await?;
        let EndpointPatch { url, kinds, description, headers } = patch;
        let target = match &url {
            Some(url) => Some(self.check_url(url).await?),
            None => None,
        };
        let seal_url = |url: &str| self.vault.seal(Purpose::WebhookUrl, endpoint.as_str(), url.as_bytes());
        let mut change = EndpointChange {
            url_sealed: target.map(|target| seal_url(target.url().as_str())).transpose()?,
            kinds,
            description_sealed: description.map(|text| self.seal_description(endpoint, text.as_deref())).transpose()?,
            headers_sealed: None,
        };
        let service = self.clone();
        let apply = move |tx: &mut Tx<'_, AgencyScope>, held: &EndpointRecord| {
            if let Some(wanted) = headers {
                let merged = merge(&service.open_headers(held)?, wanted)?;
                change.headers_sealed = Some(service.seal_headers(&held.id, &merged)?);
            }
            Ok(tx.change_endpoint(&held.id, change)?)
        };
        self.change(agency, api_key, endpoint, apply).await
    }

    async fn change(
        &self,
        agency: &AgencyId,
        api_key: &ApiKeyId,
        endpoint: &EndpointId,
        change: impl FnOnce(&mut Tx<'_, AgencyScope>, &EndpointRecord) -> Result<(), WebhookError> + Send + 'static,
    ) -> Result<EndpointView, WebhookError> {
        let (api_key, endpoint) = (api_key.clone(), endpoint.clone());
        let changed = self.db.as_agency(agency).write(move |tx| {
            let held = hold_of_key(tx, &api_key, &endpoint)?;
            change(tx, &held)?;
            let record = hold_of_key(tx, &api_key, &endpoint)?;
            count_held(tx, record)
        });
        let (record, held) = changed.await?;
        self.view(record, held)
    }
}

fn merge(has: &ExtraHeaders, wanted: Option<BTreeMap<String, Option<String>>>) -> Result<ExtraHeaders, WebhookError> {
    let Some(wanted) = wanted else { return Ok(ExtraHeaders::default()) };
    let is_named = |name: &str| wanted.keys().any(|wanted| wanted.eq_ignore_ascii_case(name));
    let kept: Vec<(String, String)> = has.pairs().filter(|(name, _)| !is_named(name)).collect();
    let set = wanted.iter().filter_map(|(name, value)| Some((name.clone(), value.clone()?)));
    Ok(ExtraHeaders::parse(kept.into_iter().chain(set))?)
}
