//! The report as a page: verdict, contact strip, worst first, one photo at a time.

use actix_web::HttpResponse;
use askama::Template;

use super::overlay::{Overlay, View, overlay};
use super::result::{Finding, Photo, ResultJson, Status};
use super::tables::{Group, groups};
use crate::db::ReportRecord;
use crate::http::analysis::Seen;
use crate::http::session::SignedIn;
use crate::http::{Problem, Services};
use crate::pipeline::Part;
use crate::report::words::{Counts, set_sentences};
use crate::web::frame::{Frame, Section, page};
use crate::web::words;

/// Height of a frame in the strip, in CSS pixels.
const FRAME_PX: u32 = 92;

struct Cell {
    number: u16,
    word: &'static str,
    file_name: String,
    has_preview: bool,
    width: u32,
    blank: &'static str,
    over: Option<&'static str>,
    is_current: bool,
}

struct Item {
    number: u16,
    title: String,
    text: String,
    word: &'static str,
    color: &'static str,
    is_current: bool,
}

struct FindingView {
    title: String,
    text: String,
    advice: String,
    color: &'static str,
}

struct Stripe {
    x: u32,
    width: u32,
    hex: String,
}

struct Tab {
    slug: &'static str,
    title: &'static str,
    is_current: bool,
}

struct PhotoView {
    number: u16,
    place: usize,
    previous: Option<u16>,
    next: Option<u16>,
    word: &'static str,
    color: &'static str,
    file_name: String,
    has_preview: bool,
    width: u32,
    height: u32,
    blank: &'static str,
    tabs: Vec<Tab>,
    overlay: Option<Overlay>,
    view: &'static str,
    size: String,
    sentence: String,
    findings: Vec<FindingView>,
    palette: Vec<Stripe>,
    palette_words: String,
    groups: Vec<Group>,
}

#[derive(Template)]
#[template(path = "analysis_report.html")]
struct ReportPage {
    frame: Frame,
    id: String,
    title: String,
    first: String,
    second: String,
    left: String,
    left_per_mille: u128,
    ends: String,
    strip: Vec<Cell>,
    worst: Vec<Item>,
    attention: usize,
    ready: usize,
    ready_sentence: String,
    report: String,
    product: &'static str,
    measured: String,
    previews: bool,
    photo: Option<PhotoView>,
}

/// Draws it with one photo: the one asked for, or the worst.
///
/// # Errors
/// What opening the report answers.
pub async fn show(
    person: &SignedIn,
    seen: &Seen,
    asked: Option<u16>,
    view: View,
    services: &Services,
) -> Result<HttpResponse, Problem> {
    let Some(report) = &seen.report else {
        return Err(Problem::internal("a completed analysis without a report"));
    };
    let json = services.pipeline.open_report(&person.agency, &seen.record.id, Part::ResultJson).await?;
    let mut result: ResultJson = serde_json::from_slice(&json).map_err(Problem::internal)?;
    // Worst first; the sort keeps the order of upload among equals.
    result.photos.sort_by_key(|photo| std::cmp::Reverse(photo.status));
    let counts = Counts { ready: result.set.ready, check: result.set.check, redo: result.set.redo };
    let (first, second) = set_sentences(counts);
    let current = asked.and_then(|number| result.photos.iter().position(|photo| photo.number == number)).unwrap_or(0);
    let (left, left_per_mille) = time_left(report, services);
    let title = words::title(seen.reference.as_deref(), seen.record.photo_count);
    page(&ReportPage {
        frame: Frame::of(person, Section::Reports, format!("{first} {second} {title}")),
        id: seen.record.id.to_string(),
        title,
        first,
        second,
        left,
        left_per_mille,
        ends: report.expires_at.long_date_time(),
        strip: result.photos.iter().enumerate().map(|(place, photo)| cell(photo, place == current)).collect(),
        worst: result.photos.iter().enumerate().filter_map(|(place, photo)| item(photo, place == current)).collect(),
        attention: counts.check + counts.redo,
        ready: counts.ready,
        ready_sentence: ready_sentence(counts.ready),
        report: report.id.to_string(),
        product: seen.record.product.title(),
        measured: report.created_at.long_date_time(),
        previews: seen.record.previews,
        photo: photo_view(&result.photos, current, view),
    })
}

fn ready_sentence(ready: usize) -> String {
    let subject = if ready == 1 { "1 frame has".to_owned() } else { format!("{ready} frames have") };
    format!("{subject} no measurement past a threshold.")
}

