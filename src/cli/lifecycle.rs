//! `admin lifecycle apply`: the bucket's rules, set by the operator with a token the service itself does not have.

use anyhow::Context;

use super::args::LifecycleCommand;
use super::{ExitStatus, admin, say};
use crate::config::Config;
use crate::storage::{LifecycleRule, LifecycleState, Store};

/// Prints the rules in the two forms that dashboards and tools take, and sets them unless told not to.
///
/// # Errors
/// No bucket is configured, or the store does not take the rules; the printed forms help then.
pub async fn run(command: &LifecycleCommand, config: &Config) -> anyhow::Result<ExitStatus> {
    let LifecycleCommand::Apply { dry_run, on_behalf } = command;
    say("The rules as the S3 API writes them (aws s3api put-bucket-lifecycle-configuration):")?;
    say(&format!("{:#}", LifecycleRule::s3_json()))?;
    say("The same for R2 (wrangler r2 bucket lifecycle set BUCKET --file FILE; it replaces all rules):")?;
    say(&format!("{:#}", LifecycleRule::wrangler_json()))?;
    if *dry_run {
        say("Nothing was set.")?;
        return Ok(ExitStatus::Success);
    }
    anyhow::ensure!(config.store.is_bucket(), "no bucket is configured: store.s3.endpoint is empty");
    let store = Store::open(&config.store_settings())?;
    let applied = store.apply_lifecycle().await;
    let state = applied.context("the rules were not set; with another token, or by hand as printed above, they can be")?;
    admin::log("lifecycle-apply", on_behalf, &config.store.s3.bucket);
    let LifecycleState::Bucket { missing, others } = state else { return Ok(ExitStatus::Success) };
    if missing.is_empty() {
        say(&format!("Set on {}. {others} rule(s) of others were kept.", config.store.s3.bucket))?;
        return Ok(ExitStatus::Success);
    }
    say(&format!("The store took the rules but does not show {}.", missing.join(", ")))?;
    Ok(ExitStatus::Findings)
}
