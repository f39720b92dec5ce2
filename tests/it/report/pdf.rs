//! What stands in the PDF, read back by another way than it was written.

use lopdf::{Dictionary, Document, Object};
use proofsheet::measure::PhotoOutcome;

use super::{REPORTS, Sample, rendered, samples};

fn opened(pdf: &[u8]) -> Document {
    Document::load_mem(pdf).unwrap()
}

fn name<'a>(dictionary: &'a Dictionary, key: &[u8]) -> &'a [u8] {
    dictionary.get(key).and_then(Object::as_name).unwrap_or_default()
}

#[test]
fn equal_facts_give_equal_bytes_and_other_facts_other_ones() {
    let (facts, photos) = (samples::facts(true), samples::odd());
    let first = rendered(&facts, &photos);
    assert!(rendered(&facts, &photos) == first, "twice in one process");
    let elsewhere = std::thread::spawn({
        let (facts, photos) = (facts.clone(), photos.clone());
        move || rendered(&facts, &photos)
    });
    assert!(elsewhere.join().unwrap() == first, "on another thread");
    let mut others = photos;
    others[0].file_name.push('x');
    assert!(rendered(&facts, &others).pdf != first.pdf);
}

#[test]
fn the_preview_encoders_bytes_stand_in_the_file_unchanged() {
    let photos = samples::mixed();
    let document = opened(&rendered(&samples::facts(true), &photos).pdf);
    let jpegs: Vec<&[u8]> = document
        .objects
        .values()
        .filter_map(|object| object.as_stream().ok())
        .filter(|stream| name(&stream.dict, b"Filter") == b"DCTDecode")
        .map(|stream| stream.content.as_slice())
        .collect();
    for photo in &photos {
        let PhotoOutcome::Measured(measured) = &photo.outcome else { continue };
        let pictures = measured.pictures.as_ref().unwrap();
        assert!(jpegs.contains(&pictures.preview.jpeg.as_slice()), "preview of photo {}", photo.number);
        assert!(jpegs.contains(&pictures.thumbnail.jpeg.as_slice()), "thumbnail of photo {}", photo.number);
    }
}

#[test]
fn a_report_without_previews_holds_no_encoded_picture() {
    let document = opened(&rendered(&samples::facts(false), &samples::without_pictures(samples::mixed())).pdf);
    let pictures = document
        .objects
        .values()
        .filter_map(|object| object.as_stream().ok())
        .filter(|stream| name(&stream.dict, b"Filter") == b"DCTDecode");
    assert_eq!(pictures.count(), 0);
}

#[test]
fn links_lead_to_the_photos_pages() {
    let document = opened(&rendered(&samples::facts(true), &samples::mixed()).pdf);
    let pages: Vec<_> = document.get_pages().into_values().collect();
    let targets = |page: usize| -> Vec<usize> {
        let annotations = document.get_dictionary(pages[page]).unwrap().get(b"Annots").and_then(Object::as_array).unwrap();
        annotations
            .iter()
            .map(|annotation| {
                let link = document.get_dictionary(annotation.as_reference().unwrap()).unwrap();
                assert_eq!(name(link, b"Subtype"), b"Link");
                let action = link.get(b"A").and_then(Object::as_dict).unwrap();
                assert_eq!(name(action, b"S"), b"GoTo");
                let target = action.get(b"D").and_then(Object::as_array).unwrap()[0].as_reference().unwrap();
                pages.iter().position(|page| *page == target).unwrap() + 1
            })
            .collect()
    };
    assert_eq!(targets(1), (4..=23).collect::<Vec<_>>(), "the contact sheet");
    assert_eq!(targets(0), [15, 10, 7, 19, 15, 10, 7], "strip and actions of the cover");
}

#[test]
fn the_outline_is_nested_and_the_file_says_what_it_is() {
    let document = opened(&rendered(&samples::facts(true), &samples::mixed()).pdf);
    let catalog = document.catalog().unwrap();
    assert_eq!(name(catalog, b"PageMode"), b"UseOutlines");
    let child = |dictionary: &Dictionary, key: &[u8]| {
        document.get_dictionary(dictionary.get(key).and_then(Object::as_reference).unwrap()).unwrap().clone()
    };
    let outline = child(catalog, b"Outlines");
    let (summary, sheet) = (child(&outline, b"First"), child(&child(&outline, b"First"), b"Next"));
    let set = child(&sheet, b"Next");
    let photos = child(&set, b"Next");
    let title = |entry: &Dictionary| entry.get(b"Title").and_then(Object::as_str).unwrap().to_vec();
    assert_eq!([&summary, &set, &photos].map(title), [&b"Summary"[..], b"The set", b"Photos"].map(<[u8]>::to_vec));
    assert_eq!(photos.get(b"Count").and_then(Object::as_i64).unwrap(), -20);
    assert_eq!(title(&child(&photos, b"First")), b"1  LW_0401.jpg: Ready");
    let info = document.get_dictionary(document.trailer.get(b"Info").and_then(Object::as_reference).unwrap()).unwrap();
    assert_eq!(title(info), b"Launch week, press kit, Portfolio report");
    assert_eq!(info.get(b"CreationDate").and_then(Object::as_str).unwrap(), b"D:20261121142320Z");
    let metadata =
        document.get_object(catalog.get(b"Metadata").and_then(Object::as_reference).unwrap()).unwrap().as_stream().unwrap();
    assert!(String::from_utf8(metadata.content.clone()).unwrap().contains("<xmp:CreateDate>2026-11-21T14:23:20Z"));
}

#[test]
fn faces_are_small_and_named_as_cut() {
    for Sample { name: set, report } in REPORTS.iter() {
        let document = opened(&report.pdf);
        let mut bytes = 0;
        for dictionary in document.objects.values().filter_map(|object| object.as_dict().ok()) {
            if name(dictionary, b"Type") == b"FontDescriptor" {
                let face = String::from_utf8(name(dictionary, b"FontName").to_vec()).unwrap();
                assert!(face.len() > 7 && face.as_bytes()[6] == b'+', "{set}: {face}");
                let file = dictionary.get(b"FontFile2").and_then(Object::as_reference).unwrap();
                bytes += document.get_object(file).unwrap().as_stream().unwrap().content.len();
            }
        }
        assert!((1..=40_000).contains(&bytes), "{set}: {bytes} bytes of faces");
    }
}
