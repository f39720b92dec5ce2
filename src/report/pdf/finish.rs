//! The pass over the document that the writer leaves to us: tags, what the file says about itself, color, outline, links,
//! reproducible ids. With it the file is PDF/A-3a (ISO 19005-3) and PDF/UA-1 (ISO 14289-1).

use std::collections::BTreeMap;

use lopdf::{Document, Object, ObjectId, Stream, StringFormat, dictionary};

use crate::report::ReportError;
use crate::report::layout::{OutlineEntry, Pages};

use super::book::{Bound, top_of};
use super::{About, attachment, save, text_string, xmp};

/// The color space of everything in the file: sRGB (IEC 61966-2-1) as an ICC profile.
/// Made by Little CMS 2.17 (`cmsCreate_sRGBProfile`, through Pillow), its date set to 2000-01-01.
const SRGB: &[u8] = include_bytes!("../assets/srgb.icc");

/// What goes into the file beside its pages.
pub struct Parts<'a> {
    /// Bytes of the encoded pictures, by their names.
    pub pictures: BTreeMap<String, &'a [u8]>,
    /// The result.
    pub result_json: &'a [u8],
}

/// Finishes the document.
///
/// # Errors
/// [`ReportError::Writer`].
pub fn finish<'a>(bound: Bound, pages: &impl Pages, parts: Parts<'a>, about: &About) -> Result<save::Finished<'a>, ReportError> {
    let Bound { mut document, written, pages: ids, tree } = bound;
    let tops: Vec<Object> = ids.iter().map(|page| top_of(pages.paper(), *page)).collect();
    let outline = outline(&mut document, pages.outline(), &tops);
    say_about(&mut document, about);
    let mut bodies = bodies(&document, ids.first(), &parts.pictures)?;
    let (attached, file) = attachment::attach(&mut document, about, parts.result_json.len());
    bodies.insert(file, parts.result_json);
    catalog(&mut document, &Roots { tree, outline, attached }, about)?;
    Ok(save::Finished { document, written, bodies })
}

/// The bytes of the encoded pictures by their objects. All pages share their resources.
fn bodies<'a>(
    document: &Document,
    page: Option<&ObjectId>,
    pictures: &BTreeMap<String, &'a [u8]>,
) -> Result<save::Bodies<'a>, ReportError> {
    let lost = ReportError::Writer { page: 0, what: "lost a picture" };
    let find = || {
        let page = document.get_dictionary(*page?).ok()?;
        let resources = document.get_dict_in_dict(page, b"Resources").ok()?;
        document.get_dict_in_dict(resources, b"XObject").ok()
    };
    let objects = find().ok_or_else(|| lost.clone())?;
    pictures
        .iter()
        .map(|(name, bytes)| {
            let id = objects.get(name.as_bytes()).and_then(Object::as_reference).map_err(|_| lost.clone())?;
            Ok((id, *bytes))
        })
        .collect()
}

fn outline(document: &mut Document, entries: &[OutlineEntry], tops: &[Object]) -> ObjectId {
    let root = document.new_object_id();
    let (first, last) = level(document, entries, root, tops);
    let mut dict = dictionary! { "Type" => "Outlines", "Count" => entries.len() as i64 };
    if let (Some(first), Some(last)) = (first, last) {
        dict.set("First", first);
        dict.set("Last", last);
    }
    document.set_object(root, dict);
    root
}

/// Writes the entries of one level; those below stay folded. Answers the first and the last.
fn level(
    document: &mut Document,
    entries: &[OutlineEntry],
    parent: ObjectId,
    tops: &[Object],
) -> (Option<Object>, Option<Object>) {
    let ids: Vec<ObjectId> = entries.iter().map(|_| document.new_object_id()).collect();
    for (index, entry) in entries.iter().enumerate() {
        let mut dict = dictionary! { "Title" => text_string(&entry.title), "Parent" => parent };
        if let Some(top) = entry.page.checked_sub(1).and_then(|page| tops.get(page)) {
            dict.set("Dest", top.clone());
        }
        if let Some(previous) = index.checked_sub(1).and_then(|previous| ids.get(previous)) {
            dict.set("Prev", *previous);
        }
        if let Some(next) = ids.get(index + 1) {
            dict.set("Next", *next);
        }
        if let (Some(first), Some(last)) = level(document, &entry.below, ids[index], tops) {
            dict.set("First", first);
            dict.set("Last", last);
            dict.set("Count", -(entry.below.len() as i64));
        }
        document.set_object(ids[index], dict);
    }
    (ids.first().map(|id| Object::Reference(*id)), ids.last().map(|id| Object::Reference(*id)))
}

fn say_about(document: &mut Document, about: &About) {
    let date = Object::String(xmp::pdf_date(about).into_bytes(), StringFormat::Literal);
    let info = document.add_object(dictionary! {
        "Title" => text_string(&about.title),
        "Creator" => text_string(&about.creator),
        "Producer" => text_string(&about.creator),
        "CreationDate" => date.clone(),
        "ModDate" => date,
    });
    if let Ok(Object::Reference(old)) = document.trailer.get(b"Info").cloned() {
        document.objects.remove(&old);
    }
    document.trailer.set("Info", Object::Reference(info));
    let id = Object::String(about.id.to_vec(), StringFormat::Hexadecimal);
    document.trailer.set("ID", Object::Array(vec![id.clone(), id]));
}

/// What the catalog leads to.
struct Roots {
    tree: ObjectId,
    outline: ObjectId,
    attached: ObjectId,
}

fn catalog(document: &mut Document, roots: &Roots, about: &About) -> Result<(), ReportError> {
    let head = dictionary! { "Type" => "Metadata", "Subtype" => "XML" };
    let metadata = document.add_object(Stream::new(head, xmp::packet(about).into_bytes()).with_compression(false));
    let profile = document.add_object(Stream::new(dictionary! { "N" => 3, "Alternate" => "DeviceRGB" }, SRGB.to_vec()));
    let intent = document.add_object(dictionary! {
        "Type" => "OutputIntent",
        "S" => "GTS_PDFA1",
        "OutputConditionIdentifier" => Object::string_literal("sRGB"),
        "Info" => Object::string_literal("sRGB IEC61966-2.1"),
        "DestOutputProfile" => profile,
    });
    let catalog = document.catalog_mut().map_err(|_| ReportError::Writer { page: 0, what: "has no catalog" })?;
    catalog.set("Metadata", metadata);
    catalog.set("OutputIntents", vec![Object::Reference(intent)]);
    catalog.set("StructTreeRoot", roots.tree);
    catalog.set("MarkInfo", dictionary! { "Marked" => true });
    catalog.set("Outlines", roots.outline);
    catalog.set("PageMode", "UseOutlines");
    catalog.set("PageLayout", "SinglePage");
    catalog.set("Lang", Object::string_literal("en"));
    catalog.set("ViewerPreferences", dictionary! { "DisplayDocTitle" => true });
    catalog.set("AF", vec![Object::Reference(roots.attached)]);
    catalog.set("Names", dictionary! { "EmbeddedFiles" => attachment::names(roots.attached) });
    Ok(())
}
