//! README's own lines, run as they stand: blocks of ```sh that are marked `<!-- tested -->` on the line before.

use std::path::Path;
use std::process::Command;

use crate::fixtures::fixture;
use crate::support::Service;
use crate::support::service::Scratch;

/// The marked blocks, in order.
fn tested_blocks(page: &str) -> Vec<String> {
    let mut lines = page.lines().peekable();
    let mut blocks = Vec::new();
    while let Some(line) = lines.next() {
        if line.trim() == "<!-- tested -->" && lines.peek().is_some_and(|next| next.trim() == "```sh") {
            lines.next();
            let block: Vec<&str> = lines.by_ref().take_while(|line| line.trim() != "```").collect();
            blocks.push(block.join("\n"));
        }
    }
    blocks
}

#[test]
fn marked_blocks_are_found_and_others_are_not() {
    let page = "```sh\nrm -rf /\n```\n<!-- tested -->\n```sh\necho 1\necho 2\n```\n";
    assert_eq!(tested_blocks(page), ["echo 1\necho 2"]);
}

#[test]
fn the_lines_of_the_readme_work() {
    lines_work("README.md", &["/v1/analyses", "report.pdf", "DELETE"]);
}

#[test]
fn the_lines_of_the_guide_to_uploads_work() {
    lines_work("docs/api-uploads.md", &["Idempotency-Key", "/photos/1", "/submit", "report.pdf"]);
}

/// Runs the marked blocks of a page against a service; they fetch `report.pdf`.
fn lines_work(page: &str, needed: &[&str]) {
    let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(page)).unwrap_or_default();
    let blocks = tested_blocks(&text);
    assert!(!blocks.is_empty(), "{page} has no block marked <!-- tested -->");
    for needed in needed {
        assert!(blocks.iter().any(|block| block.contains(needed)), "{page} shows no {needed}");
    }
    let service = Service::start();
    let scratch = Scratch::new("readme");
    std::fs::copy(fixture("photos/rocket.jpg"), scratch.path().join("photo.jpg")).unwrap();
    // one shell for all, so that a block may use what an earlier one has set
    let script = format!("set -eu\n{}", blocks.join("\n"));
    let output = Command::new("bash")
        .args(["-c", &script])
        .current_dir(scratch.path())
        .env("PROOFSHEET_URL", &service.url)
        .env("PROOFSHEET_KEY", service.key())
        .output()
        .unwrap();
    let said = format!("{}\n{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{script}\n---\n{said}");
    assert!(!said.contains("\"code\":"), "a line was answered with a problem:\n{script}\n---\n{said}");
    let pdf = std::fs::read(scratch.path().join("report.pdf")).expect("the page fetches report.pdf");
    assert_eq!(&pdf[..5], b"%PDF-");
}
