//! The report from outside: what stands in the PDF and in the result, for every kind of set.

mod samples;

use proofsheet::report::{RenderedReport, ReportFacts, ReportPhoto, render};

/// Every kind of set, by name.
fn sets() -> Vec<(&'static str, ReportFacts, Vec<ReportPhoto>)> {
    let mut long = samples::facts(true);
    long.reference = Some("A reference as long as a reference may be, with many words in it, so that it takes more than a line".into());
    vec![
        ("mixed", samples::facts(true), samples::mixed()),
        ("one-ready", samples::facts_of_the_command_line(), samples::ready(1)),
        ("fifty", samples::facts(true), samples::ready(50)),
        ("unreadable", samples::facts(true), samples::unreadable(8)),
        ("odd", long, samples::odd()),
        ("without-pictures", samples::facts(false), samples::without_pictures(samples::mixed())),
    ]
}

fn rendered(facts: &ReportFacts, photos: &[ReportPhoto]) -> RenderedReport {
    render(facts, photos).unwrap()
}

#[test]
fn every_kind_of_set_can_be_rendered_and_looked_at() {
    for (name, facts, photos) in sets() {
        let report = rendered(&facts, &photos);
        assert!(report.pdf.starts_with(b"%PDF-1.7"), "{name}");
        if let Some(directory) = std::env::var_os("PROOFSHEET_TEST_PDF_DIR") {
            let directory = std::path::PathBuf::from(directory);
            std::fs::write(directory.join(format!("{name}.pdf")), &report.pdf).unwrap();
            std::fs::write(directory.join(format!("{name}.json")), &report.result_json).unwrap();
        }
    }
}
