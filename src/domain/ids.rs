//! Typed, prefixed, time-sortable and unguessable identifiers: `an_` + 26 characters of Crockford base 32
//! (48 bits of epoch milliseconds, 80 random bits; the layout of a ULID).

use std::fmt;
use std::str::FromStr;

use rand::Rng;

use super::Timestamp;

const CROCKFORD: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Characters after the prefix.
const BODY_LEN: usize = 26;

/// Why a text is not an identifier of the asked kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not an identifier of the form {prefix}_ and 26 characters")]
pub struct IdError {
    /// The prefix that was expected.
    pub prefix: &'static str,
}

fn encode(now: Timestamp, random: [u8; 10]) -> String {
    let millis = u128::from(now.epoch_millis().unsigned_abs() & 0xffff_ffff_ffff);
    let entropy = random.iter().fold(0_u128, |acc, byte| (acc << 8) | u128::from(*byte));
    let value = (millis << 80) | entropy;
    (0..BODY_LEN).rev().map(|digit| char::from(CROCKFORD[((value >> (5 * digit)) & 31) as usize])).collect()
}

fn is_body(body: &str) -> bool {
    body.len() == BODY_LEN && body.bytes().all(|byte| CROCKFORD.contains(&byte))
}

macro_rules! typed_id {
    ($(#[$doc:meta] $name:ident = $prefix:literal;)*) => {$(
        #[$doc]
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// The kind's prefix, without the underscore.
            pub const PREFIX: &'static str = $prefix;

            /// A new identifier: sortable by `now`, 80 random bits.
            pub fn generate(now: Timestamp) -> Self {
                let mut random = [0_u8; 10];
                rand::rng().fill_bytes(&mut random);
                Self(format!("{}_{}", $prefix, encode(now, random)))
            }

            /// The smallest identifier of that millisecond: what was made at `at` or later sorts from here on.
            pub fn earliest(at: Timestamp) -> Self {
                Self(format!("{}_{}", $prefix, encode(at, [0; 10])))
            }

            /// The text form, prefix included.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = IdError;
            fn from_str(text: &str) -> Result<Self, IdError> {
                let body = text.strip_prefix($prefix).and_then(|rest| rest.strip_prefix('_'));
                match body {
                    Some(body) if is_body(body) => Ok(Self(text.to_owned())),
                    _ => Err(IdError { prefix: $prefix }),
                }
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    )*};
}

typed_id! {
    /// An analysis: 1..50 photos, one report.
    AnalysisId = "an";
    /// A report of an analysis.
    ReportId = "rp";
    /// A webhook endpoint.
    EndpointId = "ep";
    /// An event; also the `webhook-id` of every delivery of it.
    EventId = "ev";
    /// One event to one endpoint.
    DeliveryId = "dl";
    /// An API key (its row, never the key itself).
    ApiKeyId = "key";
    /// An agency: the tenant.
    AgencyId = "ag";
    /// A person who signs in.
    UserId = "us";
    /// A signed-in browser.
    SessionId = "se";
    /// A signed deletion receipt.
    ReceiptId = "rc";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_sort_by_time_and_parse_back() {
        let early = AnalysisId::generate(Timestamp::from_epoch_millis(1_000));
        let late = AnalysisId::generate(Timestamp::from_epoch_millis(2_000));
        assert!(early < late);
        assert!(AnalysisId::earliest(Timestamp::from_epoch_millis(2_000)) <= late);
        assert!(AnalysisId::earliest(Timestamp::from_epoch_millis(1_001)) > early);
        assert_eq!(early.as_str().parse::<AnalysisId>(), Ok(early.clone()));
        assert!(early.as_str().parse::<ReportId>().is_err());
        assert!("an_short".parse::<AnalysisId>().is_err());
        assert!(format!("{early}x").parse::<AnalysisId>().is_err());
    }
}
