//! What the edges need to know about this installation.

use std::num::NonZeroU32;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::pace::Pace;

/// Settings of both edges; limits of an upload come from the pipeline.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Address people and programs reach us at, without a slash at its end.
    pub public_url: String,
    /// A body is not judged by its rate before we waited for it so long. Default 10 s.
    pub body_grace: Duration,
    /// Mean rate a body must keep after the grace, in bytes a second. Default 1024.
    pub body_bytes_per_s_min: u64,
    /// A body is not waited for longer than this in all. Default 5 min.
    pub body_deadline: Duration,
    /// Longest `Prefer: wait`. Default 30 s.
    pub wait_max: Duration,
    /// Connections one address may hold open at a time. Default 256.
    pub connections_per_address_max: usize,
}

/// Largest JSON or form body that is not an upload, in bytes.
pub const SMALL_BODY_BYTES_MAX: usize = 64 * 1024;

impl Settings {
    /// With every default, reached at `public_url`.
    pub fn at(public_url: impl Into<String>) -> Self {
        Self {
            public_url: public_url.into(),
            body_grace: Duration::from_secs(10),
            body_bytes_per_s_min: 1024,
            body_deadline: Duration::from_secs(300),
            wait_max: Duration::from_secs(30),
            connections_per_address_max: 256,
        }
    }

    /// What a body must keep to.
    pub const fn body_pace(&self) -> Pace {
        Pace { grace: self.body_grace, bytes_per_s_min: self.body_bytes_per_s_min, all: self.body_deadline }
    }

    /// Whether the public address is encrypted; decides `Strict-Transport-Security`.
    pub fn is_https(&self) -> bool {
        self.public_url.starts_with("https://")
    }

    /// Scheme, host and port of the public address: what `Origin` must equal.
    pub fn origin(&self) -> &str {
        let after_scheme = self.public_url.find("://").map_or(0, |at| at + 3);
        let rest = self.public_url.get(after_scheme..).unwrap_or_default();
        let end = rest.find('/').map_or(self.public_url.len(), |at| after_scheme + at);
        self.public_url.get(..end).unwrap_or(&self.public_url)
    }
}

/// So many a minute, for one key, user or address. A whole minute's share may be used at once.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RateSettings {
    /// Sign-in tries for one address.
    pub sign_in_per_min: NonZeroU32,
    /// Requests with a missing or wrong key for one address.
    pub failed_key_per_min: NonZeroU32,
    /// Uploads for one API key or user.
    pub uploads_per_min: NonZeroU32,
    /// Calls that send deliveries again, for one key.
    pub redeliveries_per_min: NonZeroU32,
    /// Other API requests for one key.
    pub api_per_min: NonZeroU32,
    /// Requests for pages and public things for one address.
    pub pages_per_min: NonZeroU32,
    /// Photos an agency may send in a day in UTC, on all nodes together; 0: any number.
    pub agency_photos_per_day: u64,
    /// Analyses an agency may begin in an hour, on all nodes together; 0: any number.
    pub agency_analyses_per_hour: u64,
}

impl RateSettings {
    /// As the pipeline takes it.
    pub const fn quota(&self) -> crate::pipeline::Quota {
        crate::pipeline::Quota { photos_per_day: self.agency_photos_per_day, analyses_per_hour: self.agency_analyses_per_hour }
    }
}

const fn per_min(count: u32) -> NonZeroU32 {
    match NonZeroU32::new(count) {
        Some(count) => count,
        None => NonZeroU32::MIN,
    }
}

impl Default for RateSettings {
    fn default() -> Self {
        Self {
            sign_in_per_min: per_min(10),
            failed_key_per_min: per_min(60),
            uploads_per_min: per_min(60),
            redeliveries_per_min: per_min(60),
            api_per_min: per_min(600),
            pages_per_min: per_min(1200),
            agency_photos_per_day: 100_000,
            agency_analyses_per_hour: 5_000,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origin_is_scheme_host_and_port() {
        assert_eq!(Settings::at("http://localhost:8080").origin(), "http://localhost:8080");
        assert_eq!(Settings::at("https://proofs.example/base").origin(), "https://proofs.example");
    }
}
