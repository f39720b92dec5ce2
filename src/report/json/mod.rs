//! The canonical result JSON: three layers apart (measurement, finding, verdict), numbers rounded at the end, keys in one order.
//!
//! `docs/schema/result-1.json` describes it; a test holds the two together.

mod composition;
mod set;
mod shape;

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use crate::measure::{
    CaptureFacts, DetailSize, FileFacts, Finding, JpegFacts, Measurement, MetadataFacts, Metric, PaletteColor, Percentiles,
    PhotoMeasurements, PhotoOutcome, Pictures, Preview, PrintSize, PrivacyFacts, RightsFacts, TableQuality, aspect,
};

use crate::domain::branding::BRAND_NAME_CHARS_MAX;

use super::facts::{FILE_NAME_CHARS_MAX, REFERENCE_CHARS_MAX, ReportFacts, ReportPhoto};
use super::words;
use super::{ReportError, content};
use shape::{
    About, BrandingOut, Clipping, Color, Engine, File, FindingOut, Focus, HashesOut, Jpeg, Number, Photo, PicturesOut, Problem,
    Quality, Result1, Size,
};

/// The schema a result follows.
pub const SCHEMA: &str = "proofsheet-result/1";
/// The default ranges findings are made with.
pub const RANGES: &str = "default/1";

/// Writes the result, without spaces.
///
/// # Errors
/// [`ReportError::Json`] when it cannot be written.
pub fn write(facts: &ReportFacts, photos: &[ReportPhoto]) -> Result<Vec<u8>, ReportError> {
    let result = Result1 {
        schema: SCHEMA,
        report: about(facts),
        engine: Engine { name: "proofsheet", version: env!("CARGO_PKG_VERSION"), ranges: RANGES },
        set: set::set(photos),
        photos: photos.iter().map(|one| photo(facts, one)).collect(),
    };
    let mut json = serde_json::to_vec(&result).map_err(|_| ReportError::Json)?;
    // it is held for as long as the report is made
    json.shrink_to_fit();
    Ok(json)
}

fn about(facts: &ReportFacts) -> About<'_> {
    let clean =
        |text: &Option<String>, most| text.as_deref().map(|text| words::clean(text, most)).filter(|text| !text.is_empty());
    About {
        id: facts.report.as_str(),
        analysis: facts.analysis.as_str(),
        product: facts.product.slug(),
        agency: clean(&facts.agency_name, content::TEXT_CHARS_MAX),
        reference: clean(&facts.reference, REFERENCE_CHARS_MAX),
        created_at: facts.created_at.rfc3339(),
        expires_at: facts.expires_at.map(crate::domain::Timestamp::rfc3339),
        verify_url: facts.verify_url.as_deref(),
        previews: facts.previews,
        paper: facts.branding.paper,
        branding: BrandingOut {
            name: clean(&facts.branding.name, BRAND_NAME_CHARS_MAX),
            accent: facts.branding.accent,
            logo_sha256: facts.branding.logo.as_ref().map(|logo| super::hexadecimal(&Sha256::digest(&logo.jpeg))),
        },
        test: facts.is_test,
    }
}

fn photo<'a>(facts: &ReportFacts, photo: &'a ReportPhoto) -> Photo<'a> {
    let measured = match &photo.outcome {
        PhotoOutcome::Measured(measured) => Some(&**measured),
        PhotoOutcome::Unusable(_) => None,
    };
    let problem = match &photo.outcome {
        PhotoOutcome::Measured(_) => None,
        PhotoOutcome::Unusable(problem) => Some(Problem { code: problem.slug(), sentence: problem.sentence() }),
    };
    Photo {
        number: photo.number,
        file_name: words::clean(&photo.file_name, FILE_NAME_CHARS_MAX),
        outcome: if measured.is_some() { "measured" } else { "unusable" },
        status: photo.outcome.verdict(),
        sentence: words::photo_sentence(&photo.outcome),
        problem,
        file: measured.map(|measured| file(&measured.file, photo)),
        measurements: measured.map(|photo| photo.measurements.iter().map(number).collect()),
        findings: measured.map(|photo| photo.findings.iter().map(finding).collect()).unwrap_or_default(),
        verdicts: [],
        histogram: measured.and_then(|photo| photo.histogram.as_ref()),
        percentiles: measured.and_then(|photo| photo.percentiles).map(percentiles),
        palette: measured.map(palette),
        jpeg: measured.and_then(|photo| photo.jpeg.as_ref()).map(jpeg),
        capture: measured.map(|photo| capture(&photo.capture)),
        privacy: measured.map(|photo| privacy(&photo.privacy)),
        rights: measured.map(|photo| rights(&photo.rights)),
        metadata: measured.map(|photo| metadata(&content::statements::with_clock(facts, &photo.metadata))),
        print_sizes: measured.map(print_sizes),
        composition: measured.and_then(|photo| photo.composition.as_ref()).map(composition::shown),
        pictures: measured.and_then(|photo| photo.pictures.as_ref()).map(pictures),
    }
}

