//! A photo's page: the verdict, what to do, the evidence, and what the file says and gives away.

use crate::measure::{
    CaptureFacts, Completeness, Compression, FileFacts, Format, JpegProcess, Metric, PhotoMeasurements, PhotoOutcome,
    PhotoProblem, PhotoVerdict, TableQuality,
};
use crate::report::facts::ReportPhoto;
use crate::report::words;

use super::provenance;
use super::reading::{self, Reading};
use super::{TEXT_CHARS_MAX, name_of, page_of};

/// Pieces of advice shown on a page.
const ADVICE_MAX: usize = 3;

/// A photo's page.
#[derive(Debug)]
pub struct PhotoPage<'a> {
    /// Number of the photo.
    pub number: u16,
    /// Page it stands on.
    pub page: usize,
    /// File name, cleaned.
    pub name: String,
    /// Its word.
    pub verdict: PhotoVerdict,
    /// `Check: highlights burnt out`.
    pub headline: String,
    /// What was found, in one sentence.
    pub sentence: String,
    /// The rest.
    pub body: Body<'a>,
}

/// What a photo's page shows.
#[derive(Debug)]
pub enum Body<'a> {
    /// A measured photo.
    Measured(Box<Evidence<'a>>),
    /// A file that could not be read.
    Unusable {
        /// The word in the API.
        code: &'static str,
        /// What it means for the set.
        note: &'static str,
    },
}

/// All that was measured, in words and numbers.
#[derive(Debug)]
pub struct Evidence<'a> {
    /// The measurements, for charts and maps.
    pub photo: &'a PhotoMeasurements,
    /// `6,000 × 4,000 px, 24.0 MP`, `JPEG, sRGB`, `11.4 MB`.
    pub facts: Vec<String>,
    /// What to do.
    pub advice: Vec<String>,
    /// Findings beyond the first, in one line; empty if none.
    pub also: String,
    /// What became of the numbers with a default range.
    pub sum: String,
    /// The table.
    pub readings: Vec<Reading>,
    /// Label and value.
    pub capture: Vec<(&'static str, String)>,
    /// Label and value.
    pub file: Vec<(&'static str, String)>,
    /// A strong beginning and the rest.
    pub privacy: (String, String),
    /// What the file says about its origin.
    pub provenance: String,
    /// Figures' words for those who do not see them.
    pub alt: Alt,
}

/// What the figures show, from the numbers.
#[derive(Debug)]
pub struct Alt {
    /// The preview.
    pub preview: String,
    /// The focus map.
    pub focus: String,
    /// The clipping panel.
    pub clipping: String,
    /// The histogram.
    pub histogram: String,
    /// The palette.
    pub palette: String,
}

pub(super) fn compose(photo: &ReportPhoto, before: usize) -> PhotoPage<'_> {
    PhotoPage {
        number: photo.number,
        page: page_of(photo.number, before),
        name: name_of(photo),
        verdict: photo.outcome.verdict(),
        headline: words::photo_headline(&photo.outcome),
        sentence: words::photo_sentence(&photo.outcome),
        body: match &photo.outcome {
            PhotoOutcome::Measured(measured) => Body::Measured(Box::new(evidence(photo, measured))),
            PhotoOutcome::Unusable(problem) => Body::Unusable { code: problem.slug(), note: unusable_note(*problem) },
        },
    }
}

const fn unusable_note(problem: PhotoProblem) -> &'static str {
    match problem {
        PhotoProblem::WorkerStopped => {
            "The file was measured apart from all others and was stopped there. The other photos are not affected. Nothing was measured in this file, so nothing is claimed about it."
        }
        PhotoProblem::UnsupportedType
        | PhotoProblem::CameraRaw
        | PhotoProblem::Video
        | PhotoProblem::NotReadYet
        | PhotoProblem::Truncated
        | PhotoProblem::Damaged
        | PhotoProblem::TooManyPixels
        | PhotoProblem::TooLong
        | PhotoProblem::TooMuchMemory
        | PhotoProblem::UnsupportedCoding
        | PhotoProblem::MetadataTooLarge => {
            "The other photos are not affected. Nothing was measured in this file, so nothing is claimed about it."
        }
    }
}

fn evidence<'a>(sent: &ReportPhoto, photo: &'a PhotoMeasurements) -> Evidence<'a> {
    Evidence {
        photo,
        facts: facts(photo),
        advice: advice(photo),
        also: also(photo),
        sum: words::range_sum(photo),
        readings: reading::readings(photo),
        capture: capture(&photo.capture),
        file: file(sent, photo),
        privacy: privacy(photo),
        provenance: provenance::said(photo),
        alt: alt(sent.number, photo),
    }
}

