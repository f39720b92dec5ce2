//! Why a file gives no photo.

/// A file that cannot be opened. Texts are for people and say what was seen.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IngestError {
    /// Not a format we read; `seen` names what it looks like.
    #[error("this is {seen}; only JPEG, PNG, WebP, TIFF and GIF are read")]
    UnsupportedType { seen: &'static str },
    /// A camera's raw file.
    #[error("this is {seen}; develop it and export it as JPEG or TIFF")]
    CameraRaw { seen: &'static str },
    /// A film.
    #[error("this is {seen}; only still pictures are read")]
    Video { seen: &'static str },
    /// A photo in a format we may read one day.
    #[error("this is {seen}, which is not read yet; export it as JPEG")]
    NotReadYet { seen: &'static str },
    /// A known format, coded in a way we do not read.
    #[error("the picture is coded as {coding}, which is not read")]
    UnsupportedCoding { coding: &'static str },
    /// Width times height, from the header.
    #[error("{pixels} pixels are more than the {limit} allowed")]
    TooManyPixels { pixels: u64, limit: u64 },
    /// The longer side, from the header.
    #[error("{edge_px} px on one side are more than the {limit_px} allowed")]
    TooLong { edge_px: u32, limit_px: u32 },
    /// What the decoder would have to hold at once, from the header.
    #[error(
        "decoding needs {bytes} bytes of memory at once, more than the {limit} allowed; save it smaller, or without progressive coding or interlacing"
    )]
    TooMuchMemory { bytes: u64, limit: u64 },
    /// All metadata blocks together, or the colour profile.
    #[error("{bytes} bytes of metadata are more than the {limit} allowed")]
    MetadataTooLarge { bytes: u64, limit: u64 },
    /// Ends before its picture begins.
    #[error("the file ends before its picture begins")]
    Truncated,
    /// Contradicts itself before its picture begins.
    #[error("the file is damaged: {what}")]
    Damaged { what: &'static str },
}
