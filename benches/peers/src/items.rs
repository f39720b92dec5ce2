//! One thing of a page, by krilla.

use krilla::blend::BlendMode;
use krilla::color::rgb;
use krilla::geom::{Path, PathBuilder, Point, Rect, Size, Transform};
use krilla::graphic::Graphic;
use krilla::image::Image;
use krilla::num::NormalizedF32;
use krilla::paint::{Fill, FillRule, LineCap, LineJoin, Stroke, StrokeDash};
use krilla::surface::Surface;
use krilla::text::TextDirection;

use crate::draw::{Failure, Made};
use crate::list::{Frame, Ink, Item};

const PAPER: Ink = [0xfb, 0xfa, 0xf7];

pub fn draw<'l>(surface: &mut Surface<'_>, item: &'l Item, made: &mut Made<'l>) -> Result<(), Failure> {
    match item {
        Item::Text { y, size, ink, runs } => {
            surface.set_fill(Some(fill(*ink, 1.0)?));
            surface.set_stroke(None);
            for run in runs {
                let font = made.fonts.get(run.face.as_str()).ok_or("no such face")?.clone();
                surface.draw_text(Point::from_xy(run.x, *y), font, *size, &run.text, false, TextDirection::LeftToRight);
            }
        }
        Item::Fill { frame, ink } => filled(surface, &frames(&[*frame])?, fill(*ink, 1.0)?),
        Item::Area { points, ink } => filled(surface, &through(points, true)?, fill(*ink, 1.0)?),
        Item::Stroke { points, width, ink, dash, round } => {
            surface.set_fill(None);
            surface.set_stroke(Some(Stroke {
                paint: rgb::Color::new(ink[0], ink[1], ink[2]).into(),
                width: *width,
                line_cap: if *round { LineCap::Round } else { LineCap::Butt },
                line_join: LineJoin::Round,
                dash: (!dash.is_empty()).then(|| StrokeDash { array: dash.clone(), offset: 0.0 }),
                ..Stroke::default()
            }));
            surface.draw_path(&through(points, false)?);
        }
        Item::Picture { frame, key } => {
            if !made.images.contains_key(key.as_str()) {
                let bytes = made.list.pictures.get(key).ok_or("no such picture")?.0.clone();
                made.images.insert(key, Image::from_jpeg(bytes.into(), false)?);
            }
            placed(surface, *frame, made.images[key.as_str()].clone())?;
        }
        Item::Tiles { frame, columns, cells, opacity } => {
            let samples = cells.iter().flat_map(|[r, g, b]| [*r, *g, *b, 255]).collect();
            let image = Image::from_rgba8(samples, *columns, cells.len() as u32 / columns);
            surface.push_opacity(part(*opacity)?);
            placed(surface, *frame, image)?;
            surface.pop();
        }
        Item::Bits { frame, side, cells, ink } => {
            let samples = cells.iter().flat_map(|set| if *set { *ink } else { PAPER }.into_iter().chain([255])).collect();
            placed(surface, *frame, Image::from_rgba8(samples, *side, *side))?;
        }
        Item::Mark { frame, id, ink, halo } => mark(surface, *frame, (id, *ink, *halo), made)?,
        Item::Wash { frame, gray } => {
            if *gray {
                surface.push_blend_mode(BlendMode::Saturation);
            }
            filled(surface, &frames(&[*frame])?, fill(PAPER, if *gray { 1.0 } else { 0.6 })?);
            if *gray {
                surface.pop();
            }
        }
        Item::Clip { frames: within } => surface.push_clip_path(&frames(within)?, &FillRule::NonZero),
        Item::EndClip => surface.pop(),
        Item::Link { .. } => {}
    }
    Ok(())
}

fn mark<'l>(
    surface: &mut Surface<'_>,
    frame: Frame,
    (id, ink, halo): (&'l str, Ink, bool),
    made: &mut Made<'l>,
) -> Result<(), Failure> {
    let mark = made.list.marks.get(id).ok_or("no such mark")?;
    if !made.marks.contains_key(&(id, ink, halo)) {
        let mut builder = PathBuilder::new();
        for (step, x, y) in &mark.steps {
            match step {
                'm' => builder.move_to(*x, *y),
                'l' => builder.line_to(*x, *y),
                _ => builder.close(),
            }
        }
        let path = builder.finish().ok_or("an empty mark")?;
        let mut stream = surface.stream_builder();
        let mut drawing = stream.surface();
        if halo {
            drawing.set_fill(None);
            drawing.set_stroke(Some(Stroke {
                paint: rgb::Color::new(PAPER[0], PAPER[1], PAPER[2]).into(),
                width: 2.6,
                opacity: part(0.55)?,
                ..Stroke::default()
            }));
            drawing.draw_path(&path);
        }
        filled(&mut drawing, &path, fill(ink, 1.0)?);
        drawing.finish();
        made.marks.insert((id, ink, halo), Graphic::new(stream.finish(), false));
    }
    let [x, y, width, height] = frame;
    surface.push_transform(&Transform::from_row(width / mark.width, 0.0, 0.0, height / mark.height, x, y));
    surface.draw_graphic(made.marks[&(id, ink, halo)].clone());
    surface.pop();
    Ok(())
}

fn placed(surface: &mut Surface<'_>, [x, y, width, height]: Frame, image: Image) -> Result<(), Failure> {
    surface.push_transform(&Transform::from_translate(x, y));
    surface.draw_image(image, Size::from_wh(width, height).ok_or("no size")?);
    surface.pop();
    Ok(())
}

fn filled(surface: &mut Surface<'_>, path: &Path, fill: Fill) {
    surface.set_stroke(None);
    surface.set_fill(Some(fill));
    surface.draw_path(path);
}

fn fill([r, g, b]: Ink, opacity: f32) -> Result<Fill, Failure> {
    Ok(Fill { paint: rgb::Color::new(r, g, b).into(), opacity: part(opacity)?, rule: FillRule::NonZero })
}

fn part(of_one: f32) -> Result<NormalizedF32, Failure> {
    Ok(NormalizedF32::new(of_one).ok_or("no part of one")?)
}

pub fn rect([x, y, width, height]: Frame) -> Result<Rect, Failure> {
    Ok(Rect::from_xywh(x, y, width, height).ok_or("no frame")?)
}

fn frames(frames: &[Frame]) -> Result<Path, Failure> {
    let mut builder = PathBuilder::new();
    for frame in frames {
        builder.push_rect(rect(*frame)?);
    }
    Ok(builder.finish().ok_or("no frames")?)
}

fn through(points: &[(f32, f32)], closed: bool) -> Result<Path, Failure> {
    let mut builder = PathBuilder::new();
    for (index, (x, y)) in points.iter().enumerate() {
        if index == 0 { builder.move_to(*x, *y) } else { builder.line_to(*x, *y) }
    }
    if closed {
        builder.close();
    }
    Ok(builder.finish().ok_or("no points")?)
}
