//! Pages as two renderers draw them that share no code: what one leaves out or puts elsewhere shows as a distance.
//!
//! `make test` looks at every page of most sets, `PROOFSHEET_TEST_FULL=1` (`make verify-reports`) at those of all.

use std::path::Path;

use lopdf::content::{Content, Operation};
use lopdf::{Document, Object};

use proofsheet::report::layout::display::{Item, PageLayout};
use proofsheet::report::layout::tokens;

use crate::support::scratch::Scratch;

use super::expected::page_of;
use super::picture::{Distance, Picture};
use super::programs::run;
use super::text::{laid_out, marked};
use super::{REPORTS, Sample, sets};

/// Pixels an inch: a pixel is a point.
const RESOLUTION: &str = "72";
/// Largest mean difference of two renderings of a page, in levels; most measured: 5.9.
const MEAN_MAX: f64 = 8.0;
/// Largest share of pixels that differ, in %; most measured: 1.8.
const SHARE_MAX: f64 = 3.0;
/// Largest difference of a square's mean, in levels; most measured: 46, at boxes of hair lines.
const WORST_MAX: f64 = 60.0;
/// Most squares that are counted; most measured: 3.
const SQUARES_MAX: usize = 8;
/// Most of them on a page with boxes for characters that no face has, whose hair lines poppler draws wider; most measured: 20.
const SQUARES_BOXED_MAX: usize = 28;
/// Least difference of the darkest and the lightest sample where a line of text is drawn, in levels; least measured: 29.
const INK_MIN: u8 = 20;

/// Pages as poppler draws them.
fn by_poppler(path: &Path, resolution: &str) -> Vec<Picture> {
    Picture::from_ppms(&run("pdftoppm", &["-r".as_ref(), resolution.as_ref(), path.as_ref()]).content("pdftoppm").out)
}

/// Pages as MuPDF draws them, without color profiles, which Debian's build does not have.
fn by_mupdf(path: &Path, resolution: &str) -> Vec<Picture> {
    let arguments = ["draw", "-q", "-N", "-F", "ppm", "-c", "rgb", "-o", "-", "-r", resolution];
    let mut arguments: Vec<_> = arguments.iter().map(AsRef::as_ref).collect();
    arguments.push(path.as_os_str());
    Picture::from_ppms(&run("mutool", &arguments).content("mutool draw").out)
}

/// Pages as both draw them, at the same time.
pub fn by_both(path: &Path, resolution: &str) -> (Vec<Picture>, Vec<Picture>) {
    std::thread::scope(|scope| {
        let poppler = scope.spawn(|| by_poppler(path, resolution));
        let mupdf = by_mupdf(path, resolution);
        (poppler.join().unwrap(), mupdf)
    })
}

/// What is wrong with a page as two renderers draw it: they differ, or one of them draws no ink where a line of text stands.
fn complaints(page: &PageLayout, pictures: [&Picture; 2], seen: &mut Seen) -> Vec<String> {
    let distance = pictures[0].distance(pictures[1]);
    let boxed = page.items.iter().any(|(_, item)| matches!(item, Item::Text { line, .. } if marked(line)));
    let squares_max = if boxed { SQUARES_BOXED_MAX } else { SQUARES_MAX };
    let agree = distance.mean <= MEAN_MAX
        && distance.share <= SHARE_MAX
        && distance.worst <= WORST_MAX
        && distance.squares <= squares_max;
    let mut complaints = if agree { vec![] } else { vec![format!("{distance:?}")] };
    for (text, ink) in pictures.into_iter().flat_map(|picture| ink(page, picture)) {
        seen.lines += 1;
        seen.least_ink = seen.least_ink.min(ink);
        if ink < INK_MIN {
            complaints.push(format!("\"{text}\" leaves {ink} levels"));
        }
    }
    seen.pages += 1;
    seen.most = seen.most.of_each(distance);
    complaints
}

/// What was looked at, and the extremes of it.
#[derive(Debug)]
struct Seen {
    pages: usize,
    lines: usize,
    most: Distance,
    least_ink: u8,
}

impl Seen {
    fn nothing() -> Self {
        Self { pages: 0, lines: 0, most: Distance { mean: 0.0, share: 0.0, worst: 0.0, squares: 0, at: (0, 0) }, least_ink: 255 }
    }
}

#[test]
fn poppler_and_mupdf_draw_the_same_pages_and_every_line_on_them() {
    let full = std::env::var_os("PROOFSHEET_TEST_FULL").is_some();
    let folder = Scratch::new("report-rendered");
    let (mut wrong, mut seen) = (Vec::new(), Seen::nothing());
    for ((name, facts, photos), Sample { report, .. }) in sets().into_iter().zip(REPORTS.iter()) {
        if !full && ["fifty", "letter"].into_iter().any(|kind| name.starts_with(kind)) {
            continue;
        }
        let path = folder.put("report.pdf", &report.pdf);
        let layout = laid_out(&facts, &photos, report);
        let (poppler, mupdf) = by_both(&path, RESOLUTION);
        assert_eq!((poppler.len(), mupdf.len()), (layout.pages.len(), layout.pages.len()), "{name}");
        for (index, (page, (a, b))) in layout.pages.iter().zip(poppler.iter().zip(&mupdf)).enumerate() {
            let complaints = complaints(page, [a, b], &mut seen);
            wrong.extend(complaints.into_iter().map(|complaint| format!("{name}, page {}: {complaint}", index + 1)));
        }
    }
    println!("{seen:?}");
    assert!(wrong.is_empty(), "{seen:?}: {wrong:#?}");
    assert!(seen.pages > 150 && seen.lines > 20_000, "{seen:?}");
}

