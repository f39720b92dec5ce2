//! What a report costs beside krilla and ReportLab drawing the very same things; its size; its memory.
//!
//! `make bench` prints the tables of `docs/performance.md`; `make bench-reportlab` makes the Python environment first. CPU milliseconds,
//! medians of interleaved runs.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a bench prints its figures, stops at the first surprise, and lends its pages to other programs"
)]

use placed::Placed;
use proofsheet::measure::PhotoOutcome;
use proofsheet::report::fonts::Fonts;
use proofsheet::report::layout::display::{Item, PictureKind};
use proofsheet::report::layout::{Layout, Pages};
use proofsheet::report::{ReportPhoto, content, pdf, render, result_json};
use side_by_side::{Peer, cpu_ms, machine, median};

#[path = "report/list.rs"]
mod list;
#[path = "report/placed.rs"]
mod placed;
#[path = "report/set.rs"]
mod set;
#[path = "side_by_side.rs"]
mod side_by_side;

type Scrubbing = zeroizing_alloc::ZeroAlloc<std::alloc::System>;

/// As the program has it, so that what is freed is scrubbed here too; and counted.
#[global_allocator]
static ALLOCATOR: cap::Cap<Scrubbing> = cap::Cap::new(zeroizing_alloc::ZeroAlloc(std::alloc::System), usize::MAX);

const RUNS: usize = 21;
/// Photos of the real report that has ten pages, of the one with twenty pictures, and of a full set.
const TEN_PAGES: u16 = 3;
const TWENTY_PICTURES: u16 = 10;
const FULL: u16 = 50;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if let Some(place) = arguments.iter().position(|argument| argument == "--memory") {
        return memory(std::path::Path::new(&arguments[place + 1]));
    }
    println!("machine: {}", machine());
    let cases = [
        Case::ten_pages_with_twenty_previews(),
        Case::real("the report of 3 photos", TEN_PAGES),
        Case::real("the report of 10 photos", TWENTY_PICTURES),
    ];
    beside_peers(&cases);
    full();
    in_own_process();
}

/// A report to draw.
struct Case {
    name: &'static str,
    photos: Vec<ReportPhoto>,
    layout: Placed,
    result_json: Vec<u8>,
    /// Whether the product makes it as it is.
    real: bool,
}

impl Case {
    fn real(name: &'static str, count: u16) -> Self {
        let photos = set::photos(count);
        let (layout, result_json) = laid_out(&photos);
        Self { name, photos, layout, result_json, real: true }
    }

    /// Ten pages of the report of twenty photos, with the preview for each thumbnail: twenty pictures of about 100 KB.
    fn ten_pages_with_twenty_previews() -> Self {
        let photos = set::photos(20);
        let (mut layout, _) = laid_out(&photos);
        let method = layout.outline.last().unwrap().page - 1;
        let mut pages = std::mem::take(&mut layout.pages);
        let end = pages.split_off(method);
        pages.truncate(10 - end.len());
        pages.extend(end);
        for (_, item) in pages.iter_mut().flat_map(|page| &mut page.items) {
            if let Item::Picture { kind, .. } = item {
                *kind = PictureKind::Preview;
            }
        }
        layout.pages = pages;
        let result_json = result_json(&set::facts(), &photos[..TEN_PAGES.into()]).unwrap();
        Self { name: "ten pages with 20 previews", photos, layout, result_json, real: false }
    }

    fn embedded_bytes(&self) -> usize {
        let mut shown = std::collections::BTreeSet::new();
        for (_, item) in self.layout.pages.iter().flat_map(|page| &page.items) {
            if let Item::Picture { photo, kind, .. } = item {
                shown.insert((*photo, *kind));
            }
        }
        let bytes = |(photo, kind): &(u16, PictureKind)| {
            let PhotoOutcome::Measured(measured) = &self.photos[usize::from(*photo) - 1].outcome else { return 0 };
            let pictures = measured.pictures.as_ref().unwrap();
            if *kind == PictureKind::Preview { pictures.preview.jpeg.len() } else { pictures.thumbnail.jpeg.len() }
        };
        shown.iter().map(bytes).sum()
    }

