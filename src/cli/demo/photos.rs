//! The sample photographs, in the binary so that the demo needs nothing. Licences: `fixtures/README.md`.

/// A sample.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sample {
    /// File name.
    pub name: &'static str,
    /// Bytes.
    pub bytes: &'static [u8],
}

/// All, in the order they are uploaded. The last one ends early, on purpose.
pub(super) fn all() -> Vec<Sample> {
    let paths: [(&str, &[u8]); 9] = [
        ("mountain-12mp.jpg", include_bytes!("../../../fixtures/photos/mountain-12mp.jpg")),
        ("dandelion-16mp.jpg", include_bytes!("../../../fixtures/photos/dandelion-16mp.jpg")),
        ("astronaut.png", include_bytes!("../../../fixtures/photos/astronaut.png")),
        ("coffee-tagged.jpg", include_bytes!("../../../fixtures/photos/coffee-tagged.jpg")),
        ("dogs-rotated.jpg", include_bytes!("../../../fixtures/photos/dogs-rotated.jpg")),
        ("fig-blurred.jpg", include_bytes!("../../../fixtures/photos/fig-blurred.jpg")),
        ("sunset-burnt.jpg", include_bytes!("../../../fixtures/photos/sunset-burnt.jpg")),
        ("brushes-display-p3.jpg", include_bytes!("../../../fixtures/photos/brushes-display-p3.jpg")),
        ("truncated-scan.jpg", include_bytes!("../../../fixtures/malformed/truncated-scan.jpg")),
    ];
    paths.into_iter().map(|(name, bytes)| Sample { name, bytes }).collect()
}
