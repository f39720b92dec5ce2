//! `admin`: what the operator does, with a name and a reason: agencies, people, API keys, reconciliation.

use std::io::{BufRead, IsTerminal, Write};
use std::time::Duration;

use anyhow::{Context, bail};
use zeroize::Zeroizing;

use super::args::{AdminCommand, OnBehalf};
use crate::accounts::{KeyMaker, Networks, NewKey};
use crate::domain::{KeyMode, Role};
use crate::http::Services;
use crate::pipeline::Workers;

/// Makes what is asked and prints its id, or the key, once.
///
/// # Errors
/// What accounts refuse, in words.
pub async fn run(command: AdminCommand, services: &Services, workers: &Workers) -> anyhow::Result<()> {
    let accounts = &services.accounts;
    match command {
        AdminCommand::CreateAgency { name, on_behalf } => {
            let agency = accounts.create_agency(&name).await?;
            log("create-agency", &on_behalf, agency.as_str());
            print(agency.as_str())
        }
        AdminCommand::CreateUser { agency, admin, role, email, on_behalf } => {
            let role = if admin { Role::Admin } else { role };
            if agency.is_some() == (role == Role::Admin) {
                bail!("an admin belongs to no agency; an owner or member needs one");
            }
            let password = read_password()?;
            let user = accounts.create_user(agency.as_ref(), role, &email, &password).await?;
            log("create-user", &on_behalf, user.as_str());
            print(user.as_str())
        }
        AdminCommand::CreateKey { agency, label, scopes, test, expires_days, networks, on_behalf } => {
            let end = |days| services.clock.now().plus(Duration::from_secs(days * 24 * 60 * 60));
            let new = NewKey {
                label,
                scopes,
                mode: KeyMode::of(test),
                expires_at: expires_days.map(end),
                networks: Networks::parse(&networks)?,
            };
            let (key, record) = accounts.make_api_key(&agency, new, &KeyMaker::Operator).await?;
            log("create-key", &on_behalf, record.id.as_str());
            print(key.reveal())
        }
        AdminCommand::SetBranding { agency, clear, branding, on_behalf } => {
            super::branding::set(&agency, clear, &branding, &on_behalf, (services, workers)).await
        }
        AdminCommand::Reconcile { min_age_secs, on_behalf } => {
            let count = services.retention.reconcile(Duration::from_secs(min_age_secs)).await?;
            log("reconcile", &on_behalf, &format!("{count:?}"));
            print(&format!(
                "{} objects seen, {} without a report removed, {} of them stay, {} of live reports are missing",
                count.seen,
                count.orphans + count.kept,
                count.kept,
                count.ghosts
            ))
        }
        AdminCommand::Lifecycle(_) => bail!("the bucket's rules need no database"),
    }
}

pub(super) fn log(action: &'static str, on_behalf: &OnBehalf, made: &str) {
    tracing::info!(action, operator = %on_behalf.operator, reason = %on_behalf.reason, made, "an operator did something");
}

fn print(line: &str) -> anyhow::Result<()> {
    super::say(line).context("standard output is closed")
}

fn read_password() -> anyhow::Result<Zeroizing<String>> {
    let input = std::io::stdin();
    if input.is_terminal() {
        write!(std::io::stderr().lock(), "Password (it shows as you type): ")?;
    }
    let mut line = Zeroizing::new(String::new());
    input.lock().read_line(&mut line).context("no password on standard input")?;
    Ok(Zeroizing::new(line.trim_end_matches(['\r', '\n']).to_owned()))
}