    fn draw(&self) -> Vec<u8> {
        let sources = pdf::Sources { photos: &self.photos, logo: None };
        pdf::draw(&self.layout, &sources, &about(), &self.result_json).unwrap().save().unwrap()
    }

    /// Shapes every text anew, as the peers do: the layout did it once to know how wide each is.
    fn shape(&self) {
        let fonts = Fonts::load().unwrap();
        for (_, item) in self.layout.pages.iter().flat_map(|page| &page.items) {
            if let Item::Text { line, .. } = item {
                let face = line.pieces.first().map_or(proofsheet::report::fonts::Face::Regular, |piece| piece.face);
                drop(std::hint::black_box(fonts.shape(face, proofsheet::report::fonts::Figures::Text, &line.text)));
            }
        }
    }
}

fn about() -> pdf::About {
    let facts = set::facts();
    pdf::About { title: "Launch week".into(), created: facts.created_at.civil(), creator: "proofsheet".into(), id: [7; 16] }
}

fn laid_out(photos: &[ReportPhoto]) -> (Placed, Vec<u8>) {
    let facts = set::facts();
    let fonts = Fonts::load().unwrap();
    let content = content::compose(&facts, photos, &"0123456789abcdef".repeat(4));
    let layout = Layout::new(&fonts, &content).unwrap();
    (Placed::of(&layout), result_json(&facts, photos).unwrap())
}

