//! A page as text, a line for an item: what tests and reviewers read.

use std::fmt::Write as _;

use crate::report::fonts::{PieceKind, Shaped};

use super::display::{Dash, Frame, Item, PageLayout};
use super::tokens::Ink;

impl PageLayout {
    /// The page as text: role, kind, place, and what is there.
    pub fn to_text(&self) -> String {
        let mut out = String::new();
        let mut last = None;
        for (tag, item) in &self.items {
            if last != Some(*tag) {
                let tag = &self.tags[*tag];
                let alt = tag.alt.as_deref().map(|alt| format!(" \"{alt}\"")).unwrap_or_default();
                let _ = writeln!(out, "[{}{alt}]", tag.role.word());
            }
            last = Some(*tag);
            let _ = writeln!(out, "  {}", line(item));
        }
        out
    }
}

fn line(item: &Item) -> String {
    match item {
        Item::Text { x, y, size, ink, line, .. } => {
            format!("text {x:.1} {y:.1} {} {size} {} \"{}\"", face(line), color(*ink), line.text)
        }
        Item::Fill { frame, ink } => format!("fill {} {}", place(*frame), color(*ink)),
        Item::Stroke { points, width, ink, dash } => format!(
            "stroke {} points from {} width {width} {} {}",
            points.len(),
            point(points.first()),
            color(*ink),
            match dash {
                Dash::Solid => "solid",
                Dash::Dashed(..) => "dashed",
                Dash::Dotted(_) => "dotted",
            }
        ),
        Item::Trace { points, width, ink } => {
            format!("trace {} points from {} width {width} {}", points.len(), point(points.first()), color(*ink))
        }
        Item::Area { points, ink } => format!("area {} points from {} {}", points.len(), point(points.first()), color(*ink)),
        Item::Picture { frame, photo, kind } => format!("picture {} of photo {photo}, {kind:?}", place(*frame)),
        Item::Logo { frame } => format!("logo {}", place(*frame)),
        Item::Tiles { frame, columns, cells, .. } => {
            format!("tiles {} {columns} across, {} in all", place(*frame), cells.len())
        }
        Item::Bits { frame, side, .. } => format!("bits {} {side} a side", place(*frame)),
        Item::Mark { frame, id, ink, halo } => {
            format!("mark {} {id} {}{}", place(*frame), color(*ink), if *halo { " halo" } else { "" })
        }
        Item::Wash { frame, wash } => format!("wash {} {wash:?}", place(*frame)),
        Item::Clip(frames) => {
            format!("clip to {} frames from {}", frames.len(), place(frames.first().copied().unwrap_or_default()))
        }
        Item::EndClip => "end clip".into(),
        Item::Link { frame, page, words } => format!("link {} to page {page} \"{words}\"", place(*frame)),
    }
}

fn place(frame: Frame) -> String {
    format!("{:.1} {:.1} {:.1}x{:.1}", frame.x, frame.y, frame.width, frame.height)
}

fn point(point: Option<&(f32, f32)>) -> String {
    point.map(|(x, y)| format!("{x:.1} {y:.1}")).unwrap_or_default()
}

fn color(ink: Ink) -> String {
    format!("#{:02x}{:02x}{:02x}", ink[0], ink[1], ink[2])
}

fn face(line: &Shaped) -> &'static str {
    line.pieces.iter().find(|piece| matches!(piece.kind, PieceKind::Glyphs(_))).map_or("none", |piece| piece.face.label())
}
