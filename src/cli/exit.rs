//! Exit codes: stable, one meaning each.

use std::process::ExitCode;

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExitStatus {
    /// It did what it says.
    Success = 0,
    /// `analyze`: some photos broke a rule of the spec. `doctor`: something is wrong.
    Findings = 1,
    /// It could not do it; the reason is on standard error.
    Failure = 2,
    /// Another program listens on the address.
    AddressInUse = 3,
    /// Another process uses the data directory.
    DataDirInUse = 4,
    /// The database's tables are newer than this program, or older and not to be changed at a start.
    OtherSchema = 5,
}

impl From<ExitStatus> for ExitCode {
    fn from(status: ExitStatus) -> Self {
        Self::from(status as u8)
    }
}
