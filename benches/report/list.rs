//! The placed report as plain JSON, everything in it, so that other people's programs can draw the very same things: texts with their
//! places (each shapes them itself), lines, areas, pictures, grids, marks, links, outline, tag tree.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use proofsheet::measure::PhotoOutcome;
use proofsheet::report::fonts::{Piece, PieceKind, Shaped};
use proofsheet::report::layout::display::{Dash, Frame, Item, PictureKind, Wash};
use proofsheet::report::layout::{OutlineEntry, PageLayout};
use proofsheet::report::{ReportPhoto, marks};
use serde_json::{Map, Value, json};

use super::placed::Placed;

/// Marks a report may draw.
const MARKS: [&str; 4] = ["mark-frame-pass", "mark-frame-warn", "mark-frame-fail", "mark-underline"];
const KINDS: [&str; 5] = ["pass", "warn", "fail", "unknown", "na"];

pub fn write(layout: &Placed, photos: &[ReportPhoto], title: &str, result_json: &[u8]) -> Vec<u8> {
    let font = |name: &str| {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fonts").join(name);
        BASE64_STANDARD.encode(std::fs::read(path).unwrap())
    };
    let value = json!({
        "title": title,
        "fonts": { "inter": font("Inter-Regular.ttf"), "inter600": font("Inter-SemiBold.ttf"), "mono": font("JetBrainsMono-Regular.ttf") },
        "pictures": pictures(photos),
        "marks": all_marks(),
        "pages": layout.pages.iter().map(page).collect::<Vec<_>>(),
        "outline": layout.outline.iter().map(outline).collect::<Vec<_>>(),
        "attachment": BASE64_STANDARD.encode(result_json),
    });
    serde_json::to_vec(&value).unwrap()
}

fn pictures(photos: &[ReportPhoto]) -> Map<String, Value> {
    let mut all = Map::new();
    for photo in photos {
        let PhotoOutcome::Measured(measured) = &photo.outcome else { continue };
        let Some(pictures) = &measured.pictures else { continue };
        all.insert(format!("{}P", photo.number), BASE64_STANDARD.encode(&pictures.preview.jpeg).into());
        all.insert(format!("{}T", photo.number), BASE64_STANDARD.encode(&pictures.thumbnail.jpeg).into());
    }
    all
}

fn all_marks() -> Map<String, Value> {
    let names = KINDS.iter().flat_map(|kind| [format!("mark-{kind}"), format!("mark-{kind}-s")]);
    let mut all = Map::new();
    for name in names.chain(MARKS.map(str::to_owned)) {
        let mark = marks::find(&name).unwrap();
        let steps: Vec<Value> = marks::steps(mark.data)
            .map(|step| match step.unwrap() {
                marks::Step::Move(x, y) => json!(["m", x, y]),
                marks::Step::Line(x, y) => json!(["l", x, y]),
                marks::Step::Close => json!(["h", 0, 0]),
            })
            .collect();
        all.insert(name, json!({ "width": mark.width, "height": mark.height, "steps": steps }));
    }
    all
}

fn page(page: &PageLayout) -> Value {
    let tags: Vec<Value> =
        page.tags.iter().map(|tag| json!({ "role": tag.role.word(), "parent": tag.parent, "alt": tag.alt })).collect();
    let items: Vec<Value> = page.items.iter().map(|(node, drawn)| json!({ "node": node, "item": item(drawn) })).collect();
    json!({ "tags": tags, "items": items })
}

fn outline(entry: &OutlineEntry) -> Value {
    json!({ "title": entry.title, "page": entry.page, "below": entry.below.iter().map(outline).collect::<Vec<_>>() })
}

fn item(item: &Item) -> Value {
    match item {
        Item::Text { x, y, size, tracking, ink, line } => {
            let runs: Vec<Value> = line.pieces.iter().map(|piece| run(line, piece, *x, *size)).collect();
            json!({ "kind": "text", "y": y, "size": size, "tracking": tracking, "ink": ink, "runs": runs })
        }
        Item::Fill { frame, ink } => json!({ "kind": "fill", "frame": edges(*frame), "ink": ink }),
        Item::Area { points, ink } => json!({ "kind": "area", "points": points, "ink": ink }),
        Item::Stroke { points, width, ink, dash } => {
            let (dash, round) = match dash {
                Dash::Solid => (vec![], false),
                Dash::Dashed(on, off) => (vec![*on, *off], false),
                Dash::Dotted(pitch) => (vec![0.0, *pitch], true),
            };
            json!({ "kind": "stroke", "points": points, "width": width, "ink": ink, "dash": dash, "round": round })
        }
        Item::Trace { points, width, ink } => {
            json!({ "kind": "stroke", "points": points, "width": width, "ink": ink, "dash": Vec::<f32>::new(), "round": false })
        }
        Item::Picture { frame, photo, kind } => {
            let letter = if *kind == PictureKind::Preview { 'P' } else { 'T' };
            json!({ "kind": "picture", "frame": edges(*frame), "key": format!("{photo}{letter}") })
        }
        Item::Logo { frame } => json!({ "kind": "picture", "frame": edges(*frame), "key": "logo" }),
        Item::Tiles { frame, columns, cells, opacity } => {
            json!({ "kind": "tiles", "frame": edges(*frame), "columns": columns, "cells": cells, "opacity": opacity })
        }
        Item::Bits { frame, side, cells, ink } => {
            json!({ "kind": "bits", "frame": edges(*frame), "side": side, "cells": cells, "ink": ink })
        }
        Item::Mark { frame, id, ink, halo } => {
            json!({ "kind": "mark", "frame": edges(*frame), "id": id, "ink": ink, "halo": halo })
        }
        Item::Wash { frame, wash } => json!({ "kind": "wash", "frame": edges(*frame), "gray": *wash == Wash::Gray }),
        Item::Clip(frames) => {
            json!({ "kind": "clip", "frames": frames.iter().map(|frame| edges(*frame)).collect::<Vec<_>>() })
        }
        Item::EndClip => json!({ "kind": "endclip" }),
        Item::Link { frame, page, words } => {
            json!({ "kind": "link", "frame": edges(*frame), "page": page, "words": words })
        }
    }
}

/// A stretch in one face, as text.
fn run(line: &Shaped, piece: &Piece, x: f32, size: f32) -> Value {
    let (start, text) = match &piece.kind {
        PieceKind::Glyphs(glyphs) => {
            (glyphs.first().map_or(0.0, |glyph| glyph.x), glyphs.iter().map(|glyph| line.text_of(glyph)).collect())
        }
        PieceKind::Missing { x, .. } => (*x, String::new()),
    };
    json!({ "face": piece.face.label(), "x": x + start * size, "text": text })
}

fn edges(frame: Frame) -> [f32; 4] {
    [frame.x, frame.y, frame.width, frame.height]
}
