//! What a file says about its origin, in two lines: declared facts, and where the file contradicts them.

use crate::measure::PhotoMeasurements;
use crate::measure::metadata::EmbeddedPicture;
use crate::report::words;

/// Programs that are named.
const PROGRAMS_MAX: usize = 3;
/// Longest name of a program, in characters.
const PROGRAM_CHARS_MAX: usize = 40;
/// Longest name of a source type, in characters.
const TERM_CHARS_MAX: usize = 60;

/// What is declared, as sentences.
pub fn said(photo: &PhotoMeasurements) -> String {
    let mut sentences: Vec<String> = [source(photo), programs(photo), history(photo)].into_iter().flatten().collect();
    if sentences.is_empty() {
        sentences.push("The file declares nothing about its origin, which is normal.".into());
    }
    sentences.extend(contradictions(photo).map(str::to_owned));
    sentences.join(" ")
}

fn source(photo: &PhotoMeasurements) -> Option<String> {
    let origin = &photo.metadata.said.origin;
    if let Some(source) = &origin.source_type {
        let term = words::clean(source.term.as_deref().unwrap_or(&source.value), TERM_CHARS_MAX);
        let ai = if source.declares_ai { ", so a trained model made it or a part of it" } else { "" };
        return Some(format!("Its source is declared as {term}{ai}."));
    }
    let generator = origin.generators.first()?;
    Some(format!("It names a generator: {}.", words::clean(generator, PROGRAM_CHARS_MAX)))
}

fn programs(photo: &PhotoMeasurements) -> Option<String> {
    let programs = &photo.metadata.said.history.programs;
    let named: Vec<String> = programs
        .iter()
        .chain(programs.is_empty().then_some(()).and(photo.capture.software.as_ref()))
        .map(|name| words::clean(name, PROGRAM_CHARS_MAX))
        .collect();
    let more = named.len().saturating_sub(PROGRAMS_MAX);
    let shown = named.iter().take(PROGRAMS_MAX).map(String::as_str).collect::<Vec<_>>().join(", ");
    match (named.is_empty(), more) {
        (true, _) => None,
        (false, 0) => Some(format!("Saved by {shown}, as the file says.")),
        (false, more) => Some(format!("Saved by {shown} and {more} more, as the file says.")),
    }
}

fn history(photo: &PhotoMeasurements) -> Option<String> {
    let history = &photo.metadata.said.history;
    let steps = (history.steps > 0).then(|| format!("lists {}", words::count(history.steps as usize, "step", "steps")));
    let ancestors = (history.ancestors > 0)
        .then(|| format!("names {} that went into it", words::count(history.ancestors as usize, "document", "documents")));
    let told: Vec<String> = steps.into_iter().chain(ancestors).collect();
    (!told.is_empty()).then(|| format!("Its history {}.", told.join(" and ")))
}

fn contradictions(photo: &PhotoMeasurements) -> impl Iterator<Item = &'static str> {
    let metadata = &photo.metadata;
    [
        (
            metadata.size_as_declared == Some(false),
            "It has another size than the camera declared: resized or cropped after capture.",
        ),
        (metadata.embedded.iter().any(EmbeddedPicture::shows_another), "A preview inside it shows another picture."),
        (!metadata.said.dates.notes.is_empty(), "Its dates contradict each other."),
        (!metadata.said.conflicts.is_empty(), "Its blocks of metadata disagree."),
    ]
    .into_iter()
    .filter_map(|(holds, sentence)| holds.then_some(sentence))
}
