//! The first start of a data directory: an admin, an agency with its owner, and an API key, shown once.

use std::io::Write;

use zeroize::Zeroizing;

use crate::accounts::{Accounts, Credentials as SignInWith, Founding, password};
use crate::domain::{Scope, ScopeSet};

/// What the first start made. Shown once, then only hashes remain.
#[derive(Debug)]
pub struct Credentials {
    /// Mail address of the admin.
    pub admin_email: &'static str,
    /// Their password.
    pub admin_password: Zeroizing<String>,
    /// Mail address of the agency's owner.
    pub owner_email: &'static str,
    /// Their password.
    pub owner_password: Zeroizing<String>,
    /// The agency's first API key.
    pub api_key: Zeroizing<String>,
}

/// Makes the first people and the first key, if there is nobody yet.
///
/// # Errors
/// What accounts or the database refuse.
pub async fn prepare(accounts: &Accounts) -> anyhow::Result<Option<Credentials>> {
    let (admin_email, owner_email) = ("admin@localhost", "owner@localhost");
    let (admin_password, owner_password) = (password::generate(), password::generate());
    let founding = Founding {
        agency_name: "First agency",
        owner: SignInWith { email: owner_email, password: &owner_password },
        admin: SignInWith { email: admin_email, password: &admin_password },
    };
    let Some(founded) = accounts.found(&founding).await? else { return Ok(None) };
    let scopes: ScopeSet = Scope::AGENCY.into_iter().collect();
    let (key, _) = accounts.create_api_key(&founded.agency, "first start", scopes, Some(founded.owner)).await?;
    let api_key = Zeroizing::new(key.reveal().to_owned());
    Ok(Some(Credentials { admin_email, admin_password, owner_email, owner_password, api_key }))
}

/// Prints the address, and what was made, with `curl` lines that work as they stand.
///
/// # Errors
/// Standard output is closed.
pub fn print(url: &str, made: Option<&Credentials>) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "\nproofsheet answers on {url}")?;
    let Some(made) = made else {
        writeln!(out, "Stop it with Ctrl-C.\n")?;
        return out.flush();
    };
    let (admin, owner, key) = (&*made.admin_password, &*made.owner_password, &*made.api_key);
    writeln!(out, "\nThis is the first start. The following is shown once:\n")?;
    writeln!(out, "  Agency sign-in   {url}/sign-in")?;
    writeln!(out, "                   {}   {owner}", made.owner_email)?;
    writeln!(out, "  Admin sign-in    {}   {admin}", made.admin_email)?;
    writeln!(out, "  API key          {key}")?;
    writeln!(out, "\nSend a photo, wait for the report, fetch it:\n")?;
    writeln!(out, "  export PROOFSHEET_URL={url} PROOFSHEET_KEY={key}")?;
    writeln!(
        out,
        "  curl -sS -H \"Authorization: Bearer $PROOFSHEET_KEY\" -H 'Prefer: wait=30' \\\n       \
         -F photos=@photo.jpg -F product=snapshot \"$PROOFSHEET_URL/v1/analyses\""
    )?;
    writeln!(
        out,
        "  curl -sS -H \"Authorization: Bearer $PROOFSHEET_KEY\" -o report.pdf \\\n       \
         \"$PROOFSHEET_URL/v1/analyses/ID/report.pdf\"\n"
    )?;
    writeln!(out, "Stop it with Ctrl-C.\n")?;
    out.flush()
}
