//! Named places where a test lets this process die, to see that whoever starts next finds nothing half done.
//!
//! Compiled to nothing but for the feature `failpoints`, which only tests switch on; then the variable `FAILPOINTS` says which
//! place kills: `pdf_stored=return`, or `2*off->return` after the name for its third time.

/// A boundary of the pipeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failpoint {
    /// All photos of a request are held, no row says so yet.
    UploadHeld,
    /// The analysis has its row, nobody has been told.
    Accepted,
    /// A photo is measured, its row does not say so yet.
    PhotoMeasured,
    /// A photo's row says that it is measured.
    PhotoRecorded,
    /// All photos are measured, the report is not made.
    AllMeasured,
    /// The report is made, nothing of it is stored.
    Rendered,
    /// The PDF is stored, the result is not.
    PdfStored,
    /// Both objects are stored, no row says so.
    ResultStored,
    /// Outcome, report and event are written, the transaction is open.
    OutcomeWritten,
    /// The outcome is recorded, nobody has been woken.
    OutcomeRecorded,
    /// A failure is recorded, what was stored has not been taken back.
    FailureRecorded,
    /// A delivery is claimed, nothing is sent.
    DeliveryClaimed,
    /// The receiver has answered, no row says so.
    DeliveryAnswered,
    /// The report's key is destroyed, its objects are there.
    KeyDestroyed,
    /// The objects are deleted, the row does not say so.
    ObjectsDeleted,
    /// Of a photo put by itself: its partial result is stored, its row does not say so.
    PartialStored,
    /// An open analysis is in this node's hands, nobody carries it on yet.
    Submitted,
}

impl Failpoint {
    /// All that an analysis passes whose photos come together, in order.
    pub const ALL: [Self; 15] = [
        Self::UploadHeld,
        Self::Accepted,
        Self::PhotoMeasured,
        Self::PhotoRecorded,
        Self::AllMeasured,
        Self::Rendered,
        Self::PdfStored,
        Self::ResultStored,
        Self::OutcomeWritten,
        Self::OutcomeRecorded,
        Self::FailureRecorded,
        Self::DeliveryClaimed,
        Self::DeliveryAnswered,
        Self::KeyDestroyed,
        Self::ObjectsDeleted,
    ];

    /// Its name in `FAILPOINTS`.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::UploadHeld => "upload_held",
            Self::Accepted => "accepted",
            Self::PhotoMeasured => "photo_measured",
            Self::PhotoRecorded => "photo_recorded",
            Self::AllMeasured => "all_measured",
            Self::Rendered => "rendered",
            Self::PdfStored => "pdf_stored",
            Self::ResultStored => "result_stored",
            Self::OutcomeWritten => "outcome_written",
            Self::OutcomeRecorded => "outcome_recorded",
            Self::FailureRecorded => "failure_recorded",
            Self::DeliveryClaimed => "delivery_claimed",
            Self::DeliveryAnswered => "delivery_answered",
            Self::KeyDestroyed => "key_destroyed",
            Self::ObjectsDeleted => "objects_deleted",
            Self::PartialStored => "partial_stored",
            Self::Submitted => "submitted",
        }
    }
}

/// Passes the place, or dies there as by `kill -9` if the test said so.
#[cfg(feature = "failpoints")]
pub fn failpoint(place: Failpoint) {
    fail::fail_point!(place.slug(), |_| {
        // Nothing is flushed, dropped or answered.
        if rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::KILL).is_err() {
            std::process::abort();
        }
        // The signal is on its way.
        std::thread::park();
    });
}

/// Nothing: the feature `failpoints` is off.
#[cfg(not(feature = "failpoints"))]
#[inline]
pub const fn failpoint(_place: Failpoint) {}
