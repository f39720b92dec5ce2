//! Marked content (ISO 32000-1, 14.6): every operator belongs to a node of the tag tree, or is said to be decoration.

use std::collections::BTreeMap;

use printpdf::{DictItem, Op};

use crate::report::layout::display::{Item, PageLayout, Role};
use crate::report::layout::tokens;

/// What a sequence of operators is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Part of this node.
    Node(usize),
    /// Neither read nor reflowed.
    Decoration,
    /// Text repeated at the head of pages.
    Header,
    /// Text repeated at the foot of pages.
    Footer,
}

/// Opens and closes the sequences of one page.
#[derive(Debug, Default)]
pub struct Sequences {
    open: Option<Kind>,
    /// Of each numbered sequence, by its number (MCID), the item it begins with and its node.
    pub numbered: Vec<(usize, usize)>,
}

impl Sequences {
    /// What follows draws the item of the page with this index.
    pub fn enter(&mut self, ops: &mut Vec<Op>, page: &PageLayout, index: usize) {
        let (node, ref item) = page.items[index];
        let kind = match (page.tags[node].role, item) {
            (Role::Artifact, Item::Text { y, .. }) if *y >= tokens::foot(page.paper) => Kind::Footer,
            (Role::Artifact, Item::Text { .. }) => Kind::Header,
            (Role::Artifact, _) => Kind::Decoration,
            _ => Kind::Node(node),
        };
        if self.open == Some(kind) {
            return;
        }
        self.leave(ops);
        let properties = match kind {
            Kind::Node(node) => {
                self.numbered.push((index, node));
                vec![("MCID", DictItem::Int(self.numbered.len() as i64 - 1))]
            }
            Kind::Decoration => vec![("Type", name("Layout"))],
            Kind::Header => vec![("Type", name("Pagination")), ("Subtype", name("Header"))],
            Kind::Footer => vec![("Type", name("Pagination")), ("Subtype", name("Footer"))],
        };
        let tag = match kind {
            Kind::Node(node) => page.tags[node].role.structure_type(),
            Kind::Decoration | Kind::Header | Kind::Footer => "Artifact",
        };
        let map: BTreeMap<String, DictItem> = properties.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
        ops.push(Op::BeginMarkedContentWithProperties { tag: tag.into(), properties: DictItem::Dict { map } });
        self.open = Some(kind);
    }

    /// Ends the open sequence, if there is one.
    pub fn leave(&mut self, ops: &mut Vec<Op>) {
        if self.open.take().is_some() {
            ops.push(Op::EndMarkedContent);
        }
    }
}

fn name(name: &str) -> DictItem {
    DictItem::Name(name.as_bytes().to_vec())
}