/// In words, and in thousandths of the whole life.
fn time_left(report: &ReportRecord, services: &Services) -> (String, u128) {
    let left = report.expires_at.since(services.clock.now());
    let whole = report.expires_at.since(report.created_at).as_millis().max(1);
    (words::left(left), (left.as_millis() * 1000 / whole).min(1000))
}

fn blank(photo: &Photo) -> &'static str {
    if photo.problem.is_some() { "Could not be measured" } else { "No preview in this report" }
}

fn cell(photo: &Photo, is_current: bool) -> Cell {
    let size = photo.pictures.as_ref().map(|pictures| &pictures.preview);
    let over = match photo.status {
        Status::Ready => None,
        Status::Check => Some("warn"),
        Status::Redo => Some("fail"),
    };
    Cell {
        number: photo.number,
        word: photo.status.word(),
        file_name: photo.file_name.clone(),
        has_preview: size.is_some(),
        width: size.map_or(0, |size| (size.width_px * FRAME_PX).div_ceil(size.height_px.max(1))),
        blank: blank(photo),
        over,
        is_current,
    }
}

fn item(photo: &Photo, is_current: bool) -> Option<Item> {
    let (title, text) = match (&photo.problem, photo.findings.first()) {
        (Some(problem), _) => ("This file cannot be used".to_owned(), problem.sentence.clone()),
        (None, Some(worst)) => (worst.title.clone(), and_more(&worst.sentence, photo.findings.len() - 1)),
        (None, None) => return None,
    };
    Some(Item { number: photo.number, title, text, word: photo.status.word(), color: photo.status.color(), is_current })
}

fn and_more(sentence: &str, more: usize) -> String {
    match more {
        0 => sentence.to_owned(),
        1 => format!("{sentence} And 1 more."),
        more => format!("{sentence} And {more} more."),
    }
}

fn finding(finding: &Finding) -> FindingView {
    FindingView {
        title: finding.title.clone(),
        text: finding.sentence.clone(),
        advice: finding.advice.clone(),
        color: finding.level.color(),
    }
}

fn tabs(current: View) -> Vec<Tab> {
    View::ALL.map(|view| Tab { slug: view.slug(), title: view.title(), is_current: view == current }).into()
}

fn photo_view(photos: &[Photo], at: usize, view: View) -> Option<PhotoView> {
    let photo = photos.get(at)?;
    let size = photo.pictures.as_ref().map(|pictures| &pictures.preview);
    let (palette, palette_words) = palette(photo);
    let pixels =
        photo.file.as_ref().map(|file| format!("{} × {} px, {}", file.width_px, file.height_px, words::size(file.size_bytes)));
    Some(PhotoView {
        number: photo.number,
        place: at + 1,
        previous: at.checked_sub(1).and_then(|at| photos.get(at)).map(|photo| photo.number),
        next: photos.get(at + 1).map(|photo| photo.number),
        word: photo.status.word(),
        color: photo.status.color(),
        file_name: photo.file_name.clone(),
        has_preview: size.is_some(),
        width: size.map_or(0, |size| size.width_px),
        height: size.map_or(0, |size| size.height_px),
        blank: blank(photo),
        tabs: if photo.pictures.is_some() { tabs(view) } else { Vec::new() },
        overlay: photo.pictures.as_ref().and_then(|pictures| overlay(view, pictures)),
        view: view.slug(),
        size: pixels.unwrap_or_default(),
        sentence: photo.sentence.clone(),
        findings: photo.findings.iter().map(finding).collect(),
        palette,
        palette_words,
        groups: groups(photo),
    })
}

/// Stripes over 1000 units, as wide as their share.
fn palette(photo: &Photo) -> (Vec<Stripe>, String) {
    let colors = photo.palette.as_deref().unwrap_or_default();
    let whole: f64 = colors.iter().map(|color| color.share).sum::<f64>().max(f64::EPSILON);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 1000")]
    let unit = |share: f64| (share / whole * 1000.0).round().clamp(0.0, 1000.0) as u32;
    let mut stripes = Vec::with_capacity(colors.len());
    let mut before = 0.0;
    for color in colors {
        let x = unit(before);
        before += color.share;
        stripes.push(Stripe { x, width: unit(before).saturating_sub(x), hex: color.hex.clone() });
    }
    let words: Vec<String> = colors.iter().map(|color| format!("{} {:.0} %", color.hex, color.share * 100.0)).collect();
    (stripes, words.join(", "))
}
