//! `proofsheet.toml` and `PROOFSHEET_*` -> each module's own Settings. Every setting has a default that runs on a laptop.
//!
//! The only place that reads the environment. All faults of a configuration are told at once.

mod catalog;
mod data_dir;
mod error;
mod sections;
mod server;
mod store;

use std::collections::HashMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

pub use catalog::{SETTINGS, Setting};
pub use data_dir::{DataDir, DataDirError};
pub use error::ConfigError;
pub use sections::{AccountsSection, DatabaseSection, PhotoSection, RetentionSection, WebhooksSection};
pub use server::ServerSettings;
pub use store::StoreSection;

/// The file that is read when none is named, if it exists.
pub const DEFAULT_FILE: &str = "proofsheet.toml";
/// Every environment variable begins with this; parts are joined by two underscores: `PROOFSHEET_SERVER__LISTEN`.
pub const ENVIRONMENT_PREFIX: &str = "PROOFSHEET";

/// Where things are kept.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DataSettings {
    /// Directory of database, objects and key ring.
    pub directory: PathBuf,
}

/// The keys everything is sealed with.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct KeysSettings {
    /// File of the key ring, the same for all nodes; empty: `keyring` in the data directory.
    pub ring_file: PathBuf,
}

impl Default for DataSettings {
    fn default() -> Self {
        Self { directory: PathBuf::from("./data") }
    }
}

/// How the log looks.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LogSettings {
    /// `error`, `warn`, `info`, `debug`, or directives such as `info,proofsheet::webhooks=debug`.
    pub filter: String,
    /// One JSON object a line.
    pub json: bool,
}

impl Default for LogSettings {
    fn default() -> Self {
        Self { filter: "info".to_owned(), json: false }
    }
}

/// Everything that can be set.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Listener.
    pub server: ServerSettings,
    /// Data directory.
    pub data: DataSettings,
    /// Key ring.
    pub keys: KeysSettings,
    /// Database; an empty URL: SQLite in the data directory.
    pub database: DatabaseSection,
    /// Object store: a directory, or a bucket if its endpoint is set.
    pub store: StoreSection,
    /// What an upload may be.
    pub upload: crate::pipeline::AdmissionSettings,
    /// What a photo may be.
    pub photo: PhotoSection,
    /// Worker processes.
    pub worker: crate::pipeline::WorkerSettings,
    /// Webhook deliveries.
    pub webhooks: WebhooksSection,
    /// Passwords and sessions.
    pub accounts: AccountsSection,
    /// Request rates.
    pub rates: crate::http::RateSettings,
    /// How long what is counted stays.
    pub retention: RetentionSection,
    /// Log.
    pub log: LogSettings,
}

impl Config {
    /// Defaults, overridden by the file, overridden by the environment.
    ///
    /// # Errors
    /// [`ConfigError`] for a file that is not there or not readable, and for every unknown or wrong setting.
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the environment")]
    pub fn load(file: Option<&Path>) -> Result<Self, ConfigError> {
        let (path, required) = file.map_or((Path::new(DEFAULT_FILE), false), |file| (file, true));
        let source = config::File::from(path).format(config::FileFormat::Toml).required(required);
        let environment = config::Environment::with_prefix(ENVIRONMENT_PREFIX)
            .prefix_separator("_")
            .separator("__")
            .try_parsing(true)
            .source(Some(settings_among(std::env::vars_os())));
        let mut loaded: Self = config::Config::builder()
            .add_source(source)
            .add_source(environment)
            .build()
            .and_then(config::Config::try_deserialize)
            .map_err(|source| ConfigError::Read { path: path.to_owned(), source: Box::new(source) })?;
        let unread = loaded.store.read_secret().err();
        let faults: Vec<String> = unread.into_iter().chain(loaded.faults()).collect();
        if faults.is_empty() { Ok(loaded) } else { Err(ConfigError::Faults(faults)) }
    }

