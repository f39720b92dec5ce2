//! The pass over the document that the writer leaves to us: what the file says about itself, outline, links, reproducible ids.

use lopdf::{Dictionary, Document, Object, ObjectId, Stream, StringFormat, dictionary};

use crate::report::ReportError;
use crate::report::layout::display::{Frame, Item};
use crate::report::layout::tokens::PAGE_HEIGHT;
use crate::report::layout::{Layout, OutlineEntry};

use super::About;

/// Finishes and saves the document.
///
/// # Errors
/// [`ReportError::Writer`].
pub fn finish(mut document: Document, layout: &Layout, about: &About) -> Result<Vec<u8>, ReportError> {
    document.version = "1.7".into();
    let pages: Vec<ObjectId> = document.get_pages().into_values().collect();
    if pages.len() != layout.pages.len() {
        return Err(ReportError::Writer { page: 0, what: "lost a page" });
    }
    for (index, id) in pages.iter().enumerate() {
        finish_page(&mut document, layout, index, *id, &pages)?;
    }
    let outline = outline(&mut document, &layout.outline, &pages);
    say_about(&mut document, about);
    catalog(&mut document, outline, about)?;
    document.compress();
    let mut bytes = Vec::new();
    document.save_modern(&mut bytes).map_err(|_| ReportError::Writer { page: 0, what: "could not be saved" })?;
    Ok(bytes)
}

fn finish_page(
    document: &mut Document,
    layout: &Layout,
    index: usize,
    id: ObjectId,
    pages: &[ObjectId],
) -> Result<(), ReportError> {
    let links: Vec<Object> = layout.pages[index]
        .items
        .iter()
        .filter_map(|(_, item)| match item {
            Item::Link { frame, page, words } => Some((*frame, *pages.get(page.checked_sub(1)?)?, words)),
            _ => None,
        })
        .map(|(frame, target, words)| Object::Reference(document.add_object(link(frame, target, words))))
        .collect();
    let page = document.get_dictionary_mut(id).map_err(|_| ReportError::Writer { page: index + 1, what: "has no dictionary" })?;
    if links.is_empty() {
        page.remove(b"Annots");
    } else {
        page.set("Annots", Object::Array(links));
    }
    page.set("Group", dictionary! { "S" => "Transparency", "CS" => "DeviceRGB" });
    Ok(())
}

fn link(frame: Frame, target: ObjectId, words: &str) -> Dictionary {
    let edges = [frame.x, PAGE_HEIGHT - frame.bottom(), frame.right(), PAGE_HEIGHT - frame.y];
    dictionary! {
        "Type" => "Annot",
        "Subtype" => "Link",
        "Rect" => edges.map(|edge| Object::Real(super::text::round2(edge))).to_vec(),
        "Border" => vec![0.into(), 0.into(), 0.into()],
        "F" => 4,
        "Contents" => text(words),
        "A" => dictionary! { "S" => "GoTo", "D" => top_of(target) },
    }
}

fn top_of(page: ObjectId) -> Object {
    Object::Array(vec![Object::Reference(page), "XYZ".into(), Object::Null, Object::Real(PAGE_HEIGHT), Object::Null])
}

fn outline(document: &mut Document, entries: &[OutlineEntry], pages: &[ObjectId]) -> ObjectId {
    let root = document.new_object_id();
    let (first, last) = level(document, entries, root, pages);
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
    pages: &[ObjectId],
) -> (Option<Object>, Option<Object>) {
    let ids: Vec<ObjectId> = entries.iter().map(|_| document.new_object_id()).collect();
    for (index, entry) in entries.iter().enumerate() {
        let mut dict = dictionary! { "Title" => text(&entry.title), "Parent" => parent };
        if let Some(page) = entry.page.checked_sub(1).and_then(|page| pages.get(page)) {
            dict.set("Dest", top_of(*page));
        }
        if let Some(previous) = index.checked_sub(1).and_then(|previous| ids.get(previous)) {
            dict.set("Prev", *previous);
        }
        if let Some(next) = ids.get(index + 1) {
            dict.set("Next", *next);
        }
        if let (Some(first), Some(last)) = level(document, &entry.below, ids[index], pages) {
            dict.set("First", first);
            dict.set("Last", last);
            dict.set("Count", -(entry.below.len() as i64));
        }
        document.set_object(ids[index], dict);
    }
    (ids.first().map(|id| Object::Reference(*id)), ids.last().map(|id| Object::Reference(*id)))
}

fn say_about(document: &mut Document, about: &About) {
    let date = Object::String(pdf_date(about).into_bytes(), StringFormat::Literal);
    let info = document.add_object(dictionary! {
        "Title" => text(&about.title),
        "Creator" => text(&about.creator),
        "Producer" => text(&about.creator),
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

fn catalog(document: &mut Document, outline: ObjectId, about: &About) -> Result<(), ReportError> {
    let head = dictionary! { "Type" => "Metadata", "Subtype" => "XML" };
    let metadata = document.add_object(Stream::new(head, xmp(about).into_bytes()).with_compression(false));
    let catalog = document.catalog_mut().map_err(|_| ReportError::Writer { page: 0, what: "has no catalog" })?;
    catalog.set("Metadata", metadata);
    catalog.set("Outlines", outline);
    catalog.set("PageMode", "UseOutlines");
    catalog.set("PageLayout", "SinglePage");
    catalog.set("Lang", Object::string_literal("en"));
    catalog.set("ViewerPreferences", dictionary! { "DisplayDocTitle" => true });
    Ok(())
}

fn pdf_date(about: &About) -> String {
    let (year, month, day, hour, minute, second) = about.created;
    format!("D:{year:04}{month:02}{day:02}{hour:02}{minute:02}{second:02}Z")
}

fn xmp(about: &About) -> String {
    let (year, month, day, hour, minute, second) = about.created;
    let date = format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z");
    let (title, creator) = (escape(&about.title), escape(&about.creator));
    format!(
        "<?xpacket begin=\"\u{feff}\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n\
         <x:xmpmeta xmlns:x=\"adobe:ns:meta/\"><rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">\n\
         <rdf:Description rdf:about=\"\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\" xmlns:xmp=\"http://ns.adobe.com/xap/1.0/\" \
         xmlns:pdf=\"http://ns.adobe.com/pdf/1.3/\">\n\
         <dc:title><rdf:Alt><rdf:li xml:lang=\"x-default\">{title}</rdf:li></rdf:Alt></dc:title>\n\
         <dc:format>application/pdf</dc:format>\n\
         <xmp:CreateDate>{date}</xmp:CreateDate>\n<xmp:ModifyDate>{date}</xmp:ModifyDate>\n\
         <xmp:CreatorTool>{creator}</xmp:CreatorTool>\n<pdf:Producer>{creator}</pdf:Producer>\n\
         </rdf:Description>\n</rdf:RDF></x:xmpmeta>\n<?xpacket end=\"r\"?>\n"
    )
}

/// Titles come from strangers.
fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// A text string in UTF-16BE, or plain where it is ASCII.
fn text(text: &str) -> Object {
    if text.is_ascii() {
        return Object::string_literal(text);
    }
    let bytes = [0xfe, 0xff].into_iter().chain(text.encode_utf16().flat_map(u16::to_be_bytes)).collect();
    Object::String(bytes, StringFormat::Hexadecimal)
}
