//! Film: the dark base with numbered frames on it, whole, never cropped.

use crate::measure::{PaletteColor, PhotoVerdict};
use crate::report::ReportError;
use crate::report::content::{FrameContent, FramePicture};

use super::canvas::{Canvas, Style};
use super::display::{Frame, Item, PictureKind};
use super::tokens as t;

/// What a frame shows, within `window`; answers the frame that the picture fills.
pub fn picture(canvas: &mut Canvas<'_>, content: &FrameContent, window: Frame, kind: PictureKind) -> Result<Frame, ReportError> {
    match &content.picture {
        FramePicture::Photo { width, height } => {
            let frame = window.fit(*width, *height);
            canvas.push(Item::Picture { frame, photo: content.number, kind });
            Ok(frame)
        }
        FramePicture::Palette(palette) => {
            stripes(canvas, palette, window);
            Ok(window)
        }
        FramePicture::Nothing => {
            outline(canvas, window);
            let style = Style::text((window.height / 12.0).clamp(6.75, 9.0), t::ON_FILM_2);
            let words = "no picture";
            let width = canvas.width(&style, words)?;
            if window.right() > t::PAGE_WIDTH {
                return Ok(window);
            }
            canvas.text(window.x + (window.width - width) / 2.0, window.y + window.height * 0.86, &style, words)?;
            Ok(window)
        }
    }
}

/// The colors of a photo by their share, side by side.
pub fn stripes(canvas: &mut Canvas<'_>, palette: &[PaletteColor], window: Frame) {
    let total: f64 = palette.iter().map(|color| color.share.max(0.0)).sum();
    if total <= 0.0 {
        outline(canvas, window);
        return;
    }
    let mut x = window.x;
    for (index, color) in palette.iter().enumerate() {
        let last = index + 1 == palette.len();
        let width = if last { window.right() - x } else { window.width * (color.share.max(0.0) / total) as f32 };
        canvas.fill(Frame::new(x, window.y, width, window.height), color.rgb);
        x += width;
    }
}

/// A frame with nothing in it.
pub fn outline(canvas: &mut Canvas<'_>, window: Frame) {
    let points = vec![
        (window.x, window.y),
        (window.right(), window.y),
        (window.right(), window.bottom()),
        (window.x, window.bottom()),
        (window.x, window.y),
    ];
    canvas.decorate(Item::Stroke { points, width: 0.6, ink: t::FILM_EDGE, dash: super::display::Dash::Solid });
}

/// The grease-pencil mark over a frame that needs attention: the cross strikes out the picture, the wave runs along the frame's foot.
pub fn mark_over(canvas: &mut Canvas<'_>, verdict: PhotoVerdict, picture: Frame, window: Frame) {
    let (id, ink, frame) = match verdict {
        PhotoVerdict::Ready => return,
        PhotoVerdict::Check => ("mark-frame-warn", t::WAX_WARN, window),
        PhotoVerdict::Redo => ("mark-frame-fail", t::WAX_FAIL, picture),
    };
    canvas.push(Item::Mark { frame, id, ink, halo: true });
}
