//! The public catalogue of problems is the table in the code, and `docs/errors.md` shows it.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

use proofsheet::http::ProblemKind;
use proofsheet::measure::{FindingKind, PhotoProblem};

fn page() -> String {
    let mut text = String::from(
        "# Problems\n\nEvery error is `application/problem+json` (RFC 9457). `code` never changes its meaning; `detail` is for people.\n\
         This page is made from the table in `src/http/kind.rs` and `src/measure/result.rs`; a test holds them together.\n\n\
         ## Answers\n\n| status | code | title | what to do |\n|---|---|---|---|\n",
    );
    for kind in ProblemKind::ALL {
        let row = kind.row();
        writeln!(text, "| {} | `{}` | {} | {} |", row.status, row.slug, row.title, row.advice).unwrap();
    }
    text.push_str("\n## Photos that cannot be measured\n\nThey fail alone; the others of the set go on.\n\n| problem | what it means and what to do |\n|---|---|\n");
    for problem in PhotoProblem::ALL {
        writeln!(text, "| `{}` | {} |", problem.slug(), problem.sentence()).unwrap();
    }
    text
}

#[test]
fn codes_are_unique_and_words_are_plain() {
    let rows = ProblemKind::ALL.map(ProblemKind::row);
    assert_eq!(rows.iter().map(|row| row.slug).collect::<BTreeSet<_>>().len(), rows.len());
    for row in rows {
        assert!(row.slug.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-'), "{}", row.slug);
        assert!(row.advice.ends_with('.') && !row.title.ends_with('.'), "{}", row.slug);
        assert!((400..600).contains(&row.status), "{}", row.slug);
    }
}

#[test]
fn errors_md_is_this_table() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/errors.md");
    if std::env::var_os("PROOFSHEET_UPDATE_DOCS").is_some() {
        std::fs::write(&path, page()).unwrap();
    }
    let shown = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(shown == page(), "docs/errors.md is not the table; make it anew: PROOFSHEET_UPDATE_DOCS=1 cargo test errors_md");
}

#[test]
fn formats_md_says_when_each_problem_comes() {
    let page = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/formats.md")).unwrap();
    let (read, refused) = page.split_once("## What is refused").unwrap();
    let cells = |part: &str| {
        part.lines().filter_map(|line| line.strip_prefix("| ")?.split(" |").next().map(str::to_owned)).collect::<Vec<_>>()
    };
    let told: BTreeSet<String> =
        cells(refused).into_iter().filter_map(|cell| Some(cell.strip_prefix('`')?.strip_suffix('`')?.to_owned())).collect();
    assert_eq!(told, PhotoProblem::ALL.iter().map(|problem| problem.slug().to_owned()).collect());
    for format in ["JPEG", "PNG", "WebP", "TIFF", "GIF"] {
        assert!(cells(read).contains(&format.to_owned()), "{format}");
    }
    for kind in [FindingKind::CmykColors, FindingKind::SeveralPictures, FindingKind::IndexedColors, FindingKind::FileIncomplete] {
        assert!(read.contains(&format!("`{}`", kind.slug())), "{kind:?}");
    }
    let limits = proofsheet::ingest::Limits::default();
    for words in [
        format!("{} megapixels", limits.pixels_max / 1_000_000),
        format!("{},{:03} px", limits.edge_px_max / 1000, limits.edge_px_max % 1000),
        format!("{} GiB at once", limits.decoder_bytes_max >> 30),
        format!("{} MiB of metadata, or {} MiB of colour profile", limits.metadata_bytes_max >> 20, limits.icc_bytes_max >> 20),
    ] {
        assert!(refused.contains(&words), "{words}");
    }
}
