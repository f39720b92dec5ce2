//! What an API key is for: the real thing, or trying it out.

use std::fmt;
use std::str::FromStr;

/// The mode of an API key. It stands in the key's text and never changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum KeyMode {
    /// `ps_live_…`.
    #[default]
    Live,
    /// `ps_test_…`: reports say so on every page, and nothing is counted.
    Test,
}

impl KeyMode {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Live, Self::Test];

    /// The word in the API and in the key.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Test => "test",
        }
    }

    /// Whether what is made is for trying out.
    pub const fn is_test(self) -> bool {
        matches!(self, Self::Test)
    }

    /// As a row has it.
    pub const fn of(is_test: bool) -> Self {
        if is_test { Self::Test } else { Self::Live }
    }
}

impl FromStr for KeyMode {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|mode| mode.slug() == text).ok_or(())
    }
}

impl fmt::Display for KeyMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.slug())
    }
}
