//! A worker has read a stranger's file: whoever broke it writes its answer. Nothing of an answer is used before it passed here.

use crate::measure::{
    Background, ClippingMap, Completeness, Composition, CropPreset, ErrorLevelMap, FocusMap, Frame, Metric, PhotoMeasurements,
    PhotoOutcome, Pictures, Preview, PrintSize, Subject,
};

/// Longest text in an answer, in characters (the worker cuts at 120; a little room for words around it).
const TEXT_CHARS_MAX: usize = 200;
/// Most entries of any list without a bound of its own.
const LIST_MAX: usize = 64;
/// Most names of fields of one block of metadata.
const NAMES_MAX: usize = 256;
/// Most parts of a file besides its picture: those behind its end, and a few inside its metadata.
const EXTRAS_MAX: usize = 80;
/// Long edge of a preview and of a thumbnail, in pixels.
const PREVIEW_EDGE_PX: u32 = 768;
const THUMBNAIL_EDGE_PX: u32 = 360;
/// Most tiles a side of the focus and error level maps and cells a side of the clipping map.
const FOCUS_SIDE_MAX: u16 = 32;
/// Most a tile of the focus map can have, in level²: both Sobel gradients at 4 x 255.
const GRADIENT_MAX: f32 = 2_080_800.0;
const CLIPPING_SIDE_MAX: u16 = 96;

