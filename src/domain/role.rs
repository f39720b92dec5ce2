//! Who a signed-in person is.

use std::fmt;
use std::str::FromStr;

/// A person's role. `admin` runs the service and belongs to no agency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// Runs the agency's account.
    Owner,
    /// Works for the agency.
    Member,
    /// Operates the service; never sees photos or reports.
    Admin,
}

impl Role {
    /// All roles.
    pub const ALL: [Self; 3] = [Self::Owner, Self::Member, Self::Admin];

    /// The word in the database and on the command line.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Member => "member",
            Self::Admin => "admin",
        }
    }
}

impl FromStr for Role {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|role| role.slug() == text).ok_or_else(|| "a role is owner, member or admin".to_owned())
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.slug())
    }
}
