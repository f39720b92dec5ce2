//! README's own lines, run as they stand: blocks of ```sh that are marked `<!-- tested -->` on the line before.

use std::path::Path;
use std::process::Command;

use crate::fixtures::fixture;
use crate::support::Service;
use crate::support::service::{PROGRAM, Scratch};

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
    let folder = lines_work("README.md", &["/v1/analyses", "report.pdf", "DELETE", "webhook listen"]);
    let seen = std::fs::read_to_string(folder.path().join("webhooks.txt")).unwrap();
    assert!(seen.trim_end().ends_with("analysis.completed  verified, answered 204"), "{seen}");
    let events = std::fs::read_to_string(folder.path().join("events.json")).unwrap();
    assert!(events.contains(r#""type":"analysis.completed""#), "{events}");
}

#[test]
fn the_lines_of_the_guide_to_uploads_work() {
    lines_work("docs/api-uploads.md", &["Idempotency-Key", "/photos/1", "/submit", "report.pdf"]);
}

/// Runs the marked blocks of a page against a service; they fetch `report.pdf`.
fn lines_work(page: &str, needed: &[&str]) -> Scratch {
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
    // and a port of this test's own for the receiver
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let script = format!("set -eu\n{}", blocks.join("\n")).replace("9009", &port.to_string());
    let programs = Path::new(PROGRAM).parent().unwrap().display().to_string();
    let path = std::env::var("PATH").unwrap_or_default();
    let output = Command::new("bash")
        .args(["-c", &script])
        .current_dir(scratch.path())
        .env("PROOFSHEET_URL", &service.url)
        .env("PROOFSHEET_KEY", service.key())
        .env("PATH", format!("{programs}:{path}"))
        .output()
        .unwrap();
    let said = format!("{}\n{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{script}\n---\n{said}");
    assert!(!said.contains("\"code\":"), "a line was answered with a problem:\n{script}\n---\n{said}");
    let pdf = std::fs::read(scratch.path().join("report.pdf")).expect("the page fetches report.pdf");
    assert_eq!(&pdf[..5], b"%PDF-");
    scratch
}