/// What in an answer cannot be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CheckError {
    /// A text is too long or holds control characters.
    #[error("a text")]
    Text,
    /// A list has the wrong number of entries.
    #[error("the length of {0}")]
    Length(&'static str),
    /// A number is not finite or out of its range.
    #[error("a number of {0}")]
    Number(&'static str),
    /// A preview is not what the encoder makes.
    #[error("a preview")]
    Preview,
    /// Picture content where none was asked for, or the reverse.
    #[error("picture content")]
    PictureContent,
    /// PDF or JSON do not begin as they must.
    #[error("the report's bytes")]
    Report,
}

type Check = Result<(), CheckError>;

fn require(holds: bool, error: CheckError) -> Check {
    if holds { Ok(()) } else { Err(error) }
}

/// Checks the answer about one photo.
///
/// # Errors
/// [`CheckError`] names the first thing that cannot be.
pub fn photo(outcome: &PhotoOutcome, previews: bool) -> Check {
    let PhotoOutcome::Measured(photo) = outcome else { return Ok(()) };
    file(photo)?;
    numbers(photo)?;
    texts(photo)?;
    metadata(photo)?;
    photo.composition.as_ref().map_or(Ok(()), composition)?;
    // inks are neither counted nor shown
    let seen = photo.file.channels != 4;
    require(photo.histogram.is_some() == seen && photo.percentiles.is_some() == seen, CheckError::Length("the histogram"))?;
    require(photo.composition.is_some() == seen, CheckError::Length("the composition"))?;
    require(photo.pictures.is_some() == (previews && seen), CheckError::PictureContent)?;
    photo.pictures.as_ref().map_or(Ok(()), pictures)
}

fn file(photo: &PhotoMeasurements) -> Check {
    let file = &photo.file;
    let hex = file.sha256.len() == 64 && file.sha256.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    require(hex, CheckError::Text)?;
    require(matches!(file.channels, 1 | 3 | 4) && file.pictures > 0, CheckError::Number("the file"))?;
    require(file.bits_used.is_none_or(|bits| (8..=16).contains(&bits)), CheckError::Number("the file"))?;
    let sizes = [file.width_px, file.height_px, file.stored_px.0, file.stored_px.1];
    require(sizes.iter().all(|side| (1..=65_535).contains(side)), CheckError::Number("the size"))?;
    require(file.orientation.seen_size(file.stored_px) == (file.width_px, file.height_px), CheckError::Number("the size"))?;
    // A picture that is not all there must say so.
    let said = file.completeness == Completeness::Complete || !photo.findings.is_empty();
    require(said, CheckError::Length("findings"))
}

fn numbers(photo: &PhotoMeasurements) -> Check {
    let ids: Vec<Metric> = photo.measurements.iter().map(|m| m.metric).collect();
    require(ids == Metric::ALL, CheckError::Length("measurements"))?;
    let finite = |value: Option<f64>| value.is_none_or(f64::is_finite);
    require(photo.measurements.iter().all(|m| finite(m.value)), CheckError::Number("measurements"))?;
    let channels = photo.histogram.iter().flat_map(|counts| [&counts.luma, &counts.red, &counts.green, &counts.blue]);
    for channel in channels {
        require(channel.len() == 256, CheckError::Length("the histogram"))?;
    }
    require(photo.palette.len() <= 6, CheckError::Length("the palette"))?;
    require(photo.palette.iter().all(|color| (0.0..=1.0).contains(&color.share)), CheckError::Number("the palette"))?;
    require(photo.print_sizes.len() <= 3, CheckError::Length("print sizes"))?;
    let print = photo.print_sizes.iter().all(|size| size.width_cm.is_finite() && size.height_cm.is_finite());
    require(print, CheckError::Number("print sizes"))?;
    require(photo.print_sizes.iter().all(detail_is_smaller), CheckError::Number("print sizes"))?;
    require(photo.findings.len() <= LIST_MAX, CheckError::Length("findings"))?;
    require(photo.findings.iter().all(|f| finite(f.value) && finite(f.threshold)), CheckError::Number("findings"))?;
    require(finite(photo.capture.f_number) && finite(photo.capture.focal_length_mm), CheckError::Number("capture"))?;
    let Some(jpeg) = &photo.jpeg else { return Ok(()) };
    require(jpeg.tables.len() <= 4 && jpeg.qualities.len() == jpeg.tables.len(), CheckError::Length("tables"))?;
    require(jpeg.tables.iter().all(|table| table.len() == 64), CheckError::Length("tables"))
}

/// Detail never prints larger than all pixels do.
fn detail_is_smaller(size: &PrintSize) -> bool {
    // half a pixel may be rounded up
    let within = |side: f64, whole: f64| (0.0..=whole + 0.01).contains(&side);
    size.at_detail.as_ref().is_none_or(|detail| {
        let held = (50.0..=100.0).contains(&detail.resolution_held);
        held && within(detail.width_cm, size.width_cm) && within(detail.height_cm, size.height_cm)
    })
}

fn texts(photo: &PhotoMeasurements) -> Check {
    let capture = &photo.capture;
    let optional = [
        &photo.file.profile,
        &capture.make,
        &capture.model,
        &capture.lens,
        &capture.exposure_time,
        &capture.taken_at,
        &capture.software,
    ];
    let print = photo.print_sizes.iter().flat_map(|size| [&size.largest_a, &size.largest_us]).flatten();
    let detail = photo.print_sizes.iter().filter_map(|size| size.at_detail.as_ref());
    let detail = detail.flat_map(|size| [&size.largest_a, &size.largest_us]).flatten();
    let jpeg = photo.jpeg.iter().map(|jpeg| &jpeg.subsampling);
    let mut all = optional.into_iter().flatten().chain(print).chain(detail).chain(jpeg);
    require(all.all(|text| is_text(text)), CheckError::Text)
}

fn is_text(text: &str) -> bool {
    text.chars().count() <= TEXT_CHARS_MAX && !text.chars().any(char::is_control)
}

fn metadata(photo: &PhotoMeasurements) -> Check {
    // one walk over the texts serves this check and the cleaning of the report, which changes them
    let (mut privacy, mut rights, mut metadata) = (photo.privacy.clone(), photo.rights.clone(), photo.metadata.clone());
    require(privacy.longest() <= LIST_MAX && metadata.said.longest() <= LIST_MAX, CheckError::Length("metadata"))?;
    require(metadata.said.longest_inventory() <= NAMES_MAX, CheckError::Length("metadata"))?;
    require(metadata.embedded.len() <= LIST_MAX && metadata.extras.len() <= EXTRAS_MAX, CheckError::Length("metadata"))?;
    let bits = metadata.embedded.iter().filter_map(|picture| picture.pdq_distance);
    require(bits.max().unwrap_or(0) <= 256, CheckError::Number("metadata"))?;
    let mut texts = privacy.texts_mut().chain(rights.texts_mut()).chain(metadata.said.texts_mut());
    require(texts.all(|text| is_text(text)), CheckError::Text)?;
    let resolution = photo.privacy.position.as_ref().and_then(|position| position.resolution_m);
    let densities = photo.metadata.said.densities.iter().flat_map(|density| [density.x_ppi, density.y_ppi]);
    let finite = densities.chain(resolution).all(|number| number.is_finite() && (0.0..=1e12).contains(&number));
    require(finite, CheckError::Number("metadata"))
}

/// Nothing a picture has is further from neutral or from another color than this.
const COLOR_MAX: f64 = 300.0;
/// No crop of a pixel needs to grow by more to have the pixels wanted.
const ENLARGEMENT_MAX: f64 = 65_535.0;

fn composition(composition: &Composition) -> Check {
    let number = |holds: bool| require(holds, CheckError::Number("the composition"));
    let presets: Vec<CropPreset> = composition.crops.iter().map(|fit| fit.preset).collect();
    require(presets == CropPreset::ALL, CheckError::Length("crops"))?;
    if let Some(Subject { x, y, thirds_distance, center_distance, frame }) = &composition.subject {
        number([x, y, thirds_distance, center_distance].iter().all(|share| (0.0..=1.0).contains(*share)) && is_frame(frame))?;
    }
    if let Some(background) = &composition.background {
        let Background { lab, spread, white_share, even_share, gradient_across, gradient_down, center_over_ring } = background;
        number(lab.iter().chain([center_over_ring]).all(|axis| (-COLOR_MAX..=COLOR_MAX).contains(axis)))?;
        number([spread, gradient_across, gradient_down].iter().all(|difference| (0.0..=COLOR_MAX).contains(*difference)))?;
        number([white_share, even_share].iter().all(|share| (0.0..=100.0).contains(*share)))?;
    }
    if let Some(fill) = &composition.fill {
        number((0.0..=100.0).contains(&fill.share) && fill.frame.as_ref().is_none_or(is_frame))?;
    }
    for fit in &composition.crops {
        number((0.0..=100.0001).contains(&fit.share) && fit.size_px.0 > 0 && fit.size_px.1 > 0)?;
        number(fit.enlargement.is_none_or(|factor| (1.0..=ENLARGEMENT_MAX).contains(&factor)))?;
    }
    Ok(())
}

fn is_frame(frame: &Frame) -> bool {
    let inside = [frame.left, frame.top, frame.right, frame.bottom].iter().all(|share| (0.0..=1.0).contains(share));
    inside && frame.left <= frame.right && frame.top <= frame.bottom
}

fn pictures(pictures: &Pictures) -> Check {
    preview(&pictures.preview, PREVIEW_EDGE_PX)?;
    preview(&pictures.thumbnail, THUMBNAIL_EDGE_PX)?;
    require(pictures.hashes.is_none_or(|hashes| hashes.pdq_quality <= 100), CheckError::Number("the hashes"))?;
    let FocusMap { columns, rows, tiles, tenengrad } = &pictures.focus;
    require((1..=FOCUS_SIDE_MAX).contains(columns) && (1..=FOCUS_SIDE_MAX).contains(rows), CheckError::Length("the focus map"))?;
    let length = usize::from(*columns) * usize::from(*rows);
    require(tiles.len() == length && tenengrad.len() == length, CheckError::Length("the focus map"))?;
    let levels = tiles.iter().chain(tenengrad).flatten().all(|tile| (0.0..=GRADIENT_MAX).contains(tile));
    require(levels, CheckError::Number("the focus map"))?;
    let ErrorLevelMap { columns, rows, cells } = &pictures.error_level;
    let sides = (1..=FOCUS_SIDE_MAX).contains(columns) && (1..=FOCUS_SIDE_MAX).contains(rows);
    let length = usize::from(*columns) * usize::from(*rows);
    require(sides && cells.len() == length, CheckError::Length("the error level map"))?;
    let levels = cells.iter().flatten().all(|cell| (0.0..=255.0).contains(cell));
    require(levels, CheckError::Number("the error level map"))?;
    let ClippingMap { columns, rows, burnt, lost } = &pictures.clipping;
    let sides = (1..=CLIPPING_SIDE_MAX).contains(columns) && (1..=CLIPPING_SIDE_MAX).contains(rows);
    require(sides, CheckError::Length("the clipping map"))?;
    let cells = usize::from(*columns) * usize::from(*rows);
    require(burnt.len() == cells && lost.len() == cells, CheckError::Length("the clipping map"))
}

fn preview(preview: &Preview, edge_px_max: u32) -> Check {
    let fits = (1..=edge_px_max).contains(&preview.width_px) && (1..=edge_px_max).contains(&preview.height_px);
    let size = jpeg_size(&preview.jpeg);
    require(fits && size == Some((preview.width_px, preview.height_px)), CheckError::Preview)
}

/// Columns and rows of a JPEG made of nothing but what our encoder writes: JFIF, tables, one baseline frame, one scan.
fn jpeg_size(jpeg: &[u8]) -> Option<(u32, u32)> {
    let mut rest = jpeg.strip_prefix(&[0xff, 0xd8])?.strip_suffix(&[0xff, 0xd9])?;
    let mut size = None;
    loop {
        let [0xff, marker, high, low, ..] = *rest else { return None };
        let (segment, after) = rest.split_at_checked(2 + usize::from(u16::from_be_bytes([high, low])))?;
        match marker {
            0xe0 | 0xdb | 0xc4 => {}
            0xc0 => {
                let side = |at: usize| Some(u32::from(u16::from_be_bytes([*segment.get(at)?, *segment.get(at + 1)?])));
                size = Some((side(7)?, side(5)?));
            }
            0xda => return size,
            _ => return None,
        }
        rest = after;
    }
}

/// Checks what the render worker made.
///
/// # Errors
/// [`CheckError::Report`] if the bytes do not begin and end as a PDF and a JSON object do.
pub fn report(pdf: &[u8], result_json: &[u8]) -> Check {
    let is_pdf = pdf.starts_with(b"%PDF-1.7") && pdf.trim_ascii_end().ends_with(b"%%EOF");
    let is_json = result_json.starts_with(b"{") && std::str::from_utf8(result_json).is_ok();
    require(is_pdf && is_json, CheckError::Report)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::metadata::{Action, Block, BlockFacts, Density, EmbeddedPicture, Place};
    use crate::measure::{DetailSize, Options, measure_photo};

    fn changed(change: impl FnOnce(&mut PhotoMeasurements)) -> Check {
        let bytes = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/metadata/xmp.jpg")).unwrap();
        let PhotoOutcome::Measured(mut measured) = measure_photo(&bytes, &Options::default()) else { panic!("not measured") };
        change(&mut measured);
        photo(&PhotoOutcome::Measured(measured), true)
    }

    #[test]
    fn an_honest_answer_passes_and_every_part_of_its_metadata_is_bounded() {
        assert_eq!(changed(|_| {}), Ok(()));
        let long = || "x".repeat(TEXT_CHARS_MAX + 1);
        assert_eq!(changed(|photo| photo.privacy.people.push(long())), Err(CheckError::Text));
        assert_eq!(changed(|photo| photo.privacy.paths.push("a\nb".into())), Err(CheckError::Text));
        assert_eq!(changed(|photo| photo.rights.credit = Some(long())), Err(CheckError::Text));
        assert_eq!(changed(|photo| photo.metadata.said.dates.original = Some(long())), Err(CheckError::Text));
        assert_eq!(changed(|photo| photo.metadata.said.scrub.keep.push(long())), Err(CheckError::Text));
        let many = Err(CheckError::Length("metadata"));
        assert_eq!(changed(|photo| photo.privacy.places = vec![String::new(); LIST_MAX + 1]), many);
        let block = BlockFacts { block: Block::Exif, bytes: 1, fields: 1, names: Vec::new(), damaged: false };
        let named = BlockFacts { names: vec![String::new(); NAMES_MAX + 1], ..block.clone() };
        assert_eq!(changed(|photo| photo.metadata.said.blocks = vec![named]), many);
        let step = Action { parameters: Some(long()), ..Action::default() };
        assert_eq!(changed(|photo| photo.metadata.said.history.actions.push(step)), Err(CheckError::Text));
        assert_eq!(changed(|photo| photo.file.bits_used = Some(17)), Err(CheckError::Number("the file")));
        assert_eq!(changed(|photo| photo.metadata.said.blocks = vec![block; LIST_MAX + 1]), many);
        let picture = EmbeddedPicture { place: Place::Xmp, bytes: 1, size_px: None, shape_differs: None, pdq_distance: None };
        assert_eq!(changed(|photo| photo.metadata.embedded = vec![picture; LIST_MAX + 1]), many);
        let density = Density { block: Block::Jfif, x_ppi: f64::NAN, y_ppi: 72.0 };
        assert_eq!(changed(|photo| photo.metadata.said.densities = vec![density]), Err(CheckError::Number("metadata")));
        let crops = |photo: &mut PhotoMeasurements| photo.composition.as_mut().unwrap().crops.truncate(3);
        assert_eq!(changed(crops), Err(CheckError::Length("crops")));
        let share = |photo: &mut PhotoMeasurements| photo.composition.as_mut().unwrap().crops[0].share = f64::NAN;
        assert_eq!(changed(share), Err(CheckError::Number("the composition")));
        assert_eq!(changed(|photo| photo.composition = None), Err(CheckError::Length("the composition")));
        let embedded =
            EmbeddedPicture { place: Place::Xmp, bytes: 1, size_px: None, shape_differs: None, pdq_distance: Some(257) };
        assert_eq!(changed(|photo| photo.metadata.embedded = vec![embedded]), Err(CheckError::Number("metadata")));
        let larger = |photo: &mut PhotoMeasurements| {
            let (size, held) = (photo.print_sizes[0].clone(), 101.0);
            let PrintSize { width_cm, height_cm, .. } = size;
            let detail = DetailSize { resolution_held: held, width_cm, height_cm, largest_a: None, largest_us: None };
            photo.print_sizes[0].at_detail = Some(detail);
        };
        assert_eq!(changed(larger), Err(CheckError::Number("print sizes")));
        let tiles = |photo: &mut PhotoMeasurements| photo.pictures.as_mut().unwrap().focus.tenengrad.push(None);
        assert_eq!(changed(tiles), Err(CheckError::Length("the focus map")));
        let steep = |photo: &mut PhotoMeasurements| photo.pictures.as_mut().unwrap().focus.tenengrad[0] = Some(2.1e6);
        assert_eq!(changed(steep), Err(CheckError::Number("the focus map")));
        let position = |photo: &mut PhotoMeasurements| photo.privacy.position.as_mut().unwrap().resolution_m = Some(-1.0);
        assert_eq!(changed(position), Err(CheckError::Number("metadata")));
    }
}
