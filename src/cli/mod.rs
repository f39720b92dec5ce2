//! The commands, one file each. What they need is put together by `main` or by `app`.

pub mod admin;
pub mod analyze;
pub mod args;
pub mod branding;
pub mod demo;
pub mod doctor;
pub mod exit;
pub mod facts;
pub mod first_start;
pub mod lifecycle;
pub mod logo;
pub mod migrate;
pub mod proxy;
pub mod store_check;
pub mod webhook;

pub use args::{AdminCommand, Args, Command, LifecycleCommand, WebhookCommand};
pub use exit::ExitStatus;

/// A line for whoever typed the command.
///
/// # Errors
/// Standard output is closed.
pub fn say(line: &str) -> std::io::Result<()> {
    use std::io::Write;
    writeln!(std::io::stdout().lock(), "{line}")
}
