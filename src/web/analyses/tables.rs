//! The numbers of one photo, in groups of a few lines, each with its unit and its meaning.

use super::result::{Capture, File, Jpeg, Metadata, Photo, PrintSize, Privacy, Rights};
use crate::measure::Metric;
use crate::measure::metadata::PREVIEW_BITS_MAX;
use crate::web::words;

/// One line of a table.
pub struct Line {
    pub name: String,
    pub value: String,
    pub unit: String,
    pub meaning: String,
}

/// A table with its heading.
pub struct Group {
    pub title: &'static str,
    pub lines: Vec<Line>,
}

fn line(name: &str, value: impl Into<String>) -> Line {
    Line { name: name.to_owned(), value: value.into(), unit: String::new(), meaning: String::new() }
}

fn said(name: &str, value: Option<impl ToString>) -> Option<Line> {
    value.map(|value| line(name, value.to_string()))
}

/// All groups of a photo that have something to say.
pub fn groups(photo: &Photo) -> Vec<Group> {
    let groups = [
        ("Measurements", measurements(photo)),
        ("File", photo.file.as_ref().map(|file| file_lines(file, photo.jpeg.as_ref())).unwrap_or_default()),
        ("What the file gives away", photo.privacy.as_ref().map(privacy_lines).unwrap_or_default()),
        ("What the camera wrote", photo.capture.as_ref().map(capture_lines).unwrap_or_default()),
        ("Rights", photo.rights.as_ref().map(rights_lines).unwrap_or_default()),
        ("What the file says of its making", photo.metadata.as_ref().map(making_lines).unwrap_or_default()),
        ("How large it prints", photo.print_sizes.iter().flatten().map(print_line).collect()),
    ];
    groups.into_iter().filter(|(_, lines)| !lines.is_empty()).map(|(title, lines)| Group { title, lines }).collect()
}

fn measurements(photo: &Photo) -> Vec<Line> {
    let Some(numbers) = &photo.measurements else { return Vec::new() };
    let shown = |metric: Metric| {
        let definition = metric.definition();
        let number = numbers.get(definition.id)?;
        let value = number.value.map(|value| format!("{value:.*}", usize::from(definition.decimals)));
        Some(Line {
            name: definition.title.to_owned(),
            unit: if value.is_some() { definition.unit.to_owned() } else { String::new() },
            value: value.unwrap_or_else(|| unmeasured(&number.validity).to_owned()),
            meaning: definition.definition.to_owned(),
        })
    };
    Metric::ALL.into_iter().filter_map(shown).collect()
}

/// Why there is no number.
fn unmeasured(validity: &str) -> &'static str {
    match validity {
        "not_applicable" => "not applicable",
        "too_small" => "picture too small",
        "flat" => "no texture",
        "greyscale" => "no color",
        "cmyk" => "not in CMYK",
        _ => "unknown",
    }
}

fn file_lines(file: &File, jpeg: Option<&Jpeg>) -> Vec<Line> {
    let profile = match (&file.profile, file.is_srgb) {
        (Some(profile), _) => profile.clone(),
        (None, true) => "none, taken as sRGB".to_owned(),
        (None, false) => "none".to_owned(),
    };
    let mut lines = vec![
        line("Format", file.format.to_uppercase()),
        line("Size", words::size(file.size_bytes)),
        line("Pixels", format!("{} × {}", file.width_px, file.height_px)),
        line("Bits a channel", file.bits_per_sample.to_string()),
        line("Colors", colors(file)),
        line("Color profile", profile),
        line("Completeness", file.completeness.clone()),
    ];
    if file.pictures > 1 {
        let kind = if file.animated { "frames" } else { "pages" };
        lines.push(line("Pictures", format!("{} {kind}, the first was measured", file.pictures)));
    }
    if let Some(jpeg) = jpeg {
        lines.push(line("Coding", format!("{}, {}", jpeg.process, jpeg.subsampling)));
        lines.extend(jpeg.qualities.first().map(|quality| match quality.kind.as_str() {
            "exact" => line("Quality setting (IJG)", quality.ijg.to_string()),
            _ => line("Quality setting (IJG)", format!("own table, nearest {}", quality.ijg)),
        }));
    }
    lines.push(line("SHA-256", file.sha256.clone()));
    lines
}

