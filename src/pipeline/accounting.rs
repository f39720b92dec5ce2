//! What an analysis may hold in memory, step by step, so that a node can be sized on paper. `docs/limits.md` has the sum, and a test
//! compares it with what server and workers really hold.
//!
//! - the body: memory files, counted byte for byte by the byte budget, in steps of 1 MiB;
//! - a photo worker at work: a copy of its file, and [`WORKER_BYTES`];
//! - what is kept of a measured photo until the report is made, and the report until it is stored: [`ANALYSIS_BYTES`];
//! - a render worker: [`RENDER_BYTES`].

use super::{AdmissionSettings, WorkerSettings};

const MIB: u64 = 1024 * 1024;

/// A photo worker besides the copy of its file: program, decoder by rows, measuring planes, preview, frame. In bytes, for photos read
/// row by row; others may hold `photo.decoder_bytes_max` more.
pub const WORKER_BYTES: u64 = 64 * MIB;

/// What the server keeps of an analysis of one photo: frame, preview, sealed report. In bytes.
pub const ANALYSIS_BYTES: u64 = 2 * MIB;

/// A render worker: the frames, PDF and JSON of a large set. In bytes.
pub const RENDER_BYTES: u64 = 96 * MIB;

/// The server itself, idle. In bytes.
pub const SERVER_BYTES: u64 = 64 * MIB;

/// What a node may hold at most while photos are read row by row, in bytes: server, full byte budget, every worker at work, and what is
/// kept of all photos that may wait.
pub fn node_bytes(admission: &AdmissionSettings, workers: &WorkerSettings) -> u64 {
    let parallel = workers.parallel_workers() as u64;
    let photo_worker = WORKER_BYTES.saturating_add(admission.file_bytes_max);
    let at_work = parallel.saturating_mul(photo_worker.max(RENDER_BYTES));
    let kept = ANALYSIS_BYTES.saturating_mul(admission.waiting_photos_max as u64);
    SERVER_BYTES.saturating_add(admission.budget_bytes()).saturating_add(at_work).saturating_add(kept)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_node_is_the_sum_of_its_parts() {
        let admission = AdmissionSettings {
            upload_budget_bytes: 1024 * MIB,
            file_bytes_max: 50 * MIB,
            waiting_photos_max: 10,
            ..AdmissionSettings::default()
        };
        let workers = WorkerSettings { parallel: 2, ..WorkerSettings::default() };
        assert_eq!(node_bytes(&admission, &workers), (64 + 1024 + 2 * (64 + 50) + 10 * 2) * MIB);
    }
}
