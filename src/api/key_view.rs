//! An API key as JSON, and what is asked when one is made, changed or rolled.

use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

use super::openapi::words;
use crate::accounts::{ApiKeyRecord, KeyEdit, Networks, NewKey, PlainKey};
use crate::domain::{KeyMode, Scope, ScopeSet, Timestamp};
use crate::http::Problem;

/// A new API key.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewApiKey {
    /// What people call it.
    #[schema(min_length = 1, max_length = 100, example = "Upload tool")]
    label: String,
    /// None that the asking key lacks.
    #[schema(value_type = Vec<words::KeyScope>, min_items = 1)]
    scopes: Vec<String>,
    /// `live` if nothing is said.
    #[serde(default)]
    #[schema(value_type = Option<words::KeyMode>)]
    mode: Option<String>,
    /// Refused from then on; at most 731 days away. Without it the key does not end.
    #[serde(default)]
    #[schema(value_type = Option<words::Time>)]
    expires_at: Option<String>,
    /// Addresses and networks it may be used from; none: everywhere.
    #[serde(default)]
    #[schema(max_items = 16, example = json!(["192.0.2.0/24"]))]
    networks: Vec<String>,
}

/// What of an API key is to be other than it was; what is not said stays.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ApiKeyChange)]
pub struct Change {
    /// Another name.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 100, example = "Upload tool")]
    label: Option<String>,
    /// Another end, at most 731 days away; null: none.
    #[serde(default, deserialize_with = "said", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::Time>)]
    expires_at: Option<Option<String>>,
    /// Other networks; an empty list: everywhere.
    #[serde(default)]
    #[schema(max_items = 16, example = json!(["192.0.2.0/24"]))]
    networks: Option<Vec<String>>,
}

/// How an API key is rolled.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ApiKeyRoll)]
pub struct Rolling {
    /// Seconds the text it has now is still taken; a day if nothing is said.
    #[serde(default)]
    #[schema(maximum = 604_800, example = 86_400)]
    pub overlap_secs: Option<u64>,
}

/// An API key.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ApiKey)]
pub struct KeyView {
    #[schema(value_type = words::ApiKeyId)]
    id: String,
    #[schema(example = "Upload tool")]
    label: String,
    /// The key's beginning, to tell it from others.
    #[schema(example = "ps_live_4fG7")]
    prefix: String,
    #[schema(value_type = words::KeyMode)]
    mode: &'static str,
    #[schema(value_type = Vec<words::KeyScope>)]
    scopes: Vec<&'static str>,
    /// Where it may be used from; none: everywhere.
    #[schema(example = json!(["192.0.2.0/24"]))]
    networks: Vec<String>,
    #[schema(value_type = words::Time)]
    created_at: String,
    #[schema(value_type = Option<words::Time>)]
    last_used_at: Option<String>,
    #[schema(value_type = Option<words::Time>)]
    expires_at: Option<String>,
    #[schema(value_type = Option<words::Time>)]
    revoked_at: Option<String>,
    /// Of a rolled key: until when the text it had before is taken too; in the past, it was.
    #[schema(value_type = Option<words::Time>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    previous_key_ends_at: Option<String>,
    /// Shown in the answer that makes it only; null when the same request comes again, because it is kept nowhere.
    #[schema(example = "ps_live_…")]
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<Option<String>>,
}

/// The agency's API keys.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ApiKeyList)]
pub struct Keys {
    /// Newest first.
    pub api_keys: Vec<KeyView>,
}

impl From<ApiKeyRecord> for KeyView {
    fn from(key: ApiKeyRecord) -> Self {
        Self {
            id: key.id.to_string(),
            label: key.label,
            prefix: key.prefix,
            mode: key.mode.slug(),
            scopes: key.scopes.iter().map(Scope::slug).collect(),
            networks: key.networks.texts(),
            created_at: key.created_at.rfc3339(),
            last_used_at: key.last_used_at.map(Timestamp::rfc3339),
            expires_at: key.expires_at.map(Timestamp::rfc3339),
            revoked_at: key.revoked_at.map(Timestamp::rfc3339),
            previous_key_ends_at: key.previous_ends_at.map(Timestamp::rfc3339),
            key: None,
        }
    }
}

impl KeyView {
    /// With the key itself, which is shown once; None: it was.
    pub fn showing(self, key: Option<&PlainKey>) -> Self {
        Self { key: Some(key.map(|key| key.reveal().to_owned())), ..self }
    }
}

/// A field that was sent, be it null.
fn said<'de, D: Deserializer<'de>, T: Deserialize<'de>>(from: D) -> Result<Option<T>, D::Error> {
    T::deserialize(from).map(Some)
}

/// A time somebody sent.
///
/// # Errors
/// 422 naming the field.
pub fn time(field: &str, text: &str) -> Result<Timestamp, Problem> {
    Timestamp::from_rfc3339(text)
        .ok_or_else(|| Problem::field(field, "not_a_time", "Send a time of RFC 3339, such as 2027-01-31T12:00:00Z."))
}

impl NewApiKey {
    /// As accounts take it.
    ///
    /// # Errors
    /// 422 naming what is not right.
    pub fn check(self) -> Result<NewKey, Problem> {
        let known = || Scope::AGENCY.map(Scope::slug).join(", ");
        let scopes: Result<ScopeSet, _> = self.scopes.iter().map(|name| name.parse::<Scope>()).collect();
        let scopes = scopes.map_err(|_| Problem::field("scopes", "unknown_value", format!("The scopes are {}.", known())))?;
        let mode = self.mode.as_deref().map_or(Ok(KeyMode::Live), str::parse);
        let mode = mode.map_err(|()| Problem::field("mode", "unknown_value", "mode is live or test."))?;
        let expires_at = self.expires_at.as_deref().map(|text| time("expires_at", text)).transpose()?;
        Ok(NewKey { label: self.label, scopes, mode, expires_at, networks: Networks::parse(&self.networks)? })
    }
}

impl Change {
    /// As accounts take it.
    ///
    /// # Errors
    /// 422 naming what is not right.
    pub fn check(self) -> Result<KeyEdit, Problem> {
        let end = |text: Option<String>| text.as_deref().map(|text| time("expires_at", text)).transpose();
        Ok(KeyEdit {
            label: self.label,
            expires_at: self.expires_at.map(end).transpose()?,
            networks: self.networks.as_deref().map(Networks::parse).transpose()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_said_null_and_a_value_are_three_things() {
        let of = |text: &str| serde_json::from_str::<Change>(text).unwrap().check().unwrap();
        assert_eq!(of("{}").expires_at, None);
        assert_eq!(of(r#"{"expires_at": null}"#).expires_at, Some(None));
        let end = of(r#"{"expires_at": "2027-01-31T12:00:00Z", "networks": []}"#);
        assert_eq!(end.expires_at.flatten().map(Timestamp::rfc3339).as_deref(), Some("2027-01-31T12:00:00.000Z"));
        assert!(end.networks.is_some_and(|networks| networks.is_empty()));
        assert!(serde_json::from_str::<Change>(r#"{"scopes": []}"#).is_err(), "scopes never change");
    }
}