fn beside_peers(cases: &[Case]) {
    let lists: Vec<(&'static str, Vec<u8>)> =
        cases.iter().map(|case| (case.name, list::write(&case.layout, &case.photos, "Launch week", &case.result_json))).collect();
    let mut krilla = Peer::krilla(&lists);
    let mut reportlab = Peer::reportlab(&lists);
    println!(
        "{}; {}",
        krilla.versions,
        reportlab.as_ref().map_or("no ReportLab here (make bench-reportlab makes one)", |peer| &peer.versions)
    );
    println!(
        "pages, items, pictures' bytes, PDF's bytes beyond them, attached result, faces; CPU ms: shaping and drawing, whole report from its facts, krilla, ReportLab; times slower: krilla, ReportLab (than shaping and drawing; than the whole)"
    );
    for (index, case) in cases.iter().enumerate() {
        let mut samples: [Vec<f64>; 4] = Default::default();
        for _ in 0..RUNS {
            let drawing = cpu_ms(|| {
                case.shape();
                drop(std::hint::black_box(case.draw()));
            });
            let whole =
                if case.real { cpu_ms(|| drop(std::hint::black_box(render(&set::facts(), &case.photos)))) } else { f64::NAN };
            let others = [krilla.measure(index), reportlab.as_mut().map_or(f64::NAN, |peer| peer.measure(index))];
            samples.iter_mut().zip([drawing, whole].into_iter().chain(others)).for_each(|(samples, ms)| samples.push(ms));
        }
        let [drawing, whole, krilla, reportlab] = samples.map(median);
        let (pdf, embedded) = (case.draw().len(), case.embedded_bytes());
        let items: usize = case.layout.pages.iter().map(|page| page.items.len()).sum();
        println!(
            "{}: {} pages, {items} items, {embedded} bytes of pictures, {} bytes beside them, attached {}, faces {}",
            case.name,
            case.layout.pages.len(),
            pdf - embedded,
            case.result_json.len(),
            faces(case)
        );
        println!(
            "  {drawing:.1} {whole:.1} {krilla:.1} {reportlab:.1}; {:.2} {:.2}; {:.2} {:.2}",
            krilla / drawing,
            reportlab / drawing,
            krilla / whole,
            reportlab / whole
        );
    }
}

/// Bytes of the embedded faces, as they stand in the file.
fn faces(case: &Case) -> usize {
    let document = lopdf::Document::load_mem(&case.draw()).unwrap();
    let streams = document.objects.values().filter_map(|object| object.as_stream().ok());
    streams.filter(|stream| stream.dict.has(b"Length1")).map(|stream| stream.content.len()).sum()
}

fn full() {
    let photos = set::photos(FULL);
    let samples = (0..RUNS).map(|_| cpu_ms(|| drop(std::hint::black_box(render(&set::facts(), &photos).unwrap()))));
    let ms = median(samples.collect());
    let report = render(&set::facts(), &photos).unwrap();
    let pages = lopdf::Document::load_mem(&report.pdf).unwrap().get_pages().len();
    let embedded = set::embedded_bytes(&photos);
    println!(
        "the report of {FULL} photos: {pages} pages, {ms:.0} CPU ms, {embedded} bytes of pictures, {} bytes beside them, result {}",
        report.pdf.len() - embedded,
        report.result_json.len()
    );
}

/// Memory is measured where nothing larger was held before.
fn in_own_process() {
    let folder = std::env::temp_dir().join(format!("proofsheet-report-{}", std::process::id()));
    std::fs::create_dir(&folder).unwrap();
    set::write_files(&folder, FULL);
    let mut again = std::process::Command::new(std::env::current_exe().unwrap());
    again.arg("--memory").arg(&folder).status().unwrap();
    std::fs::remove_dir_all(&folder).unwrap();
}

/// Bytes allocated and not yet freed, at their highest, between the call of `render` and its return, less those of the photos before it.
fn memory(folder: &std::path::Path) {
    let photos = set::measured_files(folder);
    let embedded = set::embedded_bytes(&photos);
    let (before, highest) = (ALLOCATOR.allocated(), ALLOCATOR.max_allocated());
    let drawn = drawn(&photos) - before;
    let report = render(&set::facts(), &photos).unwrap();
    let (held, peak) = (ALLOCATOR.allocated() - before, ALLOCATOR.max_allocated());
    assert!(peak > highest, "measuring held more than drawing");
    let times = |bytes: usize| bytes as f64 / embedded as f64;
    println!(
        "memory, {FULL} photos: {embedded} bytes embedded, {drawn} at most until the pages are drawn, {} at the peak of render beside its input ({:.2} times), {held} of them the result ({:.2}); with the input, which is held meanwhile, {} ({:.2})",
        peak - before,
        times(peak - before),
        times(held),
        peak,
        times(peak)
    );
    drop(report);
    pages(&photos);
}

/// Most bytes allocated while the pages are placed and drawn, before the file is made.
fn drawn(photos: &[ReportPhoto]) -> usize {
    let facts = set::facts();
    let result_json = result_json(&facts, photos).unwrap();
    let content = content::compose(&facts, photos, &"0123456789abcdef".repeat(4));
    let fonts = Fonts::load().unwrap();
    let layout = Layout::new(&fonts, &content).unwrap();
    let sources = pdf::Sources { photos, logo: None };
    drop(std::hint::black_box(pdf::draw(&layout, &sources, &about(), &result_json).unwrap()));
    ALLOCATOR.max_allocated()
}

/// Bytes of placed pages: the largest, while it is lent, and all of them, had they to wait for each other.
fn pages(photos: &[ReportPhoto]) {
    let facts = set::facts();
    let content = content::compose(&facts, photos, &"0123456789abcdef".repeat(4));
    let before = ALLOCATOR.allocated();
    let fonts = Fonts::load().unwrap();
    let layout = Layout::new(&fonts, &content).unwrap();
    let nothing = |of: &dyn Pages| of.each(&mut |_| Ok(())).unwrap();
    nothing(&layout);
    let kept = ALLOCATOR.allocated() - before;
    let mut largest = 0;
    let placing = layout.each(&mut |_| {
        largest = largest.max(ALLOCATOR.allocated() - before - kept);
        Ok(())
    });
    placing.unwrap();
    let all = Placed::of(&layout);
    let together = ALLOCATOR.allocated() - before - kept;
    let again = median((0..RUNS).map(|_| cpu_ms(|| nothing(&layout))).collect());
    println!(
        "placed pages: the largest of {} holds {largest} bytes while it is drawn, all would hold {together}; faces and lines that may recur {kept}; placing all once more takes {again:.1} CPU ms",
        all.count()
    );
}
