//! Single-use worker processes, seen from the server: start one, hand it sealed memory, take one bounded answer, see it end.
//!
//! The server never decodes a photo and never renders a page itself. What a worker answers is treated as hostile input.

pub mod check;
pub mod child;
pub mod sandbox;

use std::fs::File;
use std::io::Seek;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream as StdUnixStream;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;
use tokio::process::Command;

use super::frame::{self, FrameError, FrameKind};
use super::held::{self, SealedMemory};
use crate::ingest::Limits;
use crate::measure::{PhotoOutcome, PhotoProblem, Threads};
use crate::report::RenderedReport;
use child::{Job, JobLimits};
pub use child::{RenderHead, WorkerKind, picture_blobs};
use sandbox::Caps;

/// Whether a worker may run where the kernel cannot give the whole sandbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SandboxMode {
    /// No sandbox, no worker. For production.
    Required,
    /// As much as the kernel gives.
    Preferred,
}

/// How workers are run.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// `required` or `preferred`.
    pub sandbox: SandboxMode,
    /// Seconds a worker may take by the clock.
    pub wall_secs: u64,
    /// Seconds of CPU a worker may use.
    pub cpu_secs: u64,
    /// Bytes of address space a worker may use.
    pub memory_bytes: u64,
    /// Workers at a time; 0: one a core.
    pub parallel: usize,
    /// The program to re-execute; empty: this one.
    pub executable: PathBuf,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            sandbox: SandboxMode::Preferred,
            wall_secs: 30,
            cpu_secs: 30,
            memory_bytes: 1536 * 1024 * 1024,
            parallel: 0,
            executable: PathBuf::new(),
        }
    }
}

impl Settings {
    /// Workers at a time, at least 1.
    pub fn parallel_workers(&self) -> usize {
        match self.parallel {
            0 => std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
            n => n,
        }
    }
}

