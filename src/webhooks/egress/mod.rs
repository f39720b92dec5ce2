//! Where webhooks may go: the shape of the URL, and every address its name resolves to, when it is registered and again
//! when it is connected to. The connection goes only to addresses that were checked.

mod ranges;
mod resolver;
mod target;

pub use ranges::{SpecialUse, special_use};
pub use resolver::{CheckedResolver, Found, Lookup, NotAllowed, SystemLookup};
pub use target::{Target, UrlProblem};

/// Which targets are in bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct EgressPolicy {
    /// Whether this machine itself may be called, also by http and on any port. For development and demonstrations.
    pub allow_loopback: bool,
}

#[cfg(test)]
pub(super) mod table_tests;
