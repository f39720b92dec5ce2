//! The tag tree (ISO 32000-1, 14.7; ISO 14289-1): what a screen reader reads, in the order in which it is drawn.
//!
//! Document, a section per page, and below it the nodes of the page's layout. Sequences of operators hang on their nodes by number,
//! links by their annotation; a number tree leads back from both. A report has thousands of elements, so each is written as soon as it is
//! complete: as an object it takes twenty times the room of its bytes.

use lopdf::{Dictionary, Document, Object, ObjectId, dictionary};

use crate::report::layout::display::{Frame, Item, PageLayout, Role};

use super::packs::Written;
use super::{syntax, text_string};

/// One page as it was written.
#[derive(Debug)]
pub struct WrittenPage<'a> {
    /// Its object.
    pub id: ObjectId,
    /// What was placed on it.
    pub layout: &'a PageLayout,
    /// Of each sequence, by its number, the item it begins with and its node.
    pub sequences: &'a [(usize, usize)],
    /// Its links: the item's index and the annotation, in order.
    pub links: Vec<(usize, ObjectId)>,
}

/// The tree as far as it is written. Of a page there stay its section and where its sequences hang, as bytes.
pub struct Tree {
    root: ObjectId,
    whole: ObjectId,
    sections: Vec<Object>,
    /// Items of the number tree: the key of a page is its index; those of links follow in order.
    parents: Vec<u8>,
    link_parents: Vec<Object>,
}

impl Tree {
    /// A tree without a page.
    pub fn new(document: &mut Document) -> Self {
        let (root, whole) = (document.new_object_id(), document.new_object_id());
        Self { root, whole, sections: Vec::new(), parents: Vec::new(), link_parents: Vec::new() }
    }

    /// Writes the elements of the next page.
    pub fn add(&mut self, document: &mut Document, written: &mut Written, page: &WrittenPage<'_>) {
        let section = document.new_object_id();
        let mut tree = PageTree::new(document, written, page);
        let kids = tree.top(section);
        let PageTree { of_sequences, of_links, .. } = tree;
        written.add(section, &element("Sect", self.whole, kids));
        self.parent(self.sections.len(), &Object::Array(of_sequences));
        self.sections.push(Object::Reference(section));
        self.link_parents.extend(of_links);
    }

    fn parent(&mut self, key: usize, parent: &Object) {
        let first = self.parents.is_empty();
        syntax::write_item(&mut self.parents, &Object::Integer(key as i64), first);
        syntax::write_item(&mut self.parents, parent, false);
    }

    /// Writes the rest; answers the root.
    pub fn finish(mut self, document: &mut Document, written: &mut Written) -> ObjectId {
        let pages = self.sections.len();
        let next_key = pages + self.link_parents.len();
        for (key, parent) in (pages..).zip(std::mem::take(&mut self.link_parents)) {
            self.parent(key, &parent);
        }
        let parent_tree = document.new_object_id();
        written.add_array(parent_tree, "Nums", &self.parents);
        document.set_object(self.whole, element("Document", self.root, self.sections));
        document.set_object(
            self.root,
            dictionary! {
                "Type" => "StructTreeRoot",
                "K" => self.whole,
                "ParentTree" => parent_tree,
                "ParentTreeNextKey" => next_key as i64,
            },
        );
        self.root
    }
}

fn element(kind: &str, parent: ObjectId, kids: Vec<Object>) -> Dictionary {
    dictionary! { "Type" => "StructElem", "S" => kind, "P" => parent, "K" => kids }
}

/// A child of a node.
#[derive(Debug, Clone, Copy)]
enum Kid {
    Sequence(usize),
    Link(ObjectId),
    Node(usize),
}

struct PageTree<'d, 'p> {
    document: &'d mut Document,
    written: &'d mut Written,
    page: &'p WrittenPage<'p>,
    /// Of each node what hangs on it, in drawing order.
    kids: Vec<Vec<Kid>>,
    of_sequences: Vec<Object>,
    of_links: Vec<Object>,
}

impl<'d, 'p> PageTree<'d, 'p> {
    fn new(document: &'d mut Document, written: &'d mut Written, page: &'p WrittenPage<'p>) -> Self {
        let kids = kids(page);
        let of_sequences = vec![Object::Null; page.sequences.len()];
        Self { document, written, page, kids, of_sequences, of_links: vec![Object::Null; page.links.len()] }
    }

    /// The elements of the page itself. Rows that stand without a table are one.
    fn top(&mut self, section: ObjectId) -> Vec<Object> {
        let tags = &self.page.layout.tags;
        let nodes: Vec<usize> =
            self.kids[0].iter().filter_map(|kid| if let Kid::Node(node) = kid { Some(*node) } else { None }).collect();
        let mut elements = Vec::new();
        for run in nodes.chunk_by(|a, b| tags[*a].role == Role::Row && tags[*b].role == Role::Row) {
            if tags[run[0]].role == Role::Row {
                let table = self.document.new_object_id();
                let rows = self.rows(run, table);
                self.written.add(table, &element(Role::Table.structure_type(), section, rows));
                elements.push(Object::Reference(table));
            } else {
                elements.extend(run.iter().filter_map(|node| self.node(*node, section, Scope::None)));
            }
        }
        elements
    }

