//! Items of a page -> drawing operators, from the top left corner to PDF's bottom left.

use printpdf::{
    Color, LineCapStyle, LineDashPattern, LineJoinStyle, LinePoint, Op, PaintMode, Point, Polygon, PolygonRing, Pt, Rgb,
    WindingOrder, XObjectId, XObjectTransform,
};

use crate::report::ReportError;
use crate::report::layout::display::{Dash, Frame, Item, PageLayout};
use crate::report::layout::tokens::{Ink, PAGE_HEIGHT, PAPER};

use super::names::{self, Names, State};
use super::place;
use super::sequences::Sequences;
use super::text::{Faces, Place, round2};

/// Operators, and numbered sequences of them.
pub type Drawn = (Vec<Op>, Vec<(usize, usize)>);

/// Draws one page; answers the operators, and of each numbered sequence of them the item it begins with and its node.
///
/// # Errors
/// [`ReportError::Mark`], [`ReportError::Font`]; [`ReportError::Writer`] for a clip that does not end, and for what is not in the file.
pub fn draw(page: &PageLayout, number: usize, faces: &Faces, names: &mut Names) -> Result<Drawn, ReportError> {
    let (mut ops, mut sequences) = (Vec::from_iter(place::transform(page.paper)), Sequences::default());
    let mut clips = 0_usize;
    for (index, (_, item)) in page.items.iter().enumerate() {
        if !matches!(item, Item::Link { .. }) {
            sequences.enter(&mut ops, page, index);
        }
        match item {
            Item::Clip(frames) => {
                clips += 1;
                ops.push(Op::SaveGraphicsState);
                ops.push(polygon(frames.iter().map(|frame| corners(*frame)).collect(), PaintMode::Clip));
            }
            Item::EndClip => {
                clips = clips.checked_sub(1).ok_or(ReportError::Writer { page: number, what: "a clip ends that never began" })?;
                ops.push(Op::RestoreGraphicsState);
            }
            Item::Text { x, y, size, tracking, ink, line } => {
                ops.push(fill_color(*ink));
                faces.write(&mut ops, line, Place { x: *x, y: PAGE_HEIGHT - *y, size: *size, tracking: *tracking })?;
            }
            Item::Link { .. } => {}
            Item::Fill { .. } | Item::Stroke { .. } | Item::Area { .. } => shape(&mut ops, item),
            Item::Picture { .. }
            | Item::Logo { .. }
            | Item::Tiles { .. }
            | Item::Bits { .. }
            | Item::Mark { .. }
            | Item::Trace { .. }
            | Item::Wash { .. } => {
                object(&mut ops, item, names)?
                    .ok_or(ReportError::Writer { page: number, what: "draws what is not in the file" })?;
            }
        }
    }
    if clips > 0 {
        return Err(ReportError::Writer { page: number, what: "a clip does not end" });
    }
    sequences.leave(&mut ops);
    Ok((ops, sequences.numbered))
}

fn shape(ops: &mut Vec<Op>, item: &Item) {
    match item {
        Item::Fill { frame, ink } => {
            ops.push(fill_color(*ink));
            ops.push(polygon(vec![corners(*frame)], PaintMode::Fill));
        }
        Item::Area { points, ink } => {
            ops.push(fill_color(*ink));
            ops.push(polygon(vec![points.clone()], PaintMode::Fill));
        }
        Item::Stroke { points, width, ink, dash } => {
            let (cap, pattern) = match dash {
                Dash::Solid => (LineCapStyle::Butt, LineDashPattern::solid()),
                Dash::Dashed(on, off) => (LineCapStyle::Butt, LineDashPattern::new(0.0, &[*on, *off])),
                Dash::Dotted(pitch) => (LineCapStyle::Round, LineDashPattern::new(0.0, &[0.0, *pitch])),
            };
            ops.push(Op::SetOutlineColor { col: color(*ink) });
            ops.push(Op::SetOutlineThickness { pt: Pt(*width) });
            ops.push(Op::SetLineCapStyle { cap });
            ops.push(Op::SetLineJoinStyle { join: LineJoinStyle::Round });
            ops.push(Op::SetLineDashPattern { dash: pattern });
            ops.push(Op::DrawLine {
                line: printpdf::Line { points: points.iter().map(|p| line_point(*p)).collect(), is_closed: false },
            });
        }
        _ => {}
    }
}

