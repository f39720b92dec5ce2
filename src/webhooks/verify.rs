//! What a receiver does with a delivery: Standard Webhooks v1, judged as its libraries judge it, with the reason in words.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use super::secret::PREFIX;
use super::signature::{ID_HEADER, SIGNATURE_HEADER, TIMESTAMP_HEADER, signature_item};
use crate::domain::Timestamp;

/// How far an attempt's time may be from the receiver's, either way: five minutes, as in the Standard Webhooks libraries.
pub const TOLERANCE: Duration = Duration::from_secs(300);
/// Bytes a secret may have (Standard Webhooks 1.0.0).
const SECRET_BYTES: std::ops::RangeInclusive<usize> = 24..=64;

/// A secret as its receiver holds it, of 24 to 64 bytes. Does not print.
#[derive(Clone)]
pub struct ReceiverSecret(Zeroizing<Vec<u8>>);

impl fmt::Debug for ReceiverSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ReceiverSecret(…)")
    }
}

/// Why a text is no secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a secret: it is whsec_ and the padded base64 of 24 to 64 bytes")]
pub struct NotASecret;

impl FromStr for ReceiverSecret {
    type Err = NotASecret;

    fn from_str(text: &str) -> Result<Self, NotASecret> {
        let bytes = text.strip_prefix(PREFIX).and_then(|body| STANDARD.decode(body).ok()).map(Zeroizing::new);
        bytes.filter(|bytes| SECRET_BYTES.contains(&bytes.len())).map(Self).ok_or(NotASecret)
    }
}

/// The three headers of a delivery as they came; each may have come more than once, or not at all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReceivedHeaders {
    id: Vec<String>,
    timestamp: Vec<String>,
    signature: Vec<String>,
}

impl ReceivedHeaders {
    /// From all headers of a request; names in any case, others are passed over.
    pub fn from_fields<'a>(fields: impl Iterator<Item = (&'a str, &'a str)>) -> Self {
        let mut headers = Self::default();
        for (name, value) in fields {
            let known = [
                (ID_HEADER, &mut headers.id),
                (TIMESTAMP_HEADER, &mut headers.timestamp),
                (SIGNATURE_HEADER, &mut headers.signature),
            ];
            if let Some((_, values)) = known.into_iter().find(|(known, _)| name.trim().eq_ignore_ascii_case(known)) {
                values.push(value.trim().to_owned());
            }
        }
        headers
    }

    /// The event's id, if the header came once.
    pub fn id(&self) -> Option<&str> {
        one(ID_HEADER, &self.id).ok()
    }

    /// The attempt's time, if the header came once and is one.
    pub fn attempted_at(&self) -> Option<Timestamp> {
        one(TIMESTAMP_HEADER, &self.timestamp).ok().and_then(whole_seconds)
    }
}

