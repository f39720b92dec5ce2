//! Every report is read by three parsers that share no code with ours, and none has anything to say against it.

use std::path::Path;

use lopdf::Document;

use crate::support::scratch::Scratch;

use super::programs::{Answer, run};
use super::{REPORTS, Sample};

/// Each report as a file, with its name and how many pages it has.
fn each_as_file(test: impl Fn(&str, &Path, usize)) {
    let folder = Scratch::new("report-parsers");
    for Sample { name, report } in REPORTS.iter() {
        let path = folder.put("report.pdf", &report.pdf);
        test(name, &path, Document::load_mem(&report.pdf).unwrap().get_pages().len());
    }
}

fn check(path: &Path) -> Answer {
    run("qpdf", &["--check".as_ref(), path.as_ref()])
}

fn info(path: &Path) -> Answer {
    run("pdfinfo", &[path.as_ref()])
}

/// All pages of poppler, small and grey, one behind the other.
fn drawn(path: &Path) -> Answer {
    run("pdftoppm", &["-r".as_ref(), "18".as_ref(), "-gray".as_ref(), path.as_ref()])
}

/// Everything MuPDF finds in a file, written anew.
fn cleaned(path: &Path) -> Answer {
    let to = path.with_extension("cleaned.pdf");
    let answer = run("mutool", &["clean".as_ref(), path.as_ref(), to.as_ref()]);
    std::fs::remove_file(to).ok();
    answer
}

#[test]
fn qpdf_finds_nothing_wrong() {
    each_as_file(|name, path, _| {
        let answer = check(path).content(name).text();
        assert!(answer.contains("No syntax or stream encoding errors found"), "{name}: {answer}");
        assert!(!answer.contains("WARNING"), "{name}: {answer}");
    });
}

#[test]
fn poppler_reads_every_report_with_all_of_its_faces() {
    each_as_file(|name, path, pages| {
        let about = info(path).content(name).text();
        let said = |key: &str| about.lines().find_map(|line| line.strip_prefix(key)).unwrap_or_default().trim();
        assert_eq!((said("Pages:"), said("Tagged:"), said("PDF version:")), (pages.to_string().as_str(), "yes", "1.7"), "{name}");
        assert_eq!((said("Encrypted:"), said("JavaScript:"), said("Form:")), ("no", "no", "none"), "{name}");

        let faces = run("pdffonts", &[path.as_ref()]).content(name).text();
        let faces: Vec<Vec<&str>> = faces.lines().skip(2).map(|line| line.split_whitespace().rev().collect()).collect();
        assert!(!faces.is_empty(), "{name} has no face");
        for face in faces {
            // from the right: generation, object, in Unicode, a subset, embedded
            assert_eq!(face[2..5], ["yes", "yes", "yes"], "{name}: {face:?}");
        }

        let drawn = drawn(path).content(name).out;
        let pictures = drawn.windows(3).filter(|start| *start == b"P5\n").count();
        assert!(pictures >= pages, "{name}: {pictures} of {pages} pages were drawn");
    });
}

#[test]
fn mupdf_reads_every_report_without_a_word() {
    each_as_file(|name, path, pages| {
        let about = run("mutool", &["info".as_ref(), path.as_ref()]).content(name).text();
        assert!(about.contains(&format!("Pages: {pages}\n")), "{name}: {about}");
        cleaned(path).content(name);
    });
}

#[test]
fn a_damaged_report_is_noticed_by_each() {
    let Sample { report, .. } = REPORTS.iter().find(|sample| sample.name == "one-ready").unwrap();
    let folder = Scratch::new("report-damaged");
    let half = folder.put("half.pdf", &report.pdf[..report.pdf.len() / 2]);
    let mut document = Document::load_mem(&report.pdf).unwrap();
    let content = document.get_page_contents(document.get_pages()[&1])[0];
    let compressed = &mut document.get_object_mut(content).unwrap().as_stream_mut().unwrap().content;
    let middle = compressed.len() / 2;
    compressed[middle..].fill(0xaa);
    let mut bytes = Vec::new();
    document.save_to(&mut bytes).unwrap();
    let stream = folder.put("stream.pdf", &bytes);
    let silent = |answer: Answer| answer.code == 0 && answer.complaints.is_empty();
    for (name, path) in [("half a file", &half), ("a broken stream", &stream)] {
        assert!(!silent(check(path)), "qpdf and {name}");
        assert!(!silent(drawn(path)), "poppler and {name}");
        let page = ["draw".as_ref(), "-q".as_ref(), "-N".as_ref(), "-F".as_ref(), "txt".as_ref(), path.as_os_str(), "1".as_ref()];
        assert!(!silent(run("mutool", &page)), "MuPDF and {name}");
    }
    assert!(!silent(info(&half)) && !silent(cleaned(&half)));
}