    /// Everything in it that cannot be, one sentence each.
    pub fn faults(&self) -> Vec<String> {
        let upload = &self.upload;
        let rules = [
            ((1..=50).contains(&upload.photos_max), "upload.photos_max must be 1 to 50"),
            (upload.file_bytes_max > 0, "upload.file_bytes_max must be at least 1"),
            (upload.file_bytes_max <= upload.request_bytes_max, "upload.file_bytes_max must not exceed upload.request_bytes_max"),
            (upload.budget_bytes() >= upload.file_bytes_max, "upload.upload_budget_bytes must hold at least one file"),
            (upload.analysis_secs > 0, "upload.analysis_secs must be at least 1"),
            (
                upload.analysis_secs <= 1800,
                "upload.analysis_secs must be at most 1800: objects without a report are removed after 3600",
            ),
            (upload.queue_secs > 0, "upload.queue_secs must be at least 1"),
            (upload.open_secs > 0 && upload.open_max > 0, "upload.open_secs and upload.open_max must be at least 1"),
            (
                self.server.head_secs > 0 && self.server.keep_alive_secs > 0,
                "server.head_secs and server.keep_alive_secs must be at least 1",
            ),
            (
                self.server.body_secs > 0 && self.server.reader_secs > 0,
                "server.body_secs and server.reader_secs must be at least 1",
            ),
            (
                self.server.connections_max > 0 && self.server.connections_per_address_max > 0,
                "server.connections_max and server.connections_per_address_max must be at least 1",
            ),
            (
                self.server.heartbeat_secs > 0 && self.server.stream_secs_max > 0,
                "server.heartbeat_secs and server.stream_secs_max must be at least 1",
            ),
            (self.worker.wall_secs > 0 && self.worker.cpu_secs > 0, "worker.wall_secs and worker.cpu_secs must be at least 1"),
            (self.worker.memory_bytes >= 256 * 1024 * 1024, "worker.memory_bytes must be at least 268435456 (256 MiB)"),
            (
                self.photo.pixels_max > 0 && self.photo.edge_px_max > 0,
                "photo.pixels_max and photo.edge_px_max must be at least 1",
            ),
            (self.public_url_is_plain(), "server.public_url must be http:// or https:// and must not end with a slash"),
        ];
        let broken = rules.into_iter().filter(|(holds, _)| !holds).map(|(_, fault)| fault.to_owned());
        broken.chain(self.store.faults()).collect()
    }

    fn public_url_is_plain(&self) -> bool {
        let url = &self.server.public_url;
        let scheme = url.starts_with("http://") || url.starts_with("https://");
        url.is_empty() || (scheme && !url.ends_with('/'))
    }

    /// The address people use, for the port really taken.
    pub fn public_url(&self, port: u16) -> String {
        if self.server.public_url.is_empty() { format!("http://localhost:{port}") } else { self.server.public_url.clone() }
    }

    /// The database's URL.
    pub fn database_settings(&self) -> crate::db::Settings {
        let mut settings = self.database.settings();
        if self.database.url.is_empty() {
            settings.url = format!("sqlite:{}", self.data.directory.join("proofsheet.db").display());
        }
        settings
    }

    /// The database as whoever changes its tables.
    pub fn migration_settings(&self) -> crate::db::Settings {
        let settings = self.database_settings();
        let url = &self.database.migration_url;
        crate::db::Settings { url: if url.is_empty() { settings.url } else { url.clone() }, readers: 1, writers: 1, ..settings }
    }

    /// Where objects are kept.
    pub fn store_settings(&self) -> crate::storage::Settings {
        self.store.settings(&self.data.directory)
    }
}

/// The secret of `webhook verify` and `webhook listen`, of whoever receives; the service itself has no such setting.
#[expect(clippy::disallowed_methods, reason = "the environment is read here only")]
pub fn webhook_secret() -> Option<Zeroizing<String>> {
    std::env::var("PROOFSHEET_WEBHOOK_SECRET").ok().map(Zeroizing::new)
}

/// The variables that name a setting: every setting has a section, so its name has two underscores. Others that begin alike, such as
/// the `PROOFSHEET_URL` and `PROOFSHEET_KEY` of somebody who uses the API from the same shell, are not ours.
fn settings_among(variables: impl Iterator<Item = (OsString, OsString)>) -> HashMap<String, String> {
    variables
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .filter(|(name, _)| name.starts_with(ENVIRONMENT_PREFIX) && name.contains("__"))
        .collect()
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "tests keep their data in a temporary directory")]
mod tests {
    use super::*;

    #[test]
    fn defaults_have_no_fault() {
        assert_eq!(Config::default().faults(), Vec::<String>::new());
    }

    #[test]
    fn all_faults_are_told_at_once() {
        let mut config = Config::default();
        config.upload.photos_max = 51;
        config.worker.wall_secs = 0;
        config.server.public_url = "example.org/".to_owned();
        assert_eq!(config.faults().len(), 3);
    }

    #[test]
    fn a_customers_variables_are_no_settings() {
        let variables = ["PROOFSHEET_URL", "PROOFSHEET_KEY", "PROOFSHEET_SERVER__LISTEN", "HOME", "OTHER__NAME"];
        let found = settings_among(variables.into_iter().map(|name| (name.into(), "x".into())));
        assert_eq!(found.into_keys().collect::<Vec<_>>(), ["PROOFSHEET_SERVER__LISTEN"]);
    }

    #[test]
    fn unknown_settings_are_refused() {
        let dir = std::env::temp_dir().join(format!("proofsheet-config-{}", std::process::id()));
        std::fs::create_dir_all(&dir).unwrap();
        let file = dir.join("proofsheet.toml");
        std::fs::write(&file, "[server]\nlisten = \"127.0.0.1:0\"\nlissten = 1\n").unwrap();
        assert!(matches!(Config::load(Some(&file)), Err(ConfigError::Read { .. })));
        std::fs::write(&file, "[server]\nlisten = \"127.0.0.1:0\"\n").unwrap();
        assert_eq!(Config::load(Some(&file)).unwrap().server.listen.port(), 0);
        std::fs::remove_dir_all(dir).unwrap();
    }
}