/// Why a delivery is not to be believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// A header is not there.
    #[error("the header {0} is missing")]
    Missing(&'static str),
    /// A header came twice; which one was meant nobody can say.
    #[error("the header {0} came more than once")]
    Repeated(&'static str),
    /// The timestamp is no number of seconds.
    #[error("webhook-timestamp is not a whole number of seconds")]
    NotATime,
    /// The attempt is too long ago: perhaps somebody sends an old one again.
    #[error("the timestamp is too old: {secs} s ago, {} s are allowed", TOLERANCE.as_secs())]
    TooOld {
        /// Seconds since then.
        secs: u64,
    },
    /// The attempt lies ahead: a clock is wrong.
    #[error("the timestamp lies {secs} s ahead, {} s are allowed; look at this machine's clock", TOLERANCE.as_secs())]
    TooNew {
        /// Seconds until then.
        secs: u64,
    },
    /// There is no item with the version `v1`.
    #[error("webhook-signature has no item that begins with v1,")]
    NoSignature,
    /// Another secret signed, or body, id or time were changed.
    #[error("no signature matches: another secret signed, or the body is not byte for byte what was sent")]
    NoMatch,
}

/// Whether one of `secrets` signed this, within [`TOLERANCE`] of `now`.
///
/// # Errors
/// The [`Refusal`] says why not.
pub fn verify(secrets: &[ReceiverSecret], headers: &ReceivedHeaders, body: &[u8], now: Timestamp) -> Result<(), Refusal> {
    let id = one(ID_HEADER, &headers.id)?;
    let timestamp = one(TIMESTAMP_HEADER, &headers.timestamp)?;
    let signatures = one(SIGNATURE_HEADER, &headers.signature)?;
    let attempted = whole_seconds(timestamp).ok_or(Refusal::NotATime)?;
    // Whole seconds on both sides: the sender cut its own as well.
    let now = Timestamp::from_epoch_millis(now.epoch_secs().saturating_mul(1000));
    match (now.since(attempted), attempted.since(now)) {
        (age, _) if age > TOLERANCE => return Err(Refusal::TooOld { secs: age.as_secs() }),
        (_, ahead) if ahead > TOLERANCE => return Err(Refusal::TooNew { secs: ahead.as_secs() }),
        _ => {}
    }
    let items: Vec<&str> = signatures.split(' ').filter(|item| item.starts_with("v1,")).collect();
    if items.is_empty() {
        return Err(Refusal::NoSignature);
    }
    let signed = secrets.iter().any(|secret| {
        let ours = signature_item(&secret.0, id, timestamp, body);
        items.iter().any(|item| bool::from(item.as_bytes().ct_eq(ours.as_bytes())))
    });
    if signed { Ok(()) } else { Err(Refusal::NoMatch) }
}

fn one<'a>(name: &'static str, values: &'a [String]) -> Result<&'a str, Refusal> {
    match values {
        [] => Err(Refusal::Missing(name)),
        [value] => Ok(value),
        _ => Err(Refusal::Repeated(name)),
    }
}

fn whole_seconds(text: &str) -> Option<Timestamp> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let secs = text.parse::<i64>().ok().filter(|_| digits)?;
    Some(Timestamp::from_epoch_millis(secs.checked_mul(1000)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    const BODY: &[u8] = br#"{"test": 2432232314}"#;
    const GOOD: &str = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
    const AT: i64 = 1_614_265_330;

    fn headers(signature: &str) -> ReceivedHeaders {
        let at = AT.to_string();
        let fields = [
            ("Webhook-Id", "msg_p5jXN8AQM9LWM0D4loKWxJek"),
            ("webhook-timestamp", at.as_str()),
            ("WEBHOOK-SIGNATURE", signature),
            ("content-type", "application/json"),
        ];
        ReceivedHeaders::from_fields(fields.into_iter())
    }

    fn judge(headers: &ReceivedHeaders, secs: i64) -> Result<(), Refusal> {
        let secrets = ["whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD".parse().unwrap(), SECRET.parse().unwrap()];
        verify(&secrets, headers, BODY, Timestamp::from_epoch_millis(secs * 1000 + 999))
    }

    #[test]
    fn the_published_vector_is_believed_with_others_beside_it() {
        for signature in [GOOD.to_owned(), format!("v1,AAAA {GOOD}"), format!("v1a,xyz {GOOD}"), format!("{GOOD}  v2,b")] {
            assert_eq!(judge(&headers(&signature), AT), Ok(()), "{signature}");
        }
    }

    #[test]
    fn five_minutes_either_way_and_no_second_more() {
        let headers = headers(GOOD);
        assert_eq!((judge(&headers, AT + 300), judge(&headers, AT - 300)), (Ok(()), Ok(())));
        assert_eq!(judge(&headers, AT + 301), Err(Refusal::TooOld { secs: 301 }));
        assert_eq!(judge(&headers, AT - 301), Err(Refusal::TooNew { secs: 301 }));
        assert_eq!(headers.attempted_at(), Some(Timestamp::from_epoch_millis(AT * 1000)));
    }

    #[test]
    fn what_is_wrong_is_said() {
        assert_eq!(judge(&headers("v1,AAAA"), AT), Err(Refusal::NoMatch));
        assert_eq!(judge(&headers("v1a,AAAA"), AT), Err(Refusal::NoSignature));
        assert_eq!(judge(&ReceivedHeaders::default(), AT), Err(Refusal::Missing("webhook-id")));
        let twice = headers(GOOD);
        let twice = ReceivedHeaders { signature: [twice.signature.clone(), twice.signature].concat(), ..headers(GOOD) };
        assert_eq!(judge(&twice, AT), Err(Refusal::Repeated("webhook-signature")));
        for time in ["", "1614265330.5", "-1", "+1614265330", "soon", "99999999999999999999"] {
            let headers = ReceivedHeaders { timestamp: vec![time.to_owned()], ..headers(GOOD) };
            assert_eq!(judge(&headers, AT), Err(Refusal::NotATime), "{time}");
        }
        let other = verify(&[SECRET.parse().unwrap()], &headers(GOOD), b"{}", Timestamp::from_epoch_millis(AT * 1000));
        assert_eq!(other, Err(Refusal::NoMatch));
        let none = verify(&[], &headers(GOOD), BODY, Timestamp::from_epoch_millis(AT * 1000));
        assert_eq!(none, Err(Refusal::NoMatch));
    }

    #[test]
    fn secrets_have_one_form_and_do_not_print() {
        assert_eq!(format!("{:?}", SECRET.parse::<ReceiverSecret>().unwrap()), "ReceiverSecret(…)");
        for wrong in ["", "whsec_", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS", "whsec_-_-_"] {
            assert!(wrong.parse::<ReceiverSecret>().is_err(), "{wrong}");
        }
        let of = |count: usize| format!("whsec_{}", STANDARD.encode(vec![7; count])).parse::<ReceiverSecret>().is_ok();
        assert_eq!([23, 24, 64, 65].map(of), [false, true, true, false]);
    }
}
