//! `migrate`: brings the database's tables up to date and makes the key ring, so that every node finds both.

use super::say;
use crate::app;
use crate::config::{Config, DataDir};

/// Makes what is missing and says so.
///
/// # Errors
/// What the data directory or the database refuses.
pub async fn run(config: &Config) -> anyhow::Result<()> {
    let held = DataDir::open(&config.data.directory)?;
    held.key_ring(&config.keys.ring_file)?;
    match app::migrate_database(config).await?.0 {
        0 => say("The database is up to date.")?,
        1 => say("The database is up to date; 1 migration ran.")?,
        ran => say(&format!("The database is up to date; {ran} migrations ran."))?,
    }
    Ok(())
}
