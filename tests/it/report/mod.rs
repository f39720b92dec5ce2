//! The report from outside: what stands in the PDF and in the result, for every kind of set.

mod alike;
mod composed;
mod conformance;
mod expected;
mod json;
mod kinds;
mod layout;
mod looks;
mod parsers;
mod pdf;
mod picture;
mod placed;
mod programs;
mod rendered;
mod said;
mod samples;
mod text;
mod words;

use std::sync::LazyLock;

use proofsheet::report::{RenderedReport, ReportFacts, ReportPhoto, render};

/// Every kind of set, by name.
fn sets() -> Vec<(&'static str, ReportFacts, Vec<ReportPhoto>)> {
    let mut long = samples::facts(true);
    long.reference =
        Some("A reference as long as a reference may be, with many words in it, so that it takes more than a line".into());
    vec![
        ("mixed", samples::facts(true), samples::mixed()),
        ("one-ready", samples::facts_of_the_command_line(), samples::ready(1)),
        ("fifty", samples::facts(true), samples::ready(50)),
        ("unreadable", samples::facts(true), samples::unreadable(8)),
        ("odd", long, samples::odd()),
        ("provenance", samples::facts_of_provenance(), samples::talkative()),
        ("alike", samples::facts(true), alike::photos(14)),
        ("fifty-alike", samples::facts(true), alike::photos(50)),
        ("test", samples::facts_of_a_test(), samples::mixed()),
        ("letter-test", looks::on_letter(samples::facts_of_a_test()), samples::talkative()),
        ("branded-letter", looks::branded(), samples::mixed()),
        ("letter-alike", looks::on_letter(samples::facts(true)), alike::photos(14)),
        ("letter-provenance", looks::on_letter(samples::facts_of_provenance()), samples::talkative()),
        ("without-pictures", samples::facts(false), samples::without_pictures(samples::mixed())),
        ("shapes", samples::facts(true), kinds::shapes()),
        ("silent", samples::facts_of_provenance(), kinds::silent()),
        ("laden", kinds::facts_of_much(), kinds::laden()),
        ("scripts", kinds::facts_in_scripts(), kinds::in_scripts()),
    ]
}

fn rendered(facts: &ReportFacts, photos: &[ReportPhoto]) -> RenderedReport {
    render(facts, photos).unwrap()
}

/// A set with its report.
struct Sample {
    name: &'static str,
    report: RenderedReport,
}

/// Every kind of set with its report, made once.
static REPORTS: LazyLock<Vec<Sample>> = LazyLock::new(|| {
    sets().into_iter().map(|(name, facts, photos)| Sample { name, report: rendered(&facts, &photos) }).collect()
});

#[test]
fn every_kind_of_set_can_be_rendered_and_looked_at() {
    for Sample { name, report } in REPORTS.iter() {
        assert!(report.pdf.starts_with(b"%PDF-1.7"), "{name}");
        if let Some(directory) = std::env::var_os("PROOFSHEET_TEST_PDF_DIR") {
            let directory = std::path::PathBuf::from(directory);
            std::fs::write(directory.join(format!("{name}.pdf")), &report.pdf).unwrap();
            std::fs::write(directory.join(format!("{name}.json")), &report.result_json).unwrap();
        }
    }
}

#[test]
fn what_contradicts_itself_is_an_error_with_its_place() {
    use proofsheet::measure::PhotoOutcome;
    use proofsheet::report::ReportError;

    let facts = samples::facts(true);
    assert_eq!(render(&facts, &[]), Err(ReportError::PhotoCount { actual: 0, most: 50 }));
    assert_eq!(render(&facts, &samples::ready(51)), Err(ReportError::PhotoCount { actual: 51, most: 50 }));
    let change = |change: &dyn Fn(&mut proofsheet::measure::PhotoMeasurements)| {
        let mut photos = samples::ready(2);
        if let PhotoOutcome::Measured(measured) = &mut photos[1].outcome {
            change(measured);
        }
        render(&facts, &photos).unwrap_err()
    };
    let shape = |what| ReportError::Shape { number: 2, what };
    assert_eq!(change(&|photo| photo.histogram.as_mut().unwrap().red.truncate(9)), shape("the histogram"));
    assert_eq!(change(&|photo| photo.measurements[0].value = Some(f64::NAN)), shape("a measurement"));
    assert_eq!(change(&|photo| photo.palette[0].share = 7.0), shape("the palette"));
    assert_eq!(change(&|photo| photo.file.sha256.clear()), shape("the SHA-256"));
    assert_eq!(change(&|photo| photo.pictures.as_mut().unwrap().focus.rows += 1), shape("the focus map"));
    assert_eq!(change(&|photo| photo.pictures.as_mut().unwrap().clipping.lost.clear()), shape("the clipping map"));
    assert_eq!(change(&|photo| photo.pictures = None), ReportError::Pictures { number: 2 });
    let preview = |which| ReportError::Preview { number: 2, which };
    assert_eq!(change(&|photo| photo.pictures.as_mut().unwrap().preview.jpeg = b"no jpeg".to_vec()), preview("preview"));
    assert_eq!(change(&|photo| photo.pictures.as_mut().unwrap().thumbnail.width_px += 1), preview("thumbnail"));
    let mut photos = samples::ready(2);
    photos[1].number = 7;
    assert_eq!(render(&facts, &photos), Err(ReportError::PhotoOrder { number: 7, expected: 2 }));
    let long = ReportFacts { verify_url: Some("x".repeat(5000)), ..facts };
    assert_eq!(render(&long, &samples::ready(1)), Err(ReportError::VerifyAddress));
}