fn colors(file: &File) -> String {
    let kind = match (file.channels, file.indexed) {
        (1, _) => "grey",
        (4, _) => "CMYK",
        (_, true) => "RGB from a palette",
        (_, false) => "RGB",
    };
    if file.alpha_used { format!("{kind}, partly transparent") } else { kind.to_owned() }
}

fn privacy_lines(privacy: &Privacy) -> Vec<Line> {
    let yes_no = |yes: bool| if yes { "yes" } else { "no" };
    let mut lines = vec![line("GPS position", yes_no(privacy.gps_position))];
    lines.extend(privacy.device_ids.iter().map(|id| line("Device", id.as_str())));
    lines.extend(privacy.names.iter().map(|name| line("Name of a person", name.as_str())));
    lines.extend(privacy.places.iter().map(|place| line("Place in words", place.as_str())));
    lines.extend(privacy.contacts.iter().map(|contact| line("Contact", contact.as_str())));
    lines.extend(privacy.paths.iter().map(|path| line("Path on a computer", path.as_str())));
    if let Some(bytes) = privacy.maker_note_bytes {
        let whose = privacy.maker_note_vendor.as_deref().unwrap_or("unknown maker");
        let meaning = "May hold serial numbers; its fields are not read.".to_owned();
        lines.push(Line { meaning, ..line("Maker note", format!("{whose}, {}", words::size(bytes))) });
    }
    lines
}

fn rights_lines(rights: &Rights) -> Vec<Line> {
    let rows = [
        said("Copyright", rights.copyright.as_ref()),
        rights.creator_named.then(|| line("Creator", "named")),
        said("Credit", rights.credit.as_ref()),
        said("Terms of use", rights.usage_terms.as_ref()),
        said("Statement", rights.web_statement.as_ref()),
        said("Data mining", rights.data_mining.as_ref()),
    ];
    rows.into_iter().flatten().collect()
}

/// All of it is declared by the file.
fn making_lines(metadata: &Metadata) -> Vec<Line> {
    let source = metadata.origin.source_type.as_ref().map(|source| {
        let meaning = if source.declares_ai { "A trained model made it or a part of it." } else { "" };
        Line { meaning: meaning.to_owned(), ..line("Source type", source.term.as_ref().unwrap_or(&source.value).as_str()) }
    });
    let mut lines: Vec<Line> = source.into_iter().collect();
    lines.extend(metadata.origin.generators.iter().map(|generator| line("Generator", generator.as_str())));
    lines.extend(metadata.history.programs.iter().map(|program| line("Program", program.as_str())));
    lines.extend(metadata.embedded.iter().map(|picture| {
        let size = picture.size_px.map_or_else(|| "unreadable".to_owned(), |(width, height)| format!("{width} × {height} px"));
        let meaning = match picture.pdq_distance {
            Some(bits) if bits > PREVIEW_BITS_MAX => "Shows something else than the picture.",
            _ if picture.shape_differs == Some(true) => "Has another shape than the picture.",
            _ => "",
        };
        Line { meaning: meaning.to_owned(), ..line("Picture inside", size) }
    }));
    if metadata.size_as_declared == Some(false) {
        lines.push(line("Size", "another than the camera declared: resized or cropped after capture"));
    }
    lines.extend(metadata.conflicts.iter().map(|conflict| line("Blocks disagree on", conflict.field.as_str())));
    lines
}

fn capture_lines(capture: &Capture) -> Vec<Line> {
    let camera = [capture.make.as_deref(), capture.model.as_deref()].into_iter().flatten().collect::<Vec<_>>().join(" ");
    let unit = |line: Option<Line>, unit: &str| line.map(|line| Line { unit: unit.to_owned(), ..line });
    [
        said("Camera", Some(camera).filter(|camera| !camera.is_empty())),
        said("Lens", capture.lens.clone()),
        unit(said("Exposure", capture.exposure_time.clone()), "s"),
        said("Aperture", capture.f_number.map(|number| format!("f/{number}"))),
        said("ISO", capture.iso),
        unit(said("Focal length", capture.focal_length_mm), "mm"),
        said("Taken", capture.taken_at.clone()),
        said("Software", capture.software.clone()),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn print_line(size: &PrintSize) -> Line {
    let fills = size.largest_a.as_ref().map_or_else(|| "Fills no A format.".to_owned(), |name| format!("Fills {name}."));
    Line {
        name: format!("At {} ppi", size.ppi),
        value: format!("{:.1} × {:.1}", size.width_cm, size.height_cm),
        unit: "cm".to_owned(),
        meaning: fills,
    }
}
