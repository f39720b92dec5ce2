//! `migrate`: brings the database's tables up to date and makes the key ring, so that every node finds both.

use super::say;
use crate::app;
use crate::config::{Config, DataDir};
use crate::db::Db;

/// Makes what is missing and says so.
///
/// # Errors
/// What the data directory or the database refuses.
pub async fn run(config: &Config) -> anyhow::Result<()> {
    let on_server = Db::names_a_server(&config.database_settings())?;
    let ran = if on_server {
        // A server first: a wrong address leaves no file behind.
        let ran = app::migrate_database(config).await?.0;
        let held = DataDir::open(&config.data.directory)?;
        if ran == 0 {
            // Nothing was missing, so the database has been in use: a new ring could not open what is in it.
            held.require_key_ring(&config.keys.ring_file)?;
        }
        held.key_ring(&config.keys.ring_file)?;
        ran
    } else {
        // The file of SQLite belongs to whoever holds the directory, and is sealed with the ring in it.
        let held = DataDir::open(&config.data.directory)?;
        held.key_ring(&config.keys.ring_file)?;
        app::migrate_database(config).await?.0
    };
    match ran {
        0 => say("The database is up to date.")?,
        1 => say("The database is up to date; 1 migration ran.")?,
        ran => say(&format!("The database is up to date; {ran} migrations ran."))?,
    }
    Ok(())
}
