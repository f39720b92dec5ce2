//! Why a report could not be made. Each error names its place.

/// A report is whole or it is not made: nothing is left blank in silence.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReportError {
    /// A set has 1..=50 photos.
    #[error("a report is about 1 to {most} photos, not {actual}")]
    PhotoCount {
        /// Photos given.
        actual: usize,
        /// Most photos a report takes.
        most: usize,
    },
    /// Photos are numbered 1, 2, 3 … in the order given.
    #[error("photo {number} stands where photo {expected} belongs")]
    PhotoOrder {
        /// The number it has.
        number: u16,
        /// The number it should have.
        expected: u16,
    },
    /// A grid or list has not the length its own header says.
    #[error("photo {number}: {what} does not fit its own size")]
    Shape {
        /// Which photo.
        number: u16,
        /// What does not fit.
        what: &'static str,
    },
    /// Pictures are there although the report is to have none, or are missing although it is to have them.
    #[error("photo {number}: pictures and the report's setting disagree")]
    Pictures {
        /// Which photo.
        number: u16,
    },
    /// A preview is not a baseline JPEG of the size it says.
    #[error("photo {number}: the {which} is not a JPEG of the size it claims")]
    Preview {
        /// Which photo.
        number: u16,
        /// Preview or thumbnail.
        which: &'static str,
    },
    /// A report cannot look like that.
    #[error(transparent)]
    Branding(crate::domain::BrandingError),
    /// The logo is not a baseline JPEG of the size it says.
    #[error("the logo is not a JPEG of the size it claims")]
    Logo,
    /// A vendored font cannot be read, shaped or cut.
    #[error("font {face}: {what}")]
    Font {
        /// Which face.
        face: &'static str,
        /// What failed.
        what: &'static str,
    },
    /// A drawn mark is missing or its path cannot be read.
    #[error("the drawn mark {id} cannot be read")]
    Mark {
        /// Which symbol.
        id: &'static str,
    },
    /// The verify address does not fit a QR code.
    #[error("the verify address is too long for a QR code")]
    VerifyAddress,
    /// The PDF writer refused something.
    #[error("page {page}: {what}")]
    Writer {
        /// Page, from 1; 0 for the document.
        page: usize,
        /// What it said.
        what: &'static str,
    },
    /// The result could not be written as JSON.
    #[error("the result cannot be written as JSON")]
    Json,
}
