//! `v1/r07/20261121/<26 characters>-report`: retention class, day, an identifier that is never used again, part.
//!
//! The identifier has the layout of the product's ids (48 bits of milliseconds, 80 random bits; lower-case Crockford base 32), so
//! names of a day sort by time, tell their age, and cannot be guessed. The class stands first so that a bucket's lifecycle rule
//! can be a backstop for each class.

use std::fmt;
use std::str::FromStr;

use crate::domain::{Product, Timestamp};

const CROCKFORD: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
const TOKEN_LEN: usize = 26;
const RANDOM_LEN: usize = 10;
const VERSION: &str = "v1";

/// Which object it is; in the order of their words, so that names sort as their texts do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// What was measured of one photo of an analysis that is still open.
    Partial,
    /// The PDF.
    Report,
    /// The result JSON with the previews.
    Result,
}

impl Part {
    /// All parts.
    pub const ALL: [Self; 3] = [Self::Report, Self::Result, Self::Partial];

    /// The word in object names, also bound into the sealing.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Report => "report",
            Self::Result => "result",
            Self::Partial => "partial",
        }
    }
}

/// A text that is not the name of an object.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not an object name of the form v1/r07/20261121/<26 characters>-report")]
pub struct NameError;

/// The name of one object. Only ever made of the product, the time and chance.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectName {
    class: &'static str,
    day: String,
    token: String,
    part: Part,
}

impl ObjectName {
    /// A new name for an object born `now`.
    pub fn new(product: Product, now: Timestamp, part: Part) -> Self {
        let mut random = [0_u8; RANDOM_LEN];
        rand::Rng::fill_bytes(&mut rand::rng(), &mut random);
        Self { class: product.retention_class(), day: now.day_digits(), token: encode(now, random), part }
    }

    /// A new name for a partial result born `now`. It lives for an hour, so it stands in the class that ends first.
    pub fn partial(now: Timestamp) -> Self {
        Self::new(Product::Snapshot, now, Part::Partial)
    }

    /// Which object it is.
    pub const fn part(&self) -> Part {
        self.part
    }

    /// When the name was made.
    pub fn born_at(&self) -> Timestamp {
        let value = self.token.bytes().fold(0_u128, |value, byte| (value << 5) | u128::from(digit(byte).unwrap_or(0)));
        Timestamp::from_epoch_millis(i64::try_from(value >> (8 * RANDOM_LEN)).unwrap_or(i64::MAX))
    }

    /// The folder and the file, for a store that has folders.
    pub(super) fn folder(&self) -> String {
        format!("{VERSION}/{}/{}", self.class, self.day)
    }

    pub(super) fn file(&self) -> String {
        format!("{}-{}", self.token, self.part.slug())
    }
}

fn encode(now: Timestamp, random: [u8; RANDOM_LEN]) -> String {
    let millis = u128::from(now.epoch_millis().unsigned_abs() & 0xffff_ffff_ffff);
    let value = random.iter().fold(millis, |value, byte| (value << 8) | u128::from(*byte));
    (0..TOKEN_LEN).rev().map(|place| char::from(CROCKFORD[((value >> (5 * place)) & 31) as usize])).collect()
}

fn digit(byte: u8) -> Option<u8> {
    CROCKFORD.iter().position(|known| *known == byte).and_then(|place| u8::try_from(place).ok())
}

fn class_of(text: &str) -> Result<&'static str, NameError> {
    Product::ALL.into_iter().map(Product::retention_class).find(|class| *class == text).ok_or(NameError)
}

fn is_day(text: &str) -> bool {
    text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_digit())
}

impl FromStr for ObjectName {
    type Err = NameError;
    fn from_str(text: &str) -> Result<Self, NameError> {
        let mut steps = text.split('/');
        let (Some(VERSION), Some(class), Some(day), Some(file), None) =
            (steps.next(), steps.next(), steps.next(), steps.next(), steps.next())
        else {
            return Err(NameError);
        };
        let (token, part) = file.split_once('-').ok_or(NameError)?;
        let part = Part::ALL.into_iter().find(|known| known.slug() == part).ok_or(NameError)?;
        // The first character holds the top 3 of 128 bits: above 7 it would be another value's second spelling.
        let is_token = token.len() == TOKEN_LEN && token.bytes().all(|byte| digit(byte).is_some()) && token.as_bytes()[0] <= b'7';
        if !is_token || !is_day(day) {
            return Err(NameError);
        }
        Ok(Self { class: class_of(class)?, day: day.to_owned(), token: token.to_owned(), part })
    }
}

impl fmt::Display for ObjectName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{VERSION}/{}/{}/{}-{}", self.class, self.day, self.token, self.part.slug())
    }
}

/// Which objects a listing is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Prefix {
    /// All of them.
    All,
    /// Those of one product's retention class.
    Class(Product),
}

impl Prefix {
    pub(super) fn classes(self) -> Vec<&'static str> {
        match self {
            Self::All => Product::ALL.into_iter().map(Product::retention_class).collect(),
            Self::Class(product) => vec![product.retention_class()],
        }
    }

    pub(super) const fn version() -> &'static str {
        VERSION
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_tells_class_day_and_age_and_parses_back() {
        let now = Timestamp::from_epoch_millis(1_795_270_800_123);
        let name = ObjectName::new(Product::Snapshot, now, Part::Report);
        let text = name.to_string();
        assert!(text.starts_with("v1/r07/20261121/") && text.ends_with("-report"), "{text}");
        assert_eq!(text.len(), "v1/r07/20261121/".len() + 26 + "-report".len());
        assert_eq!(text.parse(), Ok(name.clone()));
        assert_eq!(name.born_at(), now);
        assert_ne!(name, ObjectName::new(Product::Snapshot, now, Part::Report));
        let later = ObjectName::new(Product::Snapshot, Timestamp::from_epoch_millis(now.epoch_millis() + 1), Part::Report);
        assert!(name < later && name.to_string() < later.to_string());
    }

    #[test]
    fn nothing_else_is_a_name() {
        let good = "v1/r14/20261121/01kackx4sv0000000000000000-result";
        assert!(good.parse::<ObjectName>().is_ok());
        for bad in [
            "",
            "v1/r14/20261121/01kackx4sv0000000000000000-photo",
            "v1/r14/20261121/01kackx4sv0000000000000000",
            "v1/r14/20261121/01KACKX4SV0000000000000000-result",
            "v1/r14/20261121/81kackx4sv0000000000000000-result",
            "v1/r14/20261121/01kackx4sv000000000000000u-result",
            "v1/r14/2026112/01kackx4sv0000000000000000-result",
            "v1/r15/20261121/01kackx4sv0000000000000000-result",
            "v2/r14/20261121/01kackx4sv0000000000000000-result",
            "v1/r14/20261121/../01kackx4sv0000000000000000-result",
            "/v1/r14/20261121/01kackx4sv0000000000000000-result",
            "v1/r14/20261121/01kackx4sv0000000000000000-result/",
            "v1/../20261121/01kackx4sv0000000000000000-result",
            "v1/r14/20261121/01kackx4sv0000000000000000-result\0",
        ] {
            assert_eq!(bad.parse::<ObjectName>(), Err(NameError), "{bad}");
        }
    }

    proptest::proptest! {
        #[test]
        fn what_parses_prints_the_same(text in "v1/r(07|14|30|31)/[0-9]{7,9}/[0-9a-z]{25,27}-(report|result|other)") {
            if let Ok(name) = text.parse::<ObjectName>() {
                proptest::prop_assert_eq!(name.to_string(), text);
            }
        }
    }
}
