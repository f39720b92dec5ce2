//! Small photos for sets: real pictures made small, changed and encoded anew.

use std::sync::LazyLock;

use jpeg_encoder::{ColorType, Encoder};

use crate::ingest::{self, Limits};
use crate::measure::cells::Cells;
use crate::measure::kernels::Level;
use crate::measure::profile::Profile;
use crate::measure::set::{SetMeasurements, SetPhoto, measure_set};
use crate::measure::{Metric, Options, Pdq, Phash, PhotoMeasurements, PhotoOutcome, Threads, Validity, measure_photo, scan};

/// Pixels, row by row.
#[derive(Clone)]
pub struct Picture {
    pub width: usize,
    pub height: usize,
    pub rgb: Vec<[u8; 3]>,
}

impl Picture {
    /// A fixture with its long side at most `long_edge`.
    pub fn fixture(name: &str, long_edge: usize) -> Self {
        let bytes = std::fs::read(format!("{}/fixtures/photos/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap();
        let mut photo = ingest::open(&bytes, &Limits::default()).unwrap();
        let profile = Profile::read(photo.icc.as_ref(), photo.header.channels);
        let known = scan::Known { profile: &profile, luma_table: None };
        let (scanned, _) = scan::pass(&mut *photo.rows, known, Level::new(), Threads::One).unwrap().finish();
        let Cells { columns, rows, rgb, .. } = scanned.cells.reduced(long_edge);
        Self { width: columns, height: rows, rgb: rgb.as_chunks::<3>().0.to_vec() }
    }

    pub fn at(&self, x: usize, y: usize) -> [u8; 3] {
        self.rgb[y.min(self.height - 1) * self.width + x.min(self.width - 1)]
    }

    pub fn made(width: usize, height: usize, pixel: impl Fn(usize, usize) -> [u8; 3]) -> Self {
        Self { width, height, rgb: (0..height).flat_map(|y| (0..width).map(move |x| (x, y))).map(|(x, y)| pixel(x, y)).collect() }
    }

    /// Half as wide and high.
    pub fn halved(&self) -> Self {
        Self::made(self.width / 2, self.height / 2, |x, y| {
            let four = [(0, 0), (1, 0), (0, 1), (1, 1)].map(|(dx, dy)| self.at(2 * x + dx, 2 * y + dy));
            std::array::from_fn(|c| (four.iter().map(|pixel| u16::from(pixel[c])).sum::<u16>() / 4) as u8)
        })
    }

    /// Without a share of each side's length, half of it at either end.
    pub fn cropped(&self, share: f64) -> Self {
        let cut = |side: usize| (side as f64 * share / 2.0).round() as usize;
        let (left, top) = (cut(self.width), cut(self.height));
        Self::made(self.width - 2 * left, self.height - 2 * top, |x, y| self.at(x + left, y + top))
    }

    pub fn mirrored(&self) -> Self {
        Self::made(self.width, self.height, |x, y| self.at(self.width - 1 - x, y))
    }

    /// By 90 degrees.
    pub fn turned(&self) -> Self {
        Self::made(self.height, self.width, |x, y| self.at(y, self.height - 1 - x))
    }

    /// By a few degrees about its middle; corners repeat the edge.
    pub fn tilted(&self, degrees: f64) -> Self {
        let (sin, cos) = degrees.to_radians().sin_cos();
        let (cx, cy) = (self.width as f64 / 2.0, self.height as f64 / 2.0);
        Self::made(self.width, self.height, |x, y| {
            let (dx, dy) = (x as f64 - cx, y as f64 - cy);
            let (sx, sy) = (cx + cos * dx + sin * dy, cy - sin * dx + cos * dy);
            self.at(sx.max(0.0).round() as usize, sy.max(0.0).round() as usize)
        })
    }

    pub fn brighter(&self, factor: f64) -> Self {
        let level = |level: u8| (f64::from(level) * factor).round().min(255.0) as u8;
        Self { rgb: self.rgb.iter().map(|pixel| pixel.map(level)).collect(), ..*self }
    }

    pub fn grey(&self) -> Self {
        let grey = |[r, g, b]: [u8; 3]| [((299 * u32::from(r) + 587 * u32::from(g) + 114 * u32::from(b) + 500) / 1000) as u8; 3];
        Self { rgb: self.rgb.iter().map(|pixel| grey(*pixel)).collect(), ..*self }
    }

    pub fn jpeg(&self, quality: u8) -> Vec<u8> {
        let mut bytes = Vec::new();
        let (width, height) = (self.width as u16, self.height as u16);
        Encoder::new(&mut bytes, quality).encode(self.rgb.as_flattened(), width, height, ColorType::Rgb).unwrap();
        bytes
    }
}

/// Bytes of a photo, measured.
pub fn measured(bytes: &[u8]) -> PhotoOutcome {
    let outcome = measure_photo(bytes, &Options::default());
    assert!(matches!(outcome, PhotoOutcome::Measured(_)), "{outcome:?}");
    outcome
}

/// A set of these, numbered from 1.
pub fn set_of(outcomes: &[PhotoOutcome]) -> SetMeasurements {
    let named: Vec<(PhotoOutcome, String)> =
        outcomes.iter().zip(1..).map(|(outcome, number)| (outcome.clone(), format!("LW_{number:04}.jpg"))).collect();
    set_of_named(&named)
}

pub fn set_of_named(photos: &[(PhotoOutcome, String)]) -> SetMeasurements {
    let photos: Vec<SetPhoto<'_>> =
        photos.iter().zip(1..).map(|((outcome, file_name), number)| SetPhoto { number, file_name, outcome }).collect();
    measure_set(&photos)
}

pub fn group_lists(set: &SetMeasurements) -> Vec<Vec<u16>> {
    set.groups.iter().map(|group| group.photos.clone()).collect()
}

static SAMPLE: LazyLock<PhotoMeasurements> = LazyLock::new(|| {
    match measured(&Picture::made(64, 48, |x, y| [(x * 4) as u8, (y * 5) as u8, ((x * y) % 251) as u8]).jpeg(90)) {
        PhotoOutcome::Measured(photo) => *photo,
        PhotoOutcome::Unusable(problem) => panic!("{problem:?}"),
    }
});

/// A photo whose hashes have these bits set, and whose file is its own.
pub fn made(id: u16, pdq: &[usize], phash: &[u32]) -> PhotoMeasurements {
    let mut photo = SAMPLE.clone();
    photo.file.sha256 = format!("{id:064x}");
    let hashes = photo.pictures.as_mut().unwrap().hashes.as_mut().unwrap();
    hashes.pixels.0 = std::array::from_fn(|at| if at == 0 { (id >> 8) as u8 } else { id as u8 });
    hashes.pdq_quality = 100;
    hashes.pdq = Pdq(std::array::from_fn(|byte| (0..8).filter(|bit| pdq.contains(&(byte * 8 + bit))).map(|bit| 1 << bit).sum()));
    // far from every other picture
    hashes.turned = [Pdq([0x5a; 32]); 7];
    hashes.phash = Phash(phash.iter().fold(0, |bits, bit| bits | 1 << bit));
    photo
}

pub fn with(mut photo: PhotoMeasurements, metric: Metric, value: f64) -> PhotoMeasurements {
    let measurement = photo.measurements.iter_mut().find(|measurement| measurement.metric == metric).unwrap();
    (measurement.value, measurement.validity) = (Some(value), Validity::Valid);
    photo
}

pub fn outcome(photo: PhotoMeasurements) -> PhotoOutcome {
    PhotoOutcome::Measured(Box::new(photo))
}
