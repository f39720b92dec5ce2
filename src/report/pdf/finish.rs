//! The pass over the document that the writer leaves to us: tags, what the file says about itself, color, outline, links,
//! reproducible ids. With it the file is PDF/A-3a (ISO 19005-3) and PDF/UA-1 (ISO 14289-1).

use std::collections::BTreeMap;

use lopdf::{Dictionary, Document, Object, ObjectId, Stream, StringFormat, dictionary};

use crate::domain::Paper;
use crate::report::ReportError;
use crate::report::layout::display::{Item, PageLayout};
use crate::report::layout::tokens;
use crate::report::layout::{Layout, OutlineEntry};

use super::structure::{self, WrittenPage};
use super::{About, attachment, place, save, text_string, xmp};

/// The color space of everything in the file: sRGB (IEC 61966-2-1) as an ICC profile.
/// Made by Little CMS 2.17 (`cmsCreate_sRGBProfile`, through Pillow), its date set to 2000-01-01.
const SRGB: &[u8] = include_bytes!("../assets/srgb.icc");

/// What goes into the file beside the layout.
pub struct Parts<'a> {
    /// Of each page, its numbered sequences: the item each begins with and its node.
    pub sequences: Vec<Vec<(usize, usize)>>,
    /// Of each page, its operators.
    pub contents: Vec<Stream>,
    /// Bytes of the encoded pictures, by their names.
    pub pictures: BTreeMap<String, &'a [u8]>,
    /// The result.
    pub result_json: &'a [u8],
}

/// Finishes the document.
///
/// # Errors
/// [`ReportError::Writer`].
pub fn finish<'a>(
    mut document: Document,
    layout: &Layout,
    parts: Parts<'a>,
    about: &About,
) -> Result<save::Finished<'a>, ReportError> {
    let Parts { sequences, contents, pictures, result_json } = parts;
    let pages: Vec<ObjectId> = document.get_pages().into_values().collect();
    if [layout.pages.len(), sequences.len(), contents.len()] != [pages.len(); 3] {
        return Err(ReportError::Writer { page: 0, what: "lost a page" });
    }
    let mut next_key = pages.len();
    let mut written = Vec::with_capacity(pages.len());
    for (index, (id, (sequences, content))) in pages.iter().zip(sequences.iter().zip(contents)).enumerate() {
        let page = &layout.pages[index];
        let links = links(&mut document, page, &pages, &mut next_key);
        finish_page(&mut document, index, *id, &links, content)?;
        written.push(WrittenPage { id: *id, layout: page, sequences, links });
    }
    let (tree, written) = structure::write(&mut document, &written);
    let outline = outline(&mut document, layout, &pages);
    say_about(&mut document, about);
    let mut bodies = bodies(&document, pages.first(), &pictures)?;
    let (attached, file) = attachment::attach(&mut document, about, result_json.len());
    bodies.insert(file, result_json);
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

/// Writes the links of a page; answers the index of each one's item, and its annotation. Their keys in the number tree follow each
/// other over all pages.
fn links(document: &mut Document, page: &PageLayout, pages: &[ObjectId], next_key: &mut usize) -> Vec<(usize, ObjectId)> {
    let mut links = Vec::new();
    for (index, (_, item)) in page.items.iter().enumerate() {
        let Item::Link { frame, page: to, words } = item else { continue };
        let Some(target) = to.checked_sub(1).and_then(|page| pages.get(page)) else { continue };
        links.push((
            index,
            document.add_object(link(place::edges(page.paper, *frame), top_of(page.paper, *target), words, *next_key)),
        ));
        *next_key += 1;
    }
    links
}

fn finish_page(
    document: &mut Document,
    index: usize,
    id: ObjectId,
    links: &[(usize, ObjectId)],
    content: Stream,
) -> Result<(), ReportError> {
    let wrong = ReportError::Writer { page: index + 1, what: "has no dictionary" };
    let page = document.get_dictionary_mut(id).map_err(|_| wrong.clone())?;
    let operators = page.get(b"Contents").and_then(Object::as_reference).map_err(|_| wrong)?;
    if links.is_empty() {
        page.remove(b"Annots");
    } else {
        page.set("Annots", links.iter().map(|(_, link)| Object::Reference(*link)).collect::<Vec<_>>());
    }
    page.set("Group", dictionary! { "S" => "Transparency", "CS" => "DeviceRGB" });
    page.set("StructParents", index as i64);
    // the order of annotations is that of the tags
    page.set("Tabs", "S");
    document.set_object(operators, content);
    Ok(())
}

fn link(edges: [f32; 4], target: Object, words: &str, key: usize) -> Dictionary {
    dictionary! {
        "Type" => "Annot",
        "Subtype" => "Link",
        "Rect" => edges.map(Object::Real).to_vec(),
        "Border" => vec![0.into(), 0.into(), 0.into()],
        "F" => 4,
        "Contents" => text_string(words),
        "StructParent" => key as i64,
        "A" => dictionary! { "S" => "GoTo", "D" => target },
    }
}

fn top_of(paper: Paper, page: ObjectId) -> Object {
    Object::Array(vec![Object::Reference(page), "XYZ".into(), Object::Null, Object::Real(tokens::height(paper)), Object::Null])
}

fn outline(document: &mut Document, layout: &Layout, pages: &[ObjectId]) -> ObjectId {
    let entries = &layout.outline;
    let tops: Vec<Object> = pages.iter().map(|page| top_of(layout.paper, *page)).collect();
    let root = document.new_object_id();
    let (first, last) = level(document, entries, root, &tops);
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
