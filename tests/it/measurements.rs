//! `docs/measurements.md` is rendered from the catalogue of numbers and findings; none is missing there.

use std::fmt::Write as _;
use std::path::Path;

use proofsheet::measure::finding::FindingKind;
use proofsheet::measure::metric::Metric;

const HEAD: &str = "# Measurements

Every number of a photo with its definition, and every finding with its threshold. Rendered from the program. Numbers marked · are in
the PDF too, all are in the JSON. A number has a *method id*: it changes when the number would. Structure is measured on coded luma (the
file's own Y plane, or BT.601 of R'G'B' where there is none), color after the profile on the small picture. How each agrees with other
people's code: `make verify-references`. Sets of photos: `docs/sets.md`; metadata: `docs/metadata.md`; cost: `docs/performance.md`.

## Numbers
";

const FINDINGS: &str = "
## Findings

A number past a documented default threshold. The thresholds are defaults, not truths; none is a verdict.
";

fn page() -> String {
    let mut page = String::from(HEAD);
    for metric in Metric::ALL {
        let definition = metric.definition();
        let unit = if definition.unit.is_empty() { String::new() } else { format!(", {}", definition.unit) };
        let printed = if metric.is_printed() { " ·" } else { "" };
        write!(page, "\n**{}**{printed} `{}`{unit}  \n", definition.title, definition.id).unwrap();
        writeln!(page, "{} Method `{}`.", definition.definition, definition.method).unwrap();
    }
    page.push_str(FINDINGS);
    for kind in FindingKind::ALL {
        write!(page, "\n**{}** `{}`  \n{} {}\n", kind.title(), kind.slug(), kind.rule(), kind.advice()).unwrap();
    }
    page
}

#[test]
fn measurements_md_is_rendered_from_the_catalogue() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/measurements.md");
    if std::env::var_os("PROOFSHEET_UPDATE_DOCS").is_some() {
        std::fs::write(&path, page()).unwrap();
    }
    let there = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        there == page(),
        "docs/measurements.md is not as rendered; make it anew: PROOFSHEET_UPDATE_DOCS=1 cargo test measurements_md"
    );
}
