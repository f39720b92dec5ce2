//! krilla draws a placed report: PDF/A-3a and PDF/UA-1, tagged, with its own shaping (`draw_text`).

use std::collections::HashMap;
use std::num::NonZeroU16;

use krilla::annotation::{Annotation, LinkAnnotation, Target};
use krilla::configure::{Accessibility, Archival, ConfigurationBuilder};
use krilla::destination::{Destination, XyzDestination};
use krilla::embed::{AssociationKind, EmbeddedFile, MimeType};
use krilla::geom::Point;
use krilla::graphic::Graphic;
use krilla::image::Image;
use krilla::metadata::{DateTime, Metadata};
use krilla::outline::{Outline, OutlineNode};
use krilla::page::PageSettings;
use krilla::tagging::{Artifact, ArtifactType, ContentTag, Identifier, Node, TableHeaderScope, Tag, TagGroup, TagKind, TagTree};
use krilla::text::Font;
use krilla::{Document, SerializeSettings};

use crate::items;
use crate::list::{Entry, Ink, Item, List, Page, Placed};

/// Where the footer begins, in points.
const FOOT: f32 = 802.0;
const PAGE: (f32, f32) = (595.28, 841.89);

pub type Failure = Box<dyn std::error::Error>;

/// What is made once for a report.
pub struct Made<'l> {
    pub list: &'l List,
    pub fonts: HashMap<&'l str, Font>,
    pub images: HashMap<&'l str, Image>,
    pub marks: HashMap<(&'l str, Ink, bool), Graphic>,
}

/// Draws the whole report.
pub fn draw(list: &List) -> Result<Vec<u8>, Failure> {
    let configuration = ConfigurationBuilder::new()
        .with_archival_validator(Archival::A3_A)
        .with_accessibility_validator(Accessibility::UA1)
        .finish()
        .map_err(|error| format!("{error:?}"))?;
    let mut document = Document::new_with(SerializeSettings { configuration, ..SerializeSettings::default() });
    let mut fonts = HashMap::new();
    for (name, bytes) in &list.fonts {
        fonts.insert(name.as_str(), Font::new(bytes.0.clone().into(), 0).ok_or("a face cannot be read")?);
    }
    let mut made = Made { list, fonts, images: HashMap::new(), marks: HashMap::new() };
    let mut tree = TagTree::new().with_lang(Some("en".into()));
    for page in &list.pages {
        tree.push(draw_page(&mut document, page, &mut made)?);
    }
    document.set_tag_tree(tree);
    let mut outline = Outline::new();
    list.outline.iter().for_each(|entry| outline.push_child(outline_node(entry, list.pages.len())));
    document.set_outline(outline);
    let date = DateTime::new(2026).month(11).day(21).hour(14).minute(20).second(0);
    document.set_metadata(Metadata::new().title(list.title.clone()).language("en".into()).creation_date(date));
    document.embed_file(EmbeddedFile {
        path: "result.json".into(),
        mime_type: MimeType::new("application/json"),
        description: Some("All measurements of this report, as JSON".into()),
        association_kind: AssociationKind::Data,
        data: list.attachment.0.clone().into(),
        modification_date: Some(date),
        compress: Some(true),
        location: None,
    });
    document.finish().map_err(|error| format!("{error:?}").into())
}

fn outline_node(entry: &Entry, pages: usize) -> OutlineNode {
    let page = entry.page.min(pages) - 1;
    let mut node = OutlineNode::new(entry.title.clone(), XyzDestination::new(page, Point::from_xy(0.0, 0.0)));
    entry.below.iter().for_each(|below| node.push_child(outline_node(below, pages)));
    node
}

