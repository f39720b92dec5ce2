//! The second time through the pages: each is turned into operators and compressed, its links and tags are written, and it is gone
//! before the next one is placed.

use lopdf::{Dictionary, Document, Object, ObjectId, Stream, dictionary};
use printpdf::{Mm, Op, PdfDocument, PdfPage};

use crate::domain::Paper;
use crate::report::ReportError;
use crate::report::layout::display::PageLayout;
use crate::report::layout::tokens;

use super::names::Names;
use super::packs::Written;
use super::structure::{Tree, WrittenPage};
use super::text::Faces;
use super::{ops, place, save, survey, text_string, writer};

/// The document that pages are written into. Of each page there stay its compressed operators, its links, and its elements, as bytes.
pub struct Book<'f> {
    document: Document,
    written: Written,
    tree: Tree,
    pages: Vec<ObjectId>,
    /// Pages that are written.
    done: usize,
    /// The object of the first link; the others follow.
    first_link: u32,
    /// Links of which there are objects, and those that are written.
    links: (usize, usize),
    faces: &'f Faces,
    names: Names,
}

impl<'f> Book<'f> {
    /// A document whose pages are empty, and so many links.
    pub fn new(mut document: Document, links: usize, faces: &'f Faces, names: Names) -> Self {
        let pages = document.get_pages().into_values().collect();
        let first_link = document.max_id + 1;
        document.max_id += links as u32;
        let tree = Tree::new(&mut document);
        Self { document, written: Written::default(), tree, pages, done: 0, first_link, links: (links, 0), faces, names }
    }

    /// Writes the next page.
    ///
    /// # Errors
    /// [`ReportError::Font`], [`ReportError::Mark`], [`ReportError::Writer`].
    pub fn add(&mut self, page: &PageLayout) -> Result<(), ReportError> {
        let (index, number) = (self.done, self.done + 1);
        let lost = ReportError::Writer { page: number, what: "was not there the first time" };
        let id = *self.pages.get(index).ok_or_else(|| lost.clone())?;
        let (ops, sequences) = ops::draw(page, number, self.faces, &mut self.names)?;
        let content = content(sheet(page.paper, ops), number, self.faces)?;
        let links = self.links(page).ok_or(lost)?;
        self.finish_page(id, &links, content)?;
        let page = WrittenPage { id, layout: page, sequences: &sequences, links };
        self.tree.add(&mut self.document, &mut self.written, &page);
        self.done = number;
        Ok(())
    }

    /// Writes the links of a page; answers the index of each one's item, and its annotation. Their keys in the number tree follow each
    /// other over all pages.
    fn links(&mut self, page: &PageLayout) -> Option<Vec<(usize, ObjectId)>> {
        let mut links = Vec::new();
        for link in survey::links(page, self.pages.len()) {
            let (all, before) = &mut self.links;
            let id = (self.first_link + *before as u32, 0);
            let key = self.pages.len() + *before;
            let target = top_of(page.paper, self.pages[link.to]);
            self.written.add(id, &annotation(place::edges(page.paper, link.frame), target, link.words, key));
            links.push((link.item, id));
            *before += 1;
            if *before > *all {
                return None;
            }
        }
        Some(links)
    }

    fn finish_page(&mut self, id: ObjectId, links: &[(usize, ObjectId)], content: Stream) -> Result<(), ReportError> {
        let wrong = ReportError::Writer { page: self.done + 1, what: "has no dictionary" };
        let page = self.document.get_dictionary_mut(id).map_err(|_| wrong.clone())?;
        let operators = page.get(b"Contents").and_then(Object::as_reference).map_err(|_| wrong)?;
        if links.is_empty() {
            page.remove(b"Annots");
        } else {
            page.set("Annots", links.iter().map(|(_, link)| Object::Reference(*link)).collect::<Vec<_>>());
        }
        page.set("Group", dictionary! { "S" => "Transparency", "CS" => "DeviceRGB" });
        page.set("StructParents", self.done as i64);
        // the order of annotations is that of the tags
        page.set("Tabs", "S");
        self.document.set_object(operators, content);
        Ok(())
    }

    /// The document with all its pages.
    ///
    /// # Errors
    /// [`ReportError::Writer`] when pages or links are missing.
    pub fn finish(mut self) -> Result<Bound, ReportError> {
        let (all, written) = self.links;
        if self.done != self.pages.len() || all != written {
            return Err(ReportError::Writer { page: 0, what: "lost a page" });
        }
        let tree = self.tree.finish(&mut self.document, &mut self.written);
        Ok(Bound { document: self.document, written: self.written, pages: self.pages, tree })
    }
}

/// A document with all its pages.
pub struct Bound {
    /// Its objects.
    pub document: Document,
    /// Further ones.
    pub written: Written,
    /// Its pages.
    pub pages: Vec<ObjectId>,
    /// The root of the tag tree.
    pub tree: ObjectId,
}

/// The operators of one page as a compressed stream: as operators they take many times the room of their bytes.
fn content(page: PdfPage, number: usize, faces: &Faces) -> Result<Stream, ReportError> {
    let lost = ReportError::Writer { page: number, what: "lost a page" };
    let mut document = PdfDocument::new("");
    faces.lend(&mut document.resources);
    document.pages.push(page);
    let mut written = writer(&document, number)?;
    drop(document);
    let page = written.get_pages().into_values().next().ok_or_else(|| lost.clone())?;
    let page = written.get_dictionary(page).map_err(|_| lost.clone())?;
    let id = page.get(b"Contents").and_then(Object::as_reference).map_err(|_| lost.clone())?;
    match written.objects.remove(&id) {
        Some(Object::Stream(stream)) => save::compressed(stream),
        _ => Err(lost),
    }
}

/// A page with these operators.
pub fn sheet(paper: Paper, ops: Vec<Op>) -> PdfPage {
    let (width, height) = match paper {
        Paper::A4 => (Mm(210.0), Mm(297.0)),
        Paper::Letter => (Mm(215.9), Mm(279.4)),
    };
    PdfPage::new(width, height, ops)
}

fn annotation(edges: [f32; 4], target: Object, words: &str, key: usize) -> Dictionary {
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

/// The top of a page as a destination.
pub fn top_of(paper: Paper, page: ObjectId) -> Object {
    Object::Array(vec![Object::Reference(page), "XYZ".into(), Object::Null, Object::Real(tokens::height(paper)), Object::Null])
}