/// Draws what is an object of its own; None if the file does not have it.
fn object(ops: &mut Vec<Op>, item: &Item, names: &mut Names) -> Result<Option<()>, ReportError> {
    let drawn = match item {
        Item::Picture { frame, photo, kind } => {
            names.object(names::picture(*photo, *kind)).map(|id| ops.push(placed(id, *frame)))
        }
        Item::Logo { frame } => names.object(names::LOGO.to_owned()).map(|id| ops.push(placed(id, *frame))),
        Item::Tiles { frame, opacity, .. } => tiles(ops, names, *frame, *opacity),
        Item::Bits { frame, ink, .. } => names.next_grid().map(|id| ops.extend([fill_color(*ink), placed(id, *frame)])),
        Item::Mark { frame, id, ink, halo } => mark(ops, names, *frame, id, *ink, *halo)?,
        Item::Trace { points, width, ink } => names.state(State::Trace).map(|gs| {
            ops.extend([Op::SaveGraphicsState, Op::LoadGraphicsState { gs }]);
            // one line is painted once, however often it crosses itself
            shape(ops, &Item::Stroke { points: points.clone(), width: *width, ink: *ink, dash: Dash::Solid });
            ops.push(Op::RestoreGraphicsState);
        }),
        Item::Wash { frame, wash } => names.state(State::of(*wash)).map(|gs| {
            // a little over the edge, or the picture's rim would keep its colors where viewers smooth it
            let frame = Frame::new(frame.x - 0.8, frame.y - 0.8, frame.width + 1.6, frame.height + 1.6);
            let area = polygon(vec![corners(frame)], PaintMode::Fill);
            ops.extend([Op::SaveGraphicsState, Op::LoadGraphicsState { gs }, fill_color(PAPER), area, Op::RestoreGraphicsState]);
        }),
        _ => Some(()),
    };
    Ok(drawn)
}

fn tiles(ops: &mut Vec<Op>, names: &mut Names, frame: Frame, opacity: f32) -> Option<()> {
    let id = names.next_grid()?;
    ops.push(Op::SaveGraphicsState);
    if opacity < 1.0 {
        ops.push(Op::LoadGraphicsState { gs: names.state(State::Grid)? });
    }
    ops.extend([placed(id, frame), Op::RestoreGraphicsState]);
    Some(())
}

fn mark(
    ops: &mut Vec<Op>,
    names: &Names,
    frame: Frame,
    id: &'static str,
    ink: Ink,
    halo: bool,
) -> Result<Option<()>, ReportError> {
    let mark = crate::report::marks::find(id).ok_or(ReportError::Mark { id })?;
    let transform = XObjectTransform {
        translate_x: Some(Pt(round2(frame.x))),
        translate_y: Some(Pt(round2(PAGE_HEIGHT - frame.y))),
        scale_x: Some(frame.width / mark.width),
        scale_y: Some(-frame.height / mark.height),
        no_auto_scale: true,
        ..XObjectTransform::default()
    };
    if halo {
        let (Some(gs), Some(around)) = (names.state(State::Halo), names.object(names::mark(id, true))) else { return Ok(None) };
        ops.extend([
            Op::SaveGraphicsState,
            Op::LoadGraphicsState { gs },
            Op::SetLineDashPattern { dash: LineDashPattern::solid() },
        ]);
        ops.extend([fill_color(PAPER), Op::SetOutlineColor { col: color(PAPER) }]);
        ops.extend([Op::UseXobject { id: around, transform }, Op::RestoreGraphicsState]);
    }
    Ok(names.object(names::mark(id, false)).map(|id| ops.extend([fill_color(ink), Op::UseXobject { id, transform }])))
}

fn placed(id: XObjectId, frame: Frame) -> Op {
    Op::UseXobject {
        id,
        transform: XObjectTransform {
            translate_x: Some(Pt(round2(frame.x))),
            translate_y: Some(Pt(round2(PAGE_HEIGHT - frame.bottom()))),
            scale_x: Some(round2(frame.width)),
            scale_y: Some(round2(frame.height)),
            no_auto_scale: true,
            ..XObjectTransform::default()
        },
    }
}

fn corners(frame: Frame) -> Vec<(f32, f32)> {
    vec![(frame.x, frame.y), (frame.right(), frame.y), (frame.right(), frame.bottom()), (frame.x, frame.bottom())]
}

fn polygon(rings: Vec<Vec<(f32, f32)>>, mode: PaintMode) -> Op {
    let rings = rings.into_iter().map(|points| PolygonRing { points: points.into_iter().map(line_point).collect() }).collect();
    Op::DrawPolygon { polygon: Polygon { rings, mode, winding_order: WindingOrder::NonZero } }
}

fn line_point((x, y): (f32, f32)) -> LinePoint {
    LinePoint { p: Point { x: Pt(round2(x)), y: Pt(round2(PAGE_HEIGHT - y)) }, bezier: false }
}

fn fill_color(ink: Ink) -> Op {
    Op::SetFillColor { col: color(ink) }
}

fn color(ink: Ink) -> Color {
    let [r, g, b] = ink.map(|level| (f32::from(level) / 255.0 * 10_000.0).round() / 10_000.0);
    Color::Rgb(Rgb { r, g, b, icc_profile: None })
}
