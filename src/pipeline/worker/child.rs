//! Inside a worker process: enter the sandbox, do one job, answer one frame, end.
//!
//! Standard input is a sealed memory file with the material; standard output is a socket to the server: the job's head comes
//! in on it (photo worker) and the answer goes out on it. Nothing else is open.

use std::fs::File;
use std::hint::black_box;
use std::io::{Read, Write};
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;

use serde::{Deserialize, Serialize};
use vmap::MapMut;

use super::sandbox::{self, Caps};
use crate::measure::{Options, PhotoOutcome, Threads};
use crate::pipeline::frame::{self, FrameKind};
use crate::report::{self, ReportFacts, ReportPhoto};

/// Which of the two a process is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WorkerKind {
    /// One photo in, one frame out.
    Photo,
    /// All frames of an analysis in, PDF and JSON out.
    Render,
}

impl WorkerKind {
    /// The word on the command line of the re-executed binary.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Photo => "photo",
            Self::Render => "render",
        }
    }

    /// The reverse of [`Self::word`].
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Photo, Self::Render].into_iter().find(|kind| kind.word() == word)
    }
}

/// The head of every job.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Job {
    /// What the process may use.
    pub caps: Caps,
    /// Whether less than a full sandbox ends the worker.
    pub sandbox_required: bool,
    /// Whether picture content is wanted.
    pub previews: bool,
    /// How many cores the photo may keep busy.
    pub threads: Threads,
    /// Ingest limits.
    pub limits: JobLimits,
}

/// Ingest limits as they cross the wire.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct JobLimits {
    /// Pixels.
    pub pixels_max: u64,
    /// Pixels a side.
    pub edge_px_max: u32,
    /// Bytes of a metadata block.
    pub metadata_bytes_max: u64,
    /// Bytes of an ICC profile.
    pub icc_bytes_max: u64,
    /// Bytes a decoder may hold at once.
    pub decoder_bytes_max: u64,
}

/// What the render worker is given.
#[derive(Debug, Serialize, Deserialize)]
pub struct RenderHead {
    /// What the report is about.
    pub facts: ReportFacts,
    /// Its photos; previews and thumbnails stand in the blobs, two for each photo that has pictures.
    pub photos: Vec<ReportPhoto>,
}

/// Why a worker ends without an answer. It has nowhere to say so but its exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WorkerExit {
    /// Answered.
    Done = 0,
    /// The job could not be read.
    Job = 70,
    /// The sandbox could not be entered as required.
    Sandbox = 71,
    /// The report could not be made.
    Render = 72,
    /// The answer could not be sent.
    Answer = 73,
}

/// The life of a worker process; its answer is the exit code.
pub fn run(kind: WorkerKind) -> WorkerExit {
    begin_heap_at_a_huge_page();
    let Ok(mut socket) = std::io::stdout().as_fd().try_clone_to_owned().map(UnixStream::from) else { return WorkerExit::Job };
    let Ok(file) = std::io::stdin().as_fd().try_clone_to_owned().map(File::from) else { return WorkerExit::Job };
    let Some(job) = read_job(&mut socket) else { return WorkerExit::Job };
    match sandbox::enter(job.caps, job.threads) {
        Ok(status) if status.is_full() || !job.sandbox_required => {}
        _ => return WorkerExit::Sandbox,
    }
    let Ok(material) = Material::open(file) else { return WorkerExit::Job };
    let answer = match kind {
        WorkerKind::Photo => measure(&job, material.bytes()),
        WorkerKind::Render => render(material.bytes()),
    };
    match answer {
        Ok(answer) if socket.write_all(&answer).is_ok() => WorkerExit::Done,
        Ok(_) => WorkerExit::Answer,
        Err(exit) => exit,
    }
}

/// Leaves out what the heap has below its first boundary of huge pages, where every page touched is a fault of its own: 256 in the
/// middle, 0.4 CPU ms. Never written, so never there; never given back, for that would scrub it.
fn begin_heap_at_a_huge_page() {
    const HUGE_PAGE_BYTES: usize = 2 * 1024 * 1024;
    let here = (&raw const *black_box(Box::new(0_u8))).addr();
    let gap = Vec::<u8>::with_capacity(HUGE_PAGE_BYTES - here % HUGE_PAGE_BYTES);
    black_box(gap.leak());
}

