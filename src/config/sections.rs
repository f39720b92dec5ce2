//! Sections of the configuration whose modules keep time in `Duration`: here in whole seconds, as people write them.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::domain::BreakerPolicy;

/// What a photo may be, known from its header.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PhotoSection {
    /// Pixels.
    pub pixels_max: u64,
    /// Pixels a side.
    pub edge_px_max: u32,
    /// Bytes of all metadata.
    pub metadata_bytes_max: u64,
    /// Bytes of an ICC profile.
    pub icc_bytes_max: u64,
    /// Bytes a decoder may hold at once.
    pub decoder_bytes_max: u64,
}

impl Default for PhotoSection {
    fn default() -> Self {
        let limits = crate::ingest::Limits::default();
        Self {
            pixels_max: limits.pixels_max,
            edge_px_max: limits.edge_px_max,
            metadata_bytes_max: limits.metadata_bytes_max,
            icc_bytes_max: limits.icc_bytes_max,
            decoder_bytes_max: limits.decoder_bytes_max,
        }
    }
}

impl PhotoSection {
    /// As ingest takes them.
    pub const fn limits(&self) -> crate::ingest::Limits {
        crate::ingest::Limits {
            pixels_max: self.pixels_max,
            edge_px_max: self.edge_px_max,
            metadata_bytes_max: self.metadata_bytes_max,
            icc_bytes_max: self.icc_bytes_max,
            decoder_bytes_max: self.decoder_bytes_max,
        }
    }
}

/// The database.
#[derive(Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DatabaseSection {
    /// `sqlite:` and a path, or `postgres://` and a server; empty: `proofsheet.db` in the data directory.
    pub url: String,
    /// Connections that read, 1 to 64.
    pub readers: usize,
    /// Connections that write on PostgreSQL, 1 to 64; on SQLite one does.
    pub writers: usize,
    /// Who changes the tables on PostgreSQL, as an address; empty: `url`.
    pub migration_url: String,
    /// Whether `serve` brings the tables on PostgreSQL up to date itself; if not, `proofsheet migrate` does.
    pub migrate_at_start: bool,
}

impl Default for DatabaseSection {
    fn default() -> Self {
        let crate::db::Settings { readers, writers, .. } = crate::db::Settings::default();
        Self { url: String::new(), readers, writers, migration_url: String::new(), migrate_at_start: false }
    }
}

/// Without the addresses: they may hold passwords.
impl std::fmt::Debug for DatabaseSection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { url: _, migration_url: _, readers, writers, migrate_at_start } = self;
        let mut shown = f.debug_struct("DatabaseSection");
        shown.field("readers", readers).field("writers", writers).field("migrate_at_start", migrate_at_start).finish()
    }
}

impl DatabaseSection {
    /// As `db` takes them.
    pub fn settings(&self) -> crate::db::Settings {
        let Self { url, readers, writers, .. } = self.clone();
        crate::db::Settings { url, readers, writers, ..crate::db::Settings::default() }
    }
}

/// Webhook deliveries.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WebhooksSection {
    /// Whether endpoints on this machine are taken, also by http. For development only.
    pub allow_loopback: bool,
    /// Failures of an endpoint one after the other, of any events, after which it is left alone for a while.
    pub breaker_failures_max: u32,
    /// Seconds of the first such pause; each probe that fails doubles it.
    pub breaker_pause_first_secs: u64,
    /// Seconds of the longest.
    pub breaker_pause_max_secs: u64,
    /// Seconds of nothing but failures after which an endpoint is disabled.
    pub disable_after_secs: u64,
}

impl Default for WebhooksSection {
    fn default() -> Self {
        let breaker = BreakerPolicy::default();
        Self {
            allow_loopback: false,
            breaker_failures_max: breaker.failures_max,
            breaker_pause_first_secs: breaker.pause_first.as_secs(),
            breaker_pause_max_secs: breaker.pause_max.as_secs(),
            disable_after_secs: breaker.disable_after.as_secs(),
        }
    }
}

impl WebhooksSection {
    /// As `webhooks` takes them.
    pub fn settings(&self) -> crate::webhooks::Settings {
        let breaker = BreakerPolicy {
            failures_max: self.breaker_failures_max.max(1),
            pause_first: Duration::from_secs(self.breaker_pause_first_secs),
            pause_max: Duration::from_secs(self.breaker_pause_max_secs),
            disable_after: Duration::from_secs(self.disable_after_secs),
        };
        crate::webhooks::Settings { allow_loopback: self.allow_loopback, breaker, ..crate::webhooks::Settings::default() }
    }
}

/// Passwords and sessions.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AccountsSection {
    /// bcrypt's cost.
    pub bcrypt_cost: u32,
    /// Seconds a session lasts unused.
    pub session_idle_secs: u64,
    /// Seconds a session lasts at most.
    pub session_life_secs: u64,
}

impl Default for AccountsSection {
    fn default() -> Self {
        let settings = crate::accounts::Settings::default();
        Self {
            bcrypt_cost: settings.bcrypt_cost,
            session_idle_secs: settings.session_idle.as_secs(),
            session_life_secs: settings.session_life.as_secs(),
        }
    }
}

impl AccountsSection {
    /// As `accounts` takes them.
    pub fn settings(&self) -> crate::accounts::Settings {
        crate::accounts::Settings {
            bcrypt_cost: self.bcrypt_cost,
            session_idle: Duration::from_secs(self.session_idle_secs),
            session_life: Duration::from_secs(self.session_life_secs),
            ..crate::accounts::Settings::default()
        }
    }
}

/// What is kept beside reports.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RetentionSection {
    /// Days the counts of a day are kept.
    pub usage_days: u32,
}

impl Default for RetentionSection {
    fn default() -> Self {
        let days = crate::retention::Settings::default().usage_life.as_secs() / (24 * 60 * 60);
        Self { usage_days: u32::try_from(days).unwrap_or(u32::MAX) }
    }
}

impl RetentionSection {
    /// As `retention` takes it.
    pub fn settings(&self) -> crate::retention::Settings {
        let usage_life = Duration::from_secs(u64::from(self.usage_days) * 24 * 60 * 60);
        crate::retention::Settings { usage_life, ..crate::retention::Settings::default() }
    }
}