fn draw_page<'l>(document: &mut Document, page: &'l Page, made: &mut Made<'l>) -> Result<TagGroup, Failure> {
    let mut kids: Vec<Vec<Identifier>> = page.tags.iter().map(|_| Vec::new()).collect();
    let mut sheet = document.start_page_with(PageSettings::from_wh(PAGE.0, PAGE.1).ok_or("no page")?);
    let mut surface = sheet.surface();
    let mut open = None;
    for placed in page.items.iter().filter(|placed| !matches!(placed.item, Item::Link { .. })) {
        let sequence = sequence(page, placed);
        if open != Some(sequence) {
            if open.is_some() {
                surface.end_tagged();
            }
            match sequence {
                Sequence::Node(node) => kids[node].push(surface.start_tagged(ContentTag::Other)),
                Sequence::Artifact(kind) => {
                    surface.start_tagged(ContentTag::Artifact(Artifact::with_kind(kind)));
                }
            }
            open = Some(sequence);
        }
        items::draw(&mut surface, &placed.item, made)?;
    }
    if open.is_some() {
        surface.end_tagged();
    }
    surface.finish();
    for placed in &page.items {
        if let Item::Link { frame, page: to, words } = &placed.item
            && *to <= made.list.pages.len()
        {
            let target = Target::Destination(Destination::Xyz(XyzDestination::new(to - 1, Point::from_xy(0.0, 0.0))));
            let link = Annotation::new_link(LinkAnnotation::new(items::rect(*frame)?, target), Some(words.clone()));
            kids[placed.node].push(sheet.add_tagged_annotation(link));
        }
    }
    sheet.finish();
    section(page, &mut kids)
}

/// What a sequence of items is.
#[derive(Clone, Copy, PartialEq)]
enum Sequence {
    Node(usize),
    Artifact(ArtifactType),
}

fn sequence(page: &Page, placed: &Placed) -> Sequence {
    match (&*page.tags[placed.node].role, &placed.item) {
        ("artifact", Item::Text { y, .. }) if *y >= FOOT => Sequence::Artifact(ArtifactType::Footer),
        ("artifact", Item::Text { .. }) => Sequence::Artifact(ArtifactType::Header),
        ("artifact", _) => Sequence::Artifact(ArtifactType::Layout),
        _ => Sequence::Node(placed.node),
    }
}

/// The tags of a page; rows that stand without a table are one.
fn section(page: &Page, kids: &mut [Vec<Identifier>]) -> Result<TagGroup, Failure> {
    let mut section = TagGroup::new(Tag::Section);
    let mut table: Option<TagGroup> = None;
    for node in 1..page.tags.len() {
        if page.tags[node].parent.is_some() {
            continue;
        }
        let Some(group) = group(page, node, kids)? else { continue };
        if page.tags[node].role == "row" {
            table.get_or_insert_with(|| TagGroup::new(Tag::Table)).push(group);
        } else {
            table.take().into_iter().for_each(|table| section.push(table));
            section.push(group);
        }
    }
    table.take().into_iter().for_each(|table| section.push(table));
    Ok(section)
}

fn group(page: &Page, node: usize, kids: &mut [Vec<Identifier>]) -> Result<Option<TagGroup>, Failure> {
    let mut children: Vec<Node> = kids[node].drain(..).map(Node::from).collect();
    for below in node + 1..page.tags.len() {
        if page.tags[below].parent == Some(node) {
            children.extend(group(page, below, kids)?.map(Node::from));
        }
    }
    let tag = &page.tags[node];
    if children.is_empty() && tag.role != "td" && tag.role != "th" {
        return Ok(None);
    }
    let heading = |level: u16| Tag::Hn(NonZeroU16::new(level).unwrap_or(NonZeroU16::MIN), Some("Heading".into()));
    let kind: TagKind = match &*tag.role {
        "h1" => heading(1).into(),
        "h2" => heading(2).into(),
        "p" => Tag::P.into(),
        "figure" => Tag::Figure(tag.alt.clone()).into(),
        "table" => Tag::Table.into(),
        "row" => Tag::TR.into(),
        "th" => Tag::TH(TableHeaderScope::Row).into(),
        "td" => Tag::TD.into(),
        "link" => Tag::Link.into(),
        other => return Err(format!("no tag for {other}").into()),
    };
    Ok(Some(TagGroup::with_children(kind, children)))
}
