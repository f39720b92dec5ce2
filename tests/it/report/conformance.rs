//! PDF/A-3a and PDF/UA-1 by somebody else's rules, and that these rules notice what is wrong.

use lopdf::{Dictionary, Document, Object, ObjectId, dictionary};
use page_validation::{ValidationOptions, ValidationProfile, validate_pdf_bytes};

use super::{REPORTS, Sample};

const PROFILES: [ValidationProfile; 2] = [ValidationProfile::PdfA3a, ValidationProfile::PdfUa1];

/// What is wrong by a profile's rules.
fn failures(pdf: &[u8], profile: ValidationProfile) -> Vec<String> {
    let report = validate_pdf_bytes(pdf, &ValidationOptions::default().profile(profile)).unwrap();
    assert_eq!(report.is_compliant, report.failures.is_empty());
    assert!(report.rules.total > 100, "{profile:?} has few rules: {:?}", report.rules);
    report.failures.iter().map(ToString::to_string).collect()
}

#[test]
fn every_report_is_archival_and_accessible() {
    for Sample { name, report } in REPORTS.iter() {
        for profile in PROFILES {
            let wrong = failures(&report.pdf, profile);
            assert!(wrong.is_empty(), "{name}, {profile:?}: {wrong:#?}");
        }
    }
}

/// Something that is taken out of a good report, and whose rules must notice.
struct Fault {
    name: &'static str,
    profile: ValidationProfile,
    make: fn(&mut Document),
}

const fn archival(name: &'static str, make: fn(&mut Document)) -> Fault {
    Fault { name, profile: ValidationProfile::PdfA3a, make }
}

const fn accessible(name: &'static str, make: fn(&mut Document)) -> Fault {
    Fault { name, profile: ValidationProfile::PdfUa1, make }
}

const FAULTS: &[Fault] = &[
    accessible("a figure without words", |pdf| remove(pdf, elements("Figure"), b"Alt")),
    accessible("header cells of nothing", |pdf| remove(pdf, elements("TH"), b"A")),
    accessible("a link without words", |pdf| remove(pdf, |dict| is(dict, b"Subtype", "Link"), b"Contents")),
    accessible("a link outside the tags", |pdf| remove(pdf, |dict| is(dict, b"Subtype", "Link"), b"StructParent")),
    accessible("annotations in any order", |pdf| remove(pdf, |dict| is(dict, b"Type", "Page"), b"Tabs")),
    accessible("no title shown", |pdf| remove_of_catalog(pdf, b"ViewerPreferences")),
    accessible("no language", |pdf| remove_of_catalog(pdf, b"Lang")),
    accessible("no tags", |pdf| remove_of_catalog(pdf, b"StructTreeRoot")),
    accessible("no metadata", |pdf| remove_of_catalog(pdf, b"Metadata")),
    accessible("an operator outside the tags", |pdf| {
        let page = pages(pdf)[0];
        let mut content = pdf.get_page_content(page);
        content.extend(b"\n0 0 10 10 re f\n");
        pdf.change_page_content(page, content).unwrap();
    }),
    accessible("glyphs without characters", |pdf| remove(pdf, |dict| is(dict, b"Subtype", "Type0"), b"ToUnicode")),
    accessible("a heading level left out", |pdf| change(pdf, elements("H2"), |dict| dict.set("S", "H3"))),
    archival("not said to be tagged", |pdf| remove_of_catalog(pdf, b"MarkInfo")),
    archival("colors of no space", |pdf| remove_of_catalog(pdf, b"OutputIntents")),
    archival("a face that is not in the file", |pdf| remove(pdf, |dict| is(dict, b"Type", "FontDescriptor"), b"FontFile2")),
    archival("widths that are not the face's", |pdf| {
        change(pdf, |dict| is(dict, b"Subtype", "CIDFontType2"), |dict| dict.set("W", vec![1.into(), 400.into(), 77.into()]));
    }),
    archival("an attachment of no relation", |pdf| remove(pdf, |dict| is(dict, b"Type", "Filespec"), b"AFRelationship")),
    archival("an attachment of no kind", |pdf| remove(pdf, |dict| is(dict, b"Type", "EmbeddedFile"), b"Subtype")),
    archival("a level that is not kept", |pdf| in_metadata(pdf, "<pdfaid:conformance>A<", "<pdfaid:conformance>B<")),
    accessible("no part of PDF/UA named", |pdf| in_metadata(pdf, "<pdfuaid:part>1</pdfuaid:part>", "")),
    archival("a script", |pdf| {
        let script = pdf.add_object(dictionary! { "S" => "JavaScript", "JS" => Object::string_literal("app.beep(0)") });
        pdf.catalog_mut().unwrap().set("OpenAction", script);
    }),
];

#[test]
fn seeded_faults_are_noticed() {
    let Sample { report, .. } = REPORTS.iter().find(|sample| sample.name == "mixed").unwrap();
    let missed: Vec<&str> = FAULTS
        .iter()
        .filter(|fault| {
            let mut pdf = Document::load_mem(&report.pdf).unwrap();
            (fault.make)(&mut pdf);
            let mut bytes = Vec::new();
            pdf.save_to(&mut bytes).unwrap();
            failures(&bytes, fault.profile).is_empty()
        })
        .map(|fault| fault.name)
        .collect();
    assert!(missed.is_empty(), "of {} faults these went by: {missed:#?}", FAULTS.len());
}

fn is(dict: &Dictionary, key: &[u8], name: &str) -> bool {
    dict.get(key).and_then(Object::as_name).is_ok_and(|found| found == name.as_bytes())
}

fn elements(kind: &'static str) -> impl Fn(&Dictionary) -> bool {
    move |dict| is(dict, b"Type", "StructElem") && is(dict, b"S", kind)
}

fn pages(pdf: &Document) -> Vec<ObjectId> {
    pdf.get_pages().into_values().collect()
}

/// Changes every dictionary of a kind, wherever it stands; there must be one.
fn change(pdf: &mut Document, kind: impl Fn(&Dictionary) -> bool, make: impl Fn(&mut Dictionary)) {
    let mut changed = 0;
    let mut within: Vec<&mut Object> = pdf.objects.values_mut().collect();
    while let Some(object) = within.pop() {
        let dict = match object {
            Object::Dictionary(dict) => dict,
            Object::Stream(stream) => &mut stream.dict,
            Object::Array(items) => {
                within.extend(items);
                continue;
            }
            _ => continue,
        };
        if kind(dict) {
            make(dict);
            changed += 1;
        }
        within.extend(dict.iter_mut().map(|(_, value)| value));
    }
    assert!(changed > 0, "nothing to change");
}

fn remove(pdf: &mut Document, kind: impl Fn(&Dictionary) -> bool, key: &[u8]) {
    change(pdf, kind, |dict| drop(dict.remove(key)));
}

fn remove_of_catalog(pdf: &mut Document, key: &[u8]) {
    assert!(pdf.catalog_mut().unwrap().remove(key).is_some(), "nothing to take away");
}

fn in_metadata(pdf: &mut Document, old: &str, new: &str) {
    let metadata = pdf.catalog().and_then(|catalog| catalog.get(b"Metadata")).and_then(Object::as_reference).unwrap();
    let Ok(Object::Stream(stream)) = pdf.get_object_mut(metadata) else { panic!("no metadata") };
    let text = String::from_utf8(stream.content.clone()).unwrap();
    assert!(text.contains(old));
    stream.set_plain_content(text.replace(old, new).into_bytes());
}