fn file<'a>(file: &'a FileFacts, photo: &'a ReportPhoto) -> File<'a> {
    let aspect = aspect::reduced(file.width_px, file.height_px);
    let ratio = |(width, height): (u32, u32)| format!("{width}:{height}");
    File {
        format: file.format,
        extension_fits: file.format.fits_name(&photo.file_name),
        declared_type: cleaned(&photo.declared_type),
        declared_type_fits: photo.declared_type.as_deref().and_then(|declared| file.format.fits_media_type(declared)),
        size_bytes: file.size_bytes,
        sha256: &file.sha256,
        completeness: file.completeness,
        trailing_bytes: file.trailing_bytes,
        width_px: file.width_px,
        height_px: file.height_px,
        aspect: ratio(aspect),
        aspect_named: aspect::named(aspect).map(ratio),
        stored_width_px: file.stored_px.0,
        stored_height_px: file.stored_px.1,
        exif_orientation: file.orientation.exif(),
        bits_per_sample: file.bits_per_sample,
        bits_used: file.bits_used,
        channels: file.channels,
        indexed: file.indexed,
        compression: file.compression,
        pictures: file.pictures,
        animated: file.animated,
        has_alpha: file.has_alpha,
        alpha_used: file.alpha_used,
        profile: cleaned(&file.profile),
        known_profile: file.known_profile,
        profile_class: file.profile_class,
        profile_version: file.profile_version.map(|(major, minor)| format!("{major}.{minor}")),
        is_srgb: file.is_srgb,
    }
}

/// A text of a file's metadata, cleaned again: it crossed a process border.
fn cleaned(text: &Option<String>) -> Option<String> {
    text.as_deref().map(|text| words::clean(text, content::TEXT_CHARS_MAX)).filter(|text| !text.is_empty())
}

fn capture(capture: &CaptureFacts) -> CaptureFacts {
    CaptureFacts {
        make: cleaned(&capture.make),
        model: cleaned(&capture.model),
        lens: cleaned(&capture.lens),
        exposure_time: cleaned(&capture.exposure_time),
        f_number: capture.f_number.map(|value| rounded(value, 2)),
        focal_length_mm: capture.focal_length_mm.map(|value| rounded(value, 2)),
        taken_at: cleaned(&capture.taken_at),
        software: cleaned(&capture.software),
        ..capture.clone()
    }
}

fn privacy(privacy: &PrivacyFacts) -> PrivacyFacts {
    let mut privacy = privacy.clone();
    privacy.texts_mut().for_each(clean);
    privacy
}

fn rights(rights: &RightsFacts) -> RightsFacts {
    let mut rights = rights.clone();
    rights.texts_mut().for_each(clean);
    rights
}

fn metadata(metadata: &MetadataFacts) -> MetadataFacts {
    let mut metadata = metadata.clone();
    metadata.said.texts_mut().for_each(clean);
    for density in &mut metadata.said.densities {
        (density.x_ppi, density.y_ppi) = (rounded(density.x_ppi, 2), rounded(density.y_ppi, 2));
    }
    metadata
}

fn clean(text: &mut String) {
    *text = words::clean(text, content::TEXT_CHARS_MAX);
}

fn number(measurement: &Measurement) -> (&'static str, Number) {
    let definition = measurement.metric.definition();
    let value = measurement.value.map(|value| rounded(value, definition.decimals));
    (definition.id, Number { value, unit: definition.unit, method: definition.method, validity: measurement.validity })
}

