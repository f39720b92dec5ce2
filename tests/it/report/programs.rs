//! Other people's programs that read PDF: qpdf, poppler, MuPDF. A test that needs one fails where it is missing.

use std::ffi::OsStr;
use std::process::Command;

/// What a program answered.
pub struct Answer {
    /// Its exit code.
    pub code: i32,
    /// What it printed.
    pub out: Vec<u8>,
    /// What it complained of, a line each.
    pub complaints: Vec<String>,
}

impl Answer {
    /// What it printed, as text.
    pub fn text(&self) -> String {
        String::from_utf8(self.out.clone()).unwrap()
    }

    /// The same answer, which must be without any complaint.
    pub fn content(self, about: &str) -> Self {
        assert!(self.code == 0 && self.complaints.is_empty(), "{about}: ended with {}: {:#?}", self.code, self.complaints);
        self
    }
}

/// Longest time a program gets, in s: one that does not end is a failure, not a wait without end.
const LIMIT_S: &str = "120";

/// What `timeout` ends with when there is no such program.
const NOT_FOUND: i32 = 127;

/// Runs a program of a Debian package.
pub fn run(program: &str, arguments: &[&OsStr]) -> Answer {
    let package = match program {
        "qpdf" => "qpdf",
        "mutool" => "mupdf-tools",
        _ => "poppler-utils",
    };
    let mut command = Command::new("timeout");
    let output = command.args([LIMIT_S, program]).args(arguments).env("LC_ALL", "C.UTF-8").output().unwrap();
    let code = output.status.code().unwrap_or(-1);
    assert!(code != NOT_FOUND, "{program} is missing: install {package}, or let `make setup` do it");
    let complaints = String::from_utf8_lossy(&output.stderr).lines().filter(|line| !line.is_empty()).map(Into::into).collect();
    Answer { code, out: output.stdout, complaints }
}