/// Each line of text of a page, with how much darkest and lightest samples differ where it should begin or end, whichever is less.
fn ink<'a>(page: &'a PageLayout, picture: &'a Picture) -> impl Iterator<Item = (&'a str, u8)> {
    let beside = tokens::beside(page.paper);
    page.items.iter().filter_map(move |(_, item)| match item {
        Item::Text { x, y, size, tracking, line, .. } if line.width > 0.0 => {
            let (left, right) = (x + beside, x + beside + (line.width + tracking * line.count as f32) * size);
            let end = size.mul_add(1.2, 2.0).min(right - left);
            let rows = (y - 0.8 * size) as usize..(y + 0.15 * size).ceil() as usize;
            let ends = [(left, left + end), (right - end, right)].map(|(from, to)| {
                let (low, high) = picture.levels(from as usize..to.ceil() as usize, rows.clone());
                high - low
            });
            Some((line.text.as_str(), ends[0].min(ends[1])))
        }
        _ => None,
    })
}

/// What is changed of a photo's page or, for photo 0, of the cover: the operator's place, and how.
struct Fault {
    name: &'static str,
    photo: usize,
    place: fn(&[Operation]) -> usize,
    change: fn(&mut Operation),
}

const fn fault(name: &'static str, photo: usize, place: fn(&[Operation]) -> usize, change: fn(&mut Operation)) -> Fault {
    Fault { name, photo, place, change }
}

const FAULTS: &[Fault] = &[
    fault("a picture is left out", 0, |page| drawn(page, "Im"), left_out),
    fault("a picture stands elsewhere", 1, |page| drawn(page, "Im") - 1, moved),
    fault("a mark is left out", 0, |page| drawn(page, "Mk-mark-underline"), left_out),
    fault("a map is left out", 4, |page| drawn(page, "Gr"), left_out),
    fault("a line of text is left out", 4, longest_line, left_out),
    fault("a line of text stands elsewhere", 4, |page| longest_line(page) - 1, moved),
    fault("a line of text has the paper's color", 4, |page| color_before(page, longest_line(page)), pale),
];

fn left_out(operation: &mut Operation) {
    *operation = Operation::new("n", vec![]);
}

/// Half a centimeter to the right.
fn moved(matrix: &mut Operation) {
    assert!(["cm", "Tm"].contains(&matrix.operator.as_str()), "{matrix:?}");
    matrix.operands[4] = Object::Real(matrix.operands[4].as_float().unwrap() + 15.0);
}

fn pale(color: &mut Operation) {
    color.operands = vec![Object::Real(0.98); 3];
}

fn color_before(page: &[Operation], at: usize) -> usize {
    page[..at].iter().rposition(|one| one.operator == "rg").unwrap()
}

/// The first place of an object whose name begins so.
fn drawn(page: &[Operation], name: &str) -> usize {
    let named = |one: &Operation| one.operator == "Do" && one.operands[0].as_name().unwrap().starts_with(name.as_bytes());
    page.iter().position(named).unwrap()
}

fn longest_line(page: &[Operation]) -> usize {
    let length = |one: &Operation| if one.operator == "TJ" { one.operands[0].as_array().unwrap().len() } else { 0 };
    (0..page.len()).max_by_key(|at| length(&page[*at])).unwrap()
}

#[test]
fn what_is_left_out_or_moved_is_noticed() {
    let (name, facts, photos) = sets().swap_remove(0);
    let report = &REPORTS[0].report;
    assert_eq!(name, "mixed");
    let layout = laid_out(&facts, &photos, report);
    let folder = Scratch::new("report-faults");
    let pages = by_poppler(&folder.put("report.pdf", &report.pdf), RESOLUTION);
    for Fault { name, photo, place, change } in FAULTS {
        let page = if *photo == 0 { 1 } else { page_of(&layout, *photo) };
        let mut document = Document::load_mem(&report.pdf).unwrap();
        let id = document.get_pages()[&(page as u32)];
        let mut content = Content::decode(&document.get_page_content(id)).unwrap();
        let place = place(&content.operations);
        change(&mut content.operations[place]);
        document.change_page_content(id, content.encode().unwrap()).unwrap();
        let mut bytes = Vec::new();
        document.save_to(&mut bytes).unwrap();
        let index = page - 1;
        let changed = &by_mupdf(&folder.put("fault.pdf", &bytes), RESOLUTION)[index];
        let complaints = complaints(&layout.pages[index], [&pages[index], changed], &mut Seen::nothing());
        println!("{name}: {complaints:?}");
        assert!(!complaints.is_empty(), "{name} went by");
    }
}