fn finding(finding: &Finding) -> FindingOut {
    let definition = finding.metric.map(Metric::definition);
    let decimals = definition.map_or(3, |definition| definition.decimals);
    FindingOut {
        kind: finding.kind.slug(),
        level: finding.level,
        metric: definition.map(|definition| definition.id),
        value: finding.value.map(|value| rounded(value, decimals)),
        threshold: finding.threshold.map(|value| rounded(value, decimals)),
        title: finding.kind.title(),
        sentence: finding.sentence(),
        advice: finding.kind.advice(),
        rule: finding.kind.rule(),
    }
}

/// Keys `p0.1` to `p99.9`.
fn percentiles(percentiles: Percentiles) -> BTreeMap<String, u8> {
    Percentiles::SHARES.into_iter().zip(percentiles.0).map(|(share, level)| (format!("p{share}"), level)).collect()
}

fn palette(photo: &PhotoMeasurements) -> Vec<Color> {
    let color =
        |color: &PaletteColor| Color { hex: format!("#{}", content::photo::hex(color.rgb)), share: rounded(color.share, 4) };
    photo.palette.iter().map(color).collect()
}

fn jpeg(jpeg: &JpegFacts) -> Jpeg<'_> {
    let quality = |quality: &TableQuality| match quality {
        TableQuality::Exact(ijg) => Quality { kind: "exact", ijg: *ijg, rms: 0.0 },
        TableQuality::Custom { nearest, rms } => Quality { kind: "custom", ijg: *nearest, rms: rounded(*rms, 2) },
    };
    Jpeg {
        process: jpeg.process,
        subsampling: &jpeg.subsampling,
        restart_interval: jpeg.restart_interval,
        tables: &jpeg.tables,
        qualities: jpeg.qualities.iter().map(quality).collect(),
        huffman: jpeg.huffman,
        adobe_transform: jpeg.adobe_transform,
    }
}

fn print_sizes(photo: &PhotoMeasurements) -> Vec<PrintSize> {
    let size = |size: &PrintSize| PrintSize {
        width_cm: rounded(size.width_cm, 1),
        height_cm: rounded(size.height_cm, 1),
        at_detail: size.at_detail.as_ref().map(|detail| DetailSize {
            resolution_held: rounded(detail.resolution_held, 0),
            width_cm: rounded(detail.width_cm, 1),
            height_cm: rounded(detail.height_cm, 1),
            ..detail.clone()
        }),
        ..size.clone()
    };
    photo.print_sizes.iter().map(size).collect()
}

fn pictures(pictures: &Pictures) -> PicturesOut<'_> {
    let tiles = |tiles: &[Option<f32>], decimals: u8| -> Vec<Option<f64>> {
        tiles.iter().map(|tile| tile.map(|tile| rounded(f64::from(tile), decimals))).collect()
    };
    let size = |preview: &Preview| Size { width_px: preview.width_px, height_px: preview.height_px };
    PicturesOut {
        preview: size(&pictures.preview),
        thumbnail: size(&pictures.thumbnail),
        focus_map: Focus {
            columns: pictures.focus.columns,
            rows: pictures.focus.rows,
            unit: "level²",
            tiles: tiles(&pictures.focus.tiles, 1),
            tenengrad: Some(tiles(&pictures.focus.tenengrad, 1)),
        },
        clipping_map: Clipping {
            columns: pictures.clipping.columns,
            rows: pictures.clipping.rows,
            burnt: &pictures.clipping.burnt,
            lost: &pictures.clipping.lost,
        },
        error_level_map: Focus {
            columns: pictures.error_level.columns,
            rows: pictures.error_level.rows,
            unit: "level",
            tiles: tiles(&pictures.error_level.cells, 2),
            tenengrad: None,
        },
        hashes: pictures.hashes.as_ref().map(|hashes| HashesOut {
            pixels: hashes.pixels.hex(),
            pdq: hashes.pdq.hex(),
            pdq_quality: hashes.pdq_quality,
            phash: hashes.phash.hex(),
        }),
    }
}

/// Rounded half away from zero, as printed; never a negative zero.
fn rounded(value: f64, decimals: u8) -> f64 {
    let scale = 10_f64.powi(i32::from(decimals));
    let rounded = (value * scale).round() / scale;
    if rounded == 0.0 || !rounded.is_finite() { 0.0 } else { rounded }
}
