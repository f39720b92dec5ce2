//! What a password must be: long, and nothing else (NIST SP 800-63B-4, 3.1.1.2: 15 characters where it is the only factor,
//! no rules of composition, no expiry).

use rand::RngExt as _;
use zeroize::Zeroizing;

use super::AccountError;

/// Least characters.
pub const CHARS_MIN: usize = 15;
/// Most characters.
pub const CHARS_MAX: usize = 128;
/// Characters of a generated one: 24 of base 62 are 142 bits.
const GENERATED_CHARS: usize = 24;

/// Checks the length, in characters of any script.
///
/// # Errors
/// [`AccountError::PasswordTooShort`] and [`AccountError::PasswordTooLong`], with both numbers.
pub fn check(password: &str) -> Result<(), AccountError> {
    let chars = password.chars().count();
    if chars < CHARS_MIN {
        return Err(AccountError::PasswordTooShort { chars, min: CHARS_MIN });
    }
    if chars > CHARS_MAX {
        return Err(AccountError::PasswordTooLong { chars, max: CHARS_MAX });
    }
    Ok(())
}

/// A random password, for the first start and for the operator's commands.
pub fn generate() -> Zeroizing<String> {
    random_base62(GENERATED_CHARS)
}

/// Digits and letters.
pub(super) const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// Random characters of [`BASE62`], each as likely as any other.
pub(super) fn random_base62(chars: usize) -> Zeroizing<String> {
    let mut rng = rand::rng();
    Zeroizing::new((0..chars).map(|_| char::from(BASE62[rng.random_range(0..BASE62.len())])).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn length_counts_characters_of_any_script() {
        assert!(check(&"é".repeat(CHARS_MIN)).is_ok());
        assert!(check(&"漢".repeat(CHARS_MAX)).is_ok());
        assert!(matches!(check("fourteen chars"), Err(AccountError::PasswordTooShort { chars: 14, min: 15 })));
        assert!(matches!(check(&"x".repeat(129)), Err(AccountError::PasswordTooLong { chars: 129, max: 128 })));
        assert!(check(&generate()).is_ok());
        assert_ne!(*generate(), *generate());
    }
}
