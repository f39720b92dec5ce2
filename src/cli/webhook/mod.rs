//! `webhook verify` and `webhook listen`: the receiver's side, for whoever writes one.

mod listen;
mod request;
mod verify;

use std::path::Path;

use anyhow::Context;
use zeroize::Zeroizing;

use super::ExitStatus;
use super::args::WebhookCommand;
use crate::domain::Clock;
use crate::webhooks::ReceiverSecret;

/// Largest file with secrets or headers that is read, in bytes.
const SMALL_FILE_BYTES_MAX: u64 = 64 * 1024;

/// Runs the command. `variable` is the secret of the environment, used where no file is named.
///
/// # Errors
/// A secret or a file cannot be read, or the port is not free.
pub async fn run(command: &WebhookCommand, variable: Option<Zeroizing<String>>, clock: &dyn Clock) -> anyhow::Result<ExitStatus> {
    match command {
        WebhookCommand::Verify(asked) => {
            let secrets = secrets(asked.secret_file.as_deref(), variable)?;
            verify::run(asked, &secrets, clock.now())
        }
        WebhookCommand::Listen(asked) => {
            let secrets = secrets(asked.secret_file.as_deref(), variable)?;
            listen::run(asked, &secrets, clock).await
        }
    }
}

fn secrets(file: Option<&Path>, variable: Option<Zeroizing<String>>) -> anyhow::Result<Vec<ReceiverSecret>> {
    let (text, place) = match (file, variable) {
        (Some(file), _) => (Zeroizing::new(small_file(file)?), file.display().to_string()),
        (None, Some(value)) => (value, "PROOFSHEET_WEBHOOK_SECRET".to_owned()),
        (None, None) => anyhow::bail!("no secret: name a file with --secret-file, or set PROOFSHEET_WEBHOOK_SECRET"),
    };
    let found = secrets_in(&text).with_context(|| format!("in {place}"))?;
    anyhow::ensure!(!found.is_empty(), "there is no secret (whsec_…) in {place}");
    Ok(found)
}

/// Every `whsec_…` in a text, so that the answer that created an endpoint can be handed over as it is.
fn secrets_in(text: &str) -> anyhow::Result<Vec<ReceiverSecret>> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || "+/=_".contains(c);
    let words = text.split(|c: char| !is_part(c)).filter(|word| word.starts_with("whsec_"));
    Ok(words.map(str::parse).collect::<Result<_, _>>()?)
}

fn small_file(path: &Path) -> anyhow::Result<String> {
    use std::io::Read as _;
    let mut text = String::new();
    let file = std::fs::File::open(path).with_context(|| path.display().to_string())?;
    let read = file.take(SMALL_FILE_BYTES_MAX + 1).read_to_string(&mut text).with_context(|| path.display().to_string())?;
    anyhow::ensure!(read as u64 <= SMALL_FILE_BYTES_MAX, "{} has more than {SMALL_FILE_BYTES_MAX} bytes", path.display());
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_found_in_whatever_holds_them() {
        let count = |text: &str| secrets_in(text).map(|found| found.len()).ok();
        let one = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
        assert_eq!(count(&format!("{one}\n")), Some(1));
        assert_eq!(count(&format!("{{\"id\":\"ep_1\",\"secret\":\"{one}\"}}")), Some(1));
        assert_eq!(count(&format!("{one}\nwhsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD")), Some(2));
        assert_eq!(count("nothing"), Some(0));
        assert_eq!(count("whsec_short"), None, "a broken one is told, not passed over");
    }
}
