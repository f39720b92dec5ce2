//! `proofsheet demo` needs nothing and does the whole main job.

use std::process::{Command, Stdio};

use crate::support::service::{PROGRAM, Scratch};

#[test]
fn demo_does_the_whole_job_and_says_where_the_report_is() {
    let scratch = Scratch::new("demo");
    let output = Command::new(PROGRAM)
        .args(["demo", "--output"])
        .arg(scratch.path())
        .current_dir(scratch.path())
        .env_clear()
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}\n{}", String::from_utf8_lossy(&output.stderr));
    let pdf = said.split_whitespace().find(|word| word.ends_with(".pdf")).unwrap_or_else(|| panic!("no report in {said}"));
    let document = lopdf::Document::load(scratch.path().join(pdf)).unwrap();
    assert!(document.get_pages().len() >= 9, "cover and a page for each of eight photos");
    assert!(said.to_lowercase().contains("verified"), "{said}");
}
