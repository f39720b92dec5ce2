//! What can go wrong in the vault.

/// Why a value, key or object could not be sealed, opened or checked. Says nothing about what was inside.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VaultError {
    /// The value was sealed under a key the ring does not hold (any more).
    #[error("the key ring has no key named {kid}")]
    UnknownKey {
        /// The ring key it names.
        kid: String,
    },
    /// The bytes do not have the form of a sealed value.
    #[error("this is not a sealed value of a form this version reads")]
    Malformed,
    /// Changed, cut, or sealed for another place.
    #[error("the sealed value was changed or belongs elsewhere")]
    Forged,
    /// The object was sealed under another report's key.
    #[error("the object was sealed under another report key")]
    WrongReportKey,
    /// More bytes than the cipher may take under one key.
    #[error("too large to be sealed")]
    TooLarge,
    /// The opened value is not text.
    #[error("the sealed value is not UTF-8 text")]
    NotText,
    /// The signature is not by this key over these bytes.
    #[error("the signature does not fit")]
    BadSignature,
}

/// Why a key ring cannot be read. Names the line, never what stands in it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyRingError {
    /// No key at all.
    #[error("the key ring holds no key; each line is a name, a colon and 32 bytes in base64")]
    Empty,
    /// A line without a colon.
    #[error("line {line} of the key ring is not a name, a colon and 32 bytes in base64")]
    NotAKey {
        /// Number of the line, from 1.
        line: usize,
    },
    /// A name that is too long or has other characters.
    #[error("line {line} of the key ring: a key's name has 1 to 32 characters out of a-z, 0-9 and -")]
    BadName {
        /// Number of the line, from 1.
        line: usize,
    },
    /// Not 32 bytes in padded standard base64.
    #[error("line {line} of the key ring: the key is not 32 bytes in base64")]
    BadKey {
        /// Number of the line, from 1.
        line: usize,
    },
    /// A name or a key that stood in an earlier line already.
    #[error("line {line} of the key ring repeats the name or the key of an earlier line")]
    Repeated {
        /// Number of the line, from 1.
        line: usize,
    },
}