/// Why a worker gave no answer that can be used.
#[derive(Debug, thiserror::Error)]
pub enum WorkerError {
    /// The process could not be started.
    #[error("a worker process could not be started")]
    Start(#[source] std::io::Error),
    /// The material could not be put into memory.
    #[error("the worker's material could not be put into memory")]
    Material(#[source] std::io::Error),
    /// Still running at its deadline; killed.
    #[error("a worker was killed after {secs} s")]
    Deadline { secs: u64 },
    /// Ended without an answer: it was killed by its limits or its sandbox, or gave up.
    #[error("a worker ended without an answer (exit code {code:?})")]
    Ended { code: Option<i32> },
    /// Answered something that is no frame of the expected kind.
    #[error("a worker's answer was refused")]
    Frame(#[from] FrameError),
    /// Answered a frame whose content cannot be.
    #[error("a worker's answer was refused: {0}")]
    Content(#[from] check::CheckError),
}

/// How glibc's allocator behaves in a worker: it keeps what is freed, grows in large steps and asks for huge pages (large buffers
/// apart, where those fit), because the process is short and each page costs a fault. Other C libraries do not read it.
const MALLOC: &str = "glibc.malloc.mmap_threshold=2097152:glibc.malloc.trim_threshold=1073741824:\
                      glibc.malloc.top_pad=16777216:glibc.malloc.hugetlb=1";

/// Room made for an answer, in bytes: most of a photo fit. A larger one grows, and what it grows out of is copied and scrubbed.
const ANSWER_BYTES: usize = 256 * 1024;

/// Starts workers.
#[derive(Debug, Clone)]
pub struct Workers {
    settings: Settings,
    limits: Limits,
}

impl Workers {
    /// Workers under `settings`, which refuse photos past `limits`.
    pub fn new(settings: Settings, limits: Limits) -> Self {
        Self { settings, limits }
    }

    /// Measures one photo. A worker that dies of its photo is the photo's fault: [`PhotoProblem::WorkerStopped`].
    ///
    /// # Errors
    /// [`WorkerError`] when the fault is not the photo's: no process could be started, or the sandbox is not to be had.
    pub async fn measure(&self, photo: &SealedMemory, previews: bool, threads: Threads) -> Result<PhotoOutcome, WorkerError> {
        let answer = match self.exchange(WorkerKind::Photo, photo, previews, threads).await {
            Ok(answer) => answer,
            Err(error @ (WorkerError::Start(_) | WorkerError::Material(_))) => return Err(error),
            Err(WorkerError::Ended { code: Some(code) }) if code == child::WorkerExit::Sandbox as i32 => {
                return Err(WorkerError::Ended { code: Some(code) });
            }
            Err(error) => {
                tracing::warn!(%error, "a photo worker was stopped");
                return Ok(PhotoOutcome::Unusable(PhotoProblem::WorkerStopped));
            }
        };
        match read_photo(&answer, previews) {
            Ok(outcome) => Ok(outcome),
            Err(error) => {
                tracing::warn!(%error, "a photo worker's answer was refused");
                Ok(PhotoOutcome::Unusable(PhotoProblem::WorkerStopped))
            }
        }
    }

    /// Gives a worker in a full sandbox bytes that are no photo: if it says so, process, sandbox and wire work.
    ///
    /// # Errors
    /// [`WorkerError`], above all where the kernel does not give the whole sandbox.
    pub async fn probe(&self) -> Result<(), WorkerError> {
        let settings = Settings { sandbox: SandboxMode::Required, ..self.settings.clone() };
        let material = held::seal(b"no photo").map_err(WorkerError::Material)?;
        match Self::new(settings, self.limits).measure(&material, false, Threads::Two).await? {
            PhotoOutcome::Unusable(PhotoProblem::UnsupportedType) => Ok(()),
            PhotoOutcome::Unusable(_) | PhotoOutcome::Measured(_) => Err(WorkerError::Ended { code: None }),
        }
    }

    /// Makes PDF and JSON of an analysis.
    ///
    /// # Errors
    /// [`WorkerError`]; the material is our own, so every failure is ours.
    pub async fn render(&self, head: &RenderHead) -> Result<RenderedReport, WorkerError> {
        let blobs: Vec<&[u8]> = head.photos.iter().flat_map(|photo| picture_blobs(&photo.outcome)).collect();
        let material = frame::encode(FrameKind::Render, head, &blobs)?;
        let material = held::seal(&material).map_err(WorkerError::Material)?;
        let answer = self.exchange(WorkerKind::Render, &material, head.facts.previews, Threads::One).await?;
        let ((), blobs) = frame::decode(FrameKind::Report, &answer)?;
        let [pdf, result_json] = blobs.as_slice() else { return Err(FrameError::Length.into()) };
        check::report(pdf, result_json)?;
        Ok(RenderedReport { pdf: pdf.to_vec(), result_json: result_json.to_vec() })
    }

    async fn exchange(
        &self,
        kind: WorkerKind,
        material: &SealedMemory,
        previews: bool,
        threads: Threads,
    ) -> Result<Vec<u8>, WorkerError> {
        let wall = Duration::from_secs(self.settings.wall_secs);
        let (answer, code) = tokio::time::timeout(wall, self.converse(kind, material, &self.job(previews, threads)))
            .await
            .map_err(|_| WorkerError::Deadline { secs: self.settings.wall_secs })??;
        if code == Some(0) { Ok(answer) } else { Err(WorkerError::Ended { code }) }
    }

    /// Dropping this future kills the process.
    async fn converse(
        &self,
        kind: WorkerKind,
        material: &SealedMemory,
        job: &Job,
    ) -> Result<(Vec<u8>, Option<i32>), WorkerError> {
        let job = frame::encode(FrameKind::PhotoJob, job, &[])?;
        let job = [&u32::try_from(job.len()).unwrap_or(u32::MAX).to_le_bytes(), job.as_slice()].concat();
        let (ours, theirs) = StdUnixStream::pair().map_err(WorkerError::Start)?;
        let mut worker = self.spawn(kind, material.reader().map_err(WorkerError::Material)?, theirs)?;
        let mut socket = ours.set_nonblocking(true).and_then(|()| UnixStream::from_std(ours)).map_err(WorkerError::Start)?;
        let answer_max = match kind {
            WorkerKind::Photo => FrameKind::Photo.bytes_max(),
            WorkerKind::Render => FrameKind::Report.bytes_max(),
        };
        let mut answer = Vec::with_capacity(ANSWER_BYTES);
        // A worker that dies early closes its end: that shows as a short answer and an exit code, not as an error of ours.
        let talk = async {
            socket.write_all(&job).await?;
            (&mut socket).take(answer_max as u64 + 1).read_to_end(&mut answer).await
        };
        if let Err(error) = talk.await {
            tracing::debug!(%error, "a worker closed its socket early");
        }
        drop(socket);
        let status = worker.wait().await.map_err(WorkerError::Start)?;
        Ok((answer, status.code()))
    }

    fn spawn(&self, kind: WorkerKind, material: File, socket: StdUnixStream) -> Result<tokio::process::Child, WorkerError> {
        let executable = if self.settings.executable.as_os_str().is_empty() {
            PathBuf::from("/proc/self/exe")
        } else {
            self.settings.executable.clone()
        };
        Command::new(executable)
            .arg0("proofsheet-worker")
            .args(["worker", kind.word()])
            .env_clear()
            .env("GLIBC_TUNABLES", MALLOC)
            .current_dir("/")
            .stdin(Stdio::from(OwnedFd::from(material)))
            .stdout(Stdio::from(OwnedFd::from(socket)))
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .map_err(WorkerError::Start)
    }

    fn job(&self, previews: bool, threads: Threads) -> Job {
        Job {
            caps: Caps { memory_bytes: self.settings.memory_bytes, cpu_secs: self.settings.cpu_secs },
            sandbox_required: self.settings.sandbox == SandboxMode::Required,
            previews,
            threads,
            limits: JobLimits {
                pixels_max: self.limits.pixels_max,
                edge_px_max: self.limits.edge_px_max,
                metadata_bytes_max: self.limits.metadata_bytes_max,
                icc_bytes_max: self.limits.icc_bytes_max,
                decoder_bytes_max: self.limits.decoder_bytes_max,
            },
        }
    }
}

fn read_photo(answer: &[u8], previews: bool) -> Result<PhotoOutcome, WorkerError> {
    let (mut outcome, blobs): (PhotoOutcome, _) = frame::decode(FrameKind::Photo, answer)?;
    child::attach_blobs(std::iter::once(&mut outcome), blobs).ok_or(FrameError::Length)?;
    check::photo(&outcome, previews)?;
    Ok(outcome)
}

impl SealedMemory {
    fn reader(&self) -> std::io::Result<File> {
        let mut file = self.file().try_clone()?;
        file.rewind()?;
        Ok(file)
    }
}