/// The first in full, the others by their first sentence; each once.
fn advice(photo: &PhotoMeasurements) -> Vec<String> {
    let mut advice: Vec<String> = Vec::new();
    for finding in &photo.findings {
        let words = finding.kind.advice();
        let words = if advice.is_empty() { words.to_owned() } else { words::first_sentence(words) };
        if !advice.iter().any(|said| said.starts_with(&words)) {
            advice.push(words);
        }
    }
    advice.truncate(ADVICE_MAX);
    advice
}

fn also(photo: &PhotoMeasurements) -> String {
    let others: Vec<String> = photo.findings.iter().skip(1).map(|finding| words::lower_first(finding.kind.label())).collect();
    if others.is_empty() { String::new() } else { format!("Also: {}.", others.join(", ")) }
}

fn facts(photo: &PhotoMeasurements) -> Vec<String> {
    let file = &photo.file;
    let pixels = f64::from(file.width_px) * f64::from(file.height_px) / 1e6;
    vec![
        format!(
            "{} × {} px, {} MP",
            words::number(f64::from(file.width_px), 0),
            words::number(f64::from(file.height_px), 0),
            words::number(pixels, 1)
        ),
        format!("{}, {}", format_word(file.format), profile(photo)),
        words::size(file.size_bytes),
    ]
}

/// The format's name as people write it.
pub const fn format_word(format: Format) -> &'static str {
    match format {
        Format::Jpeg => "JPEG",
        Format::Png => "PNG",
        Format::WebP => "WebP",
        Format::Tiff => "TIFF",
        Format::Gif => "GIF",
    }
}

fn profile(photo: &PhotoMeasurements) -> String {
    match (&photo.file.profile, photo.file.is_srgb) {
        (Some(_), true) => "sRGB".into(),
        (Some(name), false) => words::clean(name, 24),
        (None, _) => "no profile".into(),
    }
}

fn capture(capture: &CaptureFacts) -> Vec<(&'static str, String)> {
    let text =
        |text: &Option<String>| text.as_deref().map(|text| words::clean(text, TEXT_CHARS_MAX)).filter(|text| !text.is_empty());
    let camera = match (text(&capture.make), text(&capture.model)) {
        (Some(make), Some(model)) if !model.to_lowercase().starts_with(&make.to_lowercase()) => Some(format!("{make} {model}")),
        (make, model) => model.or(make),
    };
    let exposure: Vec<String> = [
        text(&capture.exposure_time).map(|time| format!("{time} s")),
        capture.f_number.map(|number| format!("f/{}", words::number(number, 1))),
        capture.iso.map(|iso| format!("ISO {iso}")),
        capture.focal_length_mm.map(|mm| format!("{} mm", words::number(mm, 0))),
        capture.flash_fired.filter(|fired| *fired).map(|_| "flash".to_owned()),
    ]
    .into_iter()
    .flatten()
    .collect();
    let rows = [
        ("Camera", camera),
        ("Lens", text(&capture.lens)),
        ("Exposure", (!exposure.is_empty()).then(|| exposure.join(", "))),
        ("Taken", text(&capture.taken_at)),
        ("Software", text(&capture.software)),
    ];
    rows.into_iter().filter_map(|(label, value)| value.map(|value| (label, value))).collect()
}

fn file(sent: &ReportPhoto, photo: &PhotoMeasurements) -> Vec<(&'static str, String)> {
    let file = &photo.file;
    let mut rows = vec![(format_word(file.format), coding(photo))];
    let state = match file.completeness {
        Completeness::Complete => "complete",
        Completeness::Truncated => "ends early",
        Completeness::Damaged => "damaged",
    };
    let trailing =
        if file.trailing_bytes > 0 { format!(", {} after its end", words::size(file.trailing_bytes)) } else { String::new() };
    rows.push(("File", format!("{state}{}{}{trailing}", misnamed(sent, file.format), further_pictures(file))));
    let untagged = || if file.channels == 4 { "none".into() } else { "none, taken as sRGB".into() };
    rows.push(("Profile", file.profile.as_deref().map_or_else(untagged, |name| words::clean(name, TEXT_CHARS_MAX))));
    let orientation = file.orientation.exif();
    let turned = if orientation == 1 { String::new() } else { format!(", turned as EXIF {orientation} says") };
    rows.push((
        "Pixels",
        format!("{} bit, {}{}{turned}", file.bits_per_sample, channels(file), if file.alpha_used { ", transparent" } else { "" }),
    ));
    if let Some(size) = photo.print_sizes.iter().find(|size| size.ppi == 300) {
        rows.push(("Print", format!("{} × {} cm at 300 ppi", words::number(size.width_cm, 1), words::number(size.height_cm, 1))));
    }
    rows
}