/// The job's bytes where they lie: a private view of the sealed file, which nobody can change or shorten. A copy would cost a fault
/// a page, and the photo would be in memory twice.
enum Material {
    View(MapMut),
    Copy(Vec<u8>),
}

impl Material {
    /// A copy only of what cannot be mapped, such as an empty file.
    fn open(file: File) -> std::io::Result<Self> {
        if let Ok(view) = MapMut::with_options().copy().map(&file) {
            return Ok(Self::View(view));
        }
        let len = file.metadata()?.len();
        let mut copy = Vec::with_capacity(usize::try_from(len).unwrap_or(0));
        file.take(len).read_to_end(&mut copy)?;
        Ok(Self::Copy(copy))
    }

    fn bytes(&self) -> &[u8] {
        match self {
            Self::View(view) => view,
            Self::Copy(copy) => copy,
        }
    }
}

fn read_job(socket: &mut UnixStream) -> Option<Job> {
    let mut len = [0_u8; 4];
    socket.read_exact(&mut len).ok()?;
    let len = usize::try_from(u32::from_le_bytes(len)).ok()?;
    if len > FrameKind::PhotoJob.bytes_max() {
        return None;
    }
    let mut bytes = vec![0_u8; len];
    socket.read_exact(&mut bytes).ok()?;
    frame::decode(FrameKind::PhotoJob, &bytes).ok().map(|(job, _)| job)
}

fn measure(job: &Job, photo: &[u8]) -> Result<Vec<u8>, WorkerExit> {
    let limits = crate::ingest::Limits {
        pixels_max: job.limits.pixels_max,
        edge_px_max: job.limits.edge_px_max,
        metadata_bytes_max: job.limits.metadata_bytes_max,
        icc_bytes_max: job.limits.icc_bytes_max,
        decoder_bytes_max: job.limits.decoder_bytes_max,
    };
    let outcome = crate::measure::measure_photo(photo, &Options { limits, previews: job.previews, threads: job.threads });
    frame::encode(FrameKind::Photo, &outcome, &picture_blobs(&outcome)).map_err(|_| WorkerExit::Answer)
}

/// Preview and thumbnail bytes of an outcome, in the order the wire has them.
pub fn picture_blobs(outcome: &PhotoOutcome) -> Vec<&[u8]> {
    match outcome {
        PhotoOutcome::Measured(photo) => photo
            .pictures
            .iter()
            .flat_map(|pictures| [pictures.preview.jpeg.as_slice(), pictures.thumbnail.jpeg.as_slice()])
            .collect(),
        PhotoOutcome::Unusable(_) => Vec::new(),
    }
}

/// Puts blobs back into the outcomes they belong to; None if their number does not fit.
pub fn attach_blobs<'a, I: Iterator<Item = &'a mut PhotoOutcome>>(outcomes: I, blobs: Vec<&[u8]>) -> Option<()> {
    let mut blobs = blobs.into_iter();
    for outcome in outcomes {
        if let PhotoOutcome::Measured(photo) = outcome
            && let Some(pictures) = &mut photo.pictures
        {
            pictures.preview.jpeg = blobs.next()?.to_vec();
            pictures.thumbnail.jpeg = blobs.next()?.to_vec();
        }
    }
    blobs.next().is_none().then_some(())
}

fn render(material: &[u8]) -> Result<Vec<u8>, WorkerExit> {
    let (mut head, blobs): (RenderHead, _) = frame::decode(FrameKind::Render, material).map_err(|_| WorkerExit::Job)?;
    attach_blobs(head.photos.iter_mut().map(|photo| &mut photo.outcome), blobs).ok_or(WorkerExit::Job)?;
    let rendered = report::render(&head.facts, &head.photos).map_err(|_| WorkerExit::Render)?;
    frame::encode(FrameKind::Report, &(), &[&rendered.pdf, &rendered.result_json]).map_err(|_| WorkerExit::Answer)
}