    fn rows(&mut self, rows: &[usize], table: ObjectId) -> Vec<Object> {
        // a first row of header cells alone names the columns
        let heads = |row: usize| {
            self.page.layout.tags.iter().filter(|tag| tag.parent == Some(row)).all(|tag| tag.role == Role::HeaderCell)
        };
        let first_names = rows.first().is_some_and(|row| heads(*row));
        rows.iter()
            .enumerate()
            .filter_map(|(index, row)| {
                let scope = if index == 0 && first_names { Scope::Column } else { Scope::Row };
                self.node(*row, table, scope)
            })
            .collect()
    }

    /// Writes a node and what is below it; None if there is nothing on it. Cells stay even when empty, or columns would shift.
    fn node(&mut self, node: usize, parent: ObjectId, scope: Scope) -> Option<Object> {
        let kids = std::mem::take(&mut self.kids[node]);
        let tag = &self.page.layout.tags[node];
        if kids.is_empty() && !matches!(tag.role, Role::Cell | Role::HeaderCell) {
            return None;
        }
        let id = self.document.new_object_id();
        let below = if tag.role == Role::Table {
            let rows: Vec<usize> =
                kids.iter().filter_map(|kid| if let Kid::Node(row) = kid { Some(*row) } else { None }).collect();
            self.rows(&rows, id)
        } else {
            kids.into_iter().filter_map(|kid| self.kid(kid, id, scope)).collect()
        };
        let mut dict = element(tag.role.structure_type(), parent, below);
        dict.set("Pg", self.page.id);
        match (tag.role, scope) {
            (Role::HeaderCell, Scope::Column) => dict.set("A", dictionary! { "O" => "Table", "Scope" => "Column" }),
            (Role::HeaderCell, _) => dict.set("A", dictionary! { "O" => "Table", "Scope" => "Row" }),
            (Role::Figure, _) => {
                dict.set("Alt", text_string(tag.alt.as_deref().unwrap_or_default()));
                if let Some(edges) = self.edges(node) {
                    dict.set("A", dictionary! { "O" => "Layout", "Placement" => "Block", "BBox" => edges });
                }
            }
            _ => {}
        }
        self.written.add(id, &dict);
        Some(Object::Reference(id))
    }

    fn kid(&mut self, kid: Kid, parent: ObjectId, scope: Scope) -> Option<Object> {
        match kid {
            Kid::Sequence(number) => {
                self.of_sequences[number] = Object::Reference(parent);
                Some(Object::Integer(number as i64))
            }
            Kid::Link(annotation) => {
                let index = self.page.links.iter().position(|(_, link)| *link == annotation)?;
                self.of_links[index] = Object::Reference(parent);
                Some(Object::Dictionary(dictionary! { "Type" => "OBJR", "Obj" => annotation, "Pg" => self.page.id }))
            }
            Kid::Node(node) => self.node(node, parent, scope),
        }
    }

    /// The frame around all pictures and shapes of a node, from the page's left bottom corner.
    fn edges(&self, node: usize) -> Option<Vec<Object>> {
        let frames = self.page.layout.items.iter().filter(|(of, _)| *of == node).filter_map(|(_, item)| match item {
            Item::Picture { frame, .. }
            | Item::Logo { frame }
            | Item::Tiles { frame, .. }
            | Item::Bits { frame, .. }
            | Item::Fill { frame, .. } => Some([frame.x, frame.y, frame.right(), frame.bottom()]),
            _ => None,
        });
        let all = frames.reduce(|a, b| [a[0].min(b[0]), a[1].min(b[1]), a[2].max(b[2]), a[3].max(b[3])])?;
        let frame = Frame::new(all[0], all[1], all[2] - all[0], all[3] - all[1]);
        Some(super::place::edges(self.page.layout.paper, frame).map(Object::Real).to_vec())
    }
}

/// What a header cell names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scope {
    None,
    Row,
    Column,
}

/// What hangs on each node, in the order in which it is drawn; what is never drawn stays behind what was made before it. Node 0
/// stands for the page.
fn kids(page: &WrittenPage<'_>) -> Vec<Vec<Kid>> {
    let tags = &page.layout.tags;
    // where each node begins: at its first item, or that of a node below it
    let mut begins = vec![None; tags.len()];
    for (index, (node, _)) in page.layout.items.iter().enumerate() {
        let mut at = Some(*node).filter(|node| *node > 0);
        while let Some(node) = at.filter(|node| begins[*node].is_none()) {
            begins[node] = Some(index);
            at = tags[node].parent;
        }
    }
    let mut kids: Vec<Vec<(usize, Kid)>> = vec![Vec::new(); tags.len()];
    let mut last = 0;
    for (node, tag) in tags.iter().enumerate().skip(1) {
        last = begins[node].unwrap_or(last);
        kids[tag.parent.unwrap_or(0)].push((last, Kid::Node(node)));
    }
    for (number, (begin, node)) in page.sequences.iter().enumerate() {
        kids[*node].push((*begin, Kid::Sequence(number)));
    }
    for (index, annotation) in &page.links {
        kids[page.layout.items[*index].0].push((*index, Kid::Link(*annotation)));
    }
    kids.into_iter()
        .map(|mut kids| {
            kids.sort_by_key(|(begin, _)| *begin);
            kids.into_iter().map(|(_, kid)| kid).collect()
        })
        .collect()
}