/// `, named as another format`; empty where name and media type fit, or say nothing.
fn misnamed(sent: &ReportPhoto, format: Format) -> &'static str {
    let declared = sent.declared_type.as_deref().and_then(|declared| format.fits_media_type(declared));
    match (format.fits_name(&sent.file_name), declared) {
        (Some(false), Some(false)) => ", named and sent as another format",
        (Some(false), _) => ", named as another format",
        (_, Some(false)) => ", sent as another format",
        _ => "",
    }
}

const fn channels(file: &FileFacts) -> &'static str {
    match (file.channels, file.indexed) {
        (1, _) => "grey",
        (4, _) => "CMYK",
        (_, true) => "palette",
        (_, false) => "RGB",
    }
}

/// `, 12 frames, first measured`; empty for a single picture.
fn further_pictures(file: &FileFacts) -> String {
    match (file.pictures, file.animated) {
        (0 | 1, _) => String::new(),
        (count, true) => format!(", {count} frames, first measured"),
        (count, false) => format!(", {count} pages, first measured"),
    }
}

fn coding(photo: &PhotoMeasurements) -> String {
    let Some(jpeg) = &photo.jpeg else {
        let words = match photo.file.compression {
            Compression::None => "not compressed",
            Compression::Lossless => "lossless",
            Compression::Lossy => "lossy",
        };
        return words.into();
    };
    let quality = match jpeg.qualities.first() {
        Some(TableQuality::Exact(quality)) => format!("IJG quality {quality}"),
        Some(TableQuality::Custom { nearest, .. }) => format!("near quality {nearest}"),
        None => "tables unknown".into(),
    };
    let process = match jpeg.process {
        JpegProcess::Baseline => "baseline",
        JpegProcess::Extended => "extended",
        JpegProcess::Progressive => "progressive",
    };
    format!("{quality}, {}, {process}", words::clean(&jpeg.subsampling, 20))
}

fn privacy(photo: &PhotoMeasurements) -> (String, String) {
    let facts = &photo.privacy;
    let mut shown: Vec<String> = Vec::new();
    if facts.gps_position {
        shown.push("a GPS position".into());
    }
    shown.extend(facts.device_ids.iter().take(2).map(|text| words::clean(text, 40)));
    if facts.device_ids.len() > 2 {
        shown.push(format!("{} more numbers", facts.device_ids.len() - 2));
    }
    match facts.people.is_empty() {
        true => shown.extend(facts.names.iter().take(2).map(|text| words::clean(text, 40))),
        false => shown.push("names of people".into()),
    }
    if !facts.contacts.is_empty() {
        shown.push("contact details".into());
    }
    if facts.paths_name_user {
        shown.push("a user's folder".into());
    }
    let lead = if shown.is_empty() { "No position, serial number or name found." } else { "Think before you pass it on." };
    let mut rest = if shown.is_empty() { String::new() } else { format!("The file shows {}.", shown.join(", ")) };
    if photo.metadata.said.origin.source_type.as_ref().is_some_and(|source| source.declares_ai) {
        rest.push_str(" It declares that a trained model made it or a part of it.");
    }
    if let Some(note) = super::statements::maker_note(facts) {
        rest.push_str(&format!(" {note}"));
    }
    match photo.rights.copyright.as_deref().map(|text| words::clean(text, 60)).filter(|text| !text.is_empty()) {
        Some(text) => rest.push_str(&format!(" Copyright: {text}.")),
        None => rest.push_str(" No copyright is set."),
    }
    if !photo.rights.creator_named {
        rest.push_str(" No creator is named.");
    }
    (lead.into(), rest.trim_start().to_owned())
}

fn alt(number: u16, photo: &PhotoMeasurements) -> Alt {
    let value = |metric: Metric| {
        photo.value(metric).map_or_else(|| "unknown".into(), |value| words::number(value, metric.definition().decimals))
    };
    let place = photo.pictures.as_ref().and_then(|pictures| reading::region(&pictures.focus)).unwrap_or("nowhere");
    let colors: Vec<String> = photo.palette.iter().map(|color| format!("{} {}", hex(color.rgb), percent(color.share))).collect();
    Alt {
        preview: format!("Photo {number}, {} by {} pixels.", photo.file.width_px, photo.file.height_px),
        focus: format!("Focus map: sharpest {place}; {} % of the textured area is sharp.", value(Metric::SharpShare)),
        clipping: format!("Clipping: highlights {} %, shadows {} %.", value(Metric::ClipHigh), value(Metric::ClipLow)),
        histogram: format!("Histogram of brightness and colours; mean brightness {} of 255.", value(Metric::MeanLuma)),
        palette: format!("Palette: {}.", colors.join(", ")),
    }
}

/// `fcf8f3`.
pub fn hex(rgb: [u8; 3]) -> String {
    format!("{:02x}{:02x}{:02x}", rgb[0], rgb[1], rgb[2])
}

/// A share as `33 %`.
pub fn percent(share: f64) -> String {
    format!("{} %", words::number(share * 100.0, 0))
}
