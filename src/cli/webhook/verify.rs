//! `webhook verify`: one delivery that was kept.

use std::io::Read;

use anyhow::Context;

use super::small_file;
use crate::cli::args::VerifyArgs;
use crate::cli::{ExitStatus, say};
use crate::domain::Timestamp;
use crate::webhooks::{ReceivedHeaders, ReceiverSecret, verify};

/// Largest body that is read, in bytes. Ours have less than 4 kB.
const BODY_BYTES_MAX: u64 = 1024 * 1024;

/// Says whether the delivery is to be believed, and why not.
///
/// # Errors
/// A file cannot be read, a header or the time is no such thing.
pub(super) fn run(asked: &VerifyArgs, secrets: &[ReceiverSecret], now: Timestamp) -> anyhow::Result<ExitStatus> {
    let now = match &asked.at {
        Some(text) => Timestamp::from_rfc3339(text).with_context(|| format!("--at {text} is not a time as RFC 3339 has it"))?,
        None => now,
    };
    let listed = asked.headers.as_deref().map(small_file).transpose()?.unwrap_or_default();
    let given =
        asked.header.iter().map(|field| field.split_once(':').with_context(|| format!("-H {field:?} is not `name: value`")));
    let mut fields = given.collect::<anyhow::Result<Vec<_>>>()?;
    fields.extend(listed.lines().filter_map(|line| line.split_once(':')));
    let headers = ReceivedHeaders::from_fields(fields.into_iter());
    match verify(secrets, &headers, &body(asked)?, now) {
        Ok(()) => {
            let at = headers.attempted_at().map(Timestamp::rfc3339).unwrap_or_default();
            say(&format!("Verified: {}, attempted at {at}.", headers.id().unwrap_or_default()))?;
            Ok(ExitStatus::Success)
        }
        Err(refusal) => {
            say(&format!("Not to be believed: {refusal}."))?;
            Ok(ExitStatus::Findings)
        }
    }
}

fn body(asked: &VerifyArgs) -> anyhow::Result<Vec<u8>> {
    let mut body = Vec::new();
    let name = asked.body.display();
    let read = if asked.body.as_os_str() == "-" {
        std::io::stdin().lock().take(BODY_BYTES_MAX + 1).read_to_end(&mut body)
    } else {
        std::fs::File::open(&asked.body).and_then(|file| file.take(BODY_BYTES_MAX + 1).read_to_end(&mut body))
    };
    let read = read.with_context(|| name.to_string())?;
    anyhow::ensure!(read as u64 <= BODY_BYTES_MAX, "{name} has more than {BODY_BYTES_MAX} bytes");
    Ok(body)
}
