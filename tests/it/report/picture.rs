//! Pictures of pages, and how far two of the same page are apart.

use std::ops::Range;
use std::path::Path;

/// A picture, 8 bit red, green and blue, row by row.
#[derive(Clone)]
pub struct Picture {
    /// Columns.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// `width * height` times three.
    pub samples: Vec<u8>,
}

/// How far two pictures of one page are apart.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Distance {
    /// Mean of the absolute differences of samples, each as mean over 3 x 3, in levels.
    pub mean: f64,
    /// Share of pixels of which a sample, as mean over 3 x 3, differs by more than 48 levels, in %.
    pub share: f64,
    /// The largest difference of a square's mean from the means there when the other picture is moved by up to a pixel, in levels.
    pub worst: f64,
    /// Squares of which this difference is more than 16 levels.
    pub squares: usize,
    /// Where the worst one is: columns and rows from the top left.
    pub at: (usize, usize),
}

impl Distance {
    /// The larger of each.
    pub fn of_each(self, other: Self) -> Self {
        let at = if self.worst < other.worst { other.at } else { self.at };
        Self {
            mean: self.mean.max(other.mean),
            share: self.share.max(other.share),
            worst: self.worst.max(other.worst),
            squares: self.squares.max(other.squares),
            at,
        }
    }
}

/// Side of a square, in pixels.
const SQUARE: usize = 12;
/// What a mean over 3 x 3 may differ by, in levels.
const LEVELS: u32 = 48;
/// What a square may differ by without being counted, in levels.
const COUNTED: f64 = 16.0;

impl Picture {
    /// Reads binary PPMs that stand one behind the other.
    pub fn from_ppms(mut bytes: &[u8]) -> Vec<Self> {
        let mut pictures = Vec::new();
        while !bytes.is_empty() {
            let mut head = [0; 3];
            let mut at = 2;
            assert_eq!(&bytes[..2], b"P6");
            for number in &mut head {
                let start = at + 1;
                at = start + bytes[start..].iter().position(u8::is_ascii_whitespace).unwrap();
                *number = std::str::from_utf8(&bytes[start..at]).unwrap().parse().unwrap();
            }
            let [width, height, most] = head;
            assert_eq!(most, 255);
            let (samples, rest) = bytes[at + 1..].split_at(width * height * 3);
            pictures.push(Self { width, height, samples: samples.to_vec() });
            bytes = rest;
        }
        pictures
    }

    /// Reads an RGB PNG.
    pub fn from_png(path: &Path) -> Self {
        let file =
            std::io::BufReader::new(std::fs::File::open(path).unwrap_or_else(|error| panic!("{}: {error}", path.display())));
        let mut reader = png::Decoder::new(file).read_info().unwrap();
        let mut samples = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut samples).unwrap();
        assert_eq!((info.color_type, info.bit_depth), (png::ColorType::Rgb, png::BitDepth::Eight));
        Self { width: info.width as usize, height: info.height as usize, samples }
    }

    /// Writes an RGB PNG.
    pub fn write_png(&self, path: &Path) {
        let mut encoder = png::Encoder::new(std::fs::File::create(path).unwrap(), self.width as u32, self.height as u32);
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_compression(png::Compression::High);
        encoder.write_header().unwrap().write_image_data(&self.samples).unwrap();
    }

    /// The same with few levels a sample, which a PNG holds in fewer bytes.
    pub fn with_few_levels(&self) -> Self {
        let samples = self.samples.iter().map(|sample| ((u32::from(*sample) + 2) / 4 * 4).min(255) as u8).collect();
        Self { samples, ..*self }
    }

    /// How far it is from another of the same page; sizes may differ by a pixel, by which renderers round differently.
    pub fn distance(&self, other: &Self) -> Distance {
        assert!(self.width.abs_diff(other.width) <= 1 && self.height.abs_diff(other.height) <= 1, "pages of different sizes");
        let (width, height) = (self.width.min(other.width), self.height.min(other.height));
        let mut distance = Distance { mean: 0.0, share: 0.0, worst: 0.0, squares: 0, at: (0, 0) };
        let mut apart = vec![false; width * height];
        let across = (width - 2 * SQUARE) / SQUARE;
        let mut squares = vec![0.0_f64; across * ((height - 2 * SQUARE) / SQUARE)];
        for channel in 0..3 {
            let (a, b) = (Sums::of(self, channel, width, height), Sums::of(other, channel, width, height));
            let mut sum = 0_u64;
            for y in 1..height - 1 {
                for x in 1..width - 1 {
                    let difference = a.sum(x - 1, y - 1, 3).abs_diff(b.sum(x - 1, y - 1, 3));
                    apart[y * width + x] |= difference > 9 * LEVELS;
                    sum += u64::from(difference);
                }
            }
            distance.mean += sum as f64 / (9 * 3 * width * height) as f64;
            for (index, worst) in squares.iter_mut().enumerate() {
                let (x, y) = (SQUARE + index % across * SQUARE, SQUARE + index / across * SQUARE);
                *worst = worst.max(a.beyond(&b, x, y)).max(b.beyond(&a, x, y));
            }
        }
        distance.share = 100.0 * apart.iter().filter(|apart| **apart).count() as f64 / apart.len() as f64;
        for (index, square) in squares.iter().enumerate() {
            distance.squares += usize::from(*square > COUNTED);
            if *square > distance.worst {
                distance.worst = *square;
                distance.at = (SQUARE + index % across * SQUARE, SQUARE + index / across * SQUARE);
            }
        }
        distance
    }

    /// Darkest and lightest sample of a part of the picture.
    pub fn levels(&self, columns: Range<usize>, rows: Range<usize>) -> (u8, u8) {
        let (mut low, mut high) = (255, 0);
        for y in rows.start..rows.end.min(self.height) {
            for sample in &self.samples[(y * self.width + columns.start) * 3..(y * self.width + columns.end.min(self.width)) * 3]
            {
                (low, high) = (low.min(*sample), high.max(*sample));
            }
        }
        (low, high)
    }
}

/// Sums of a channel over everything above and to the left.
struct Sums {
    columns: usize,
    sums: Vec<u32>,
}

impl Sums {
    fn of(picture: &Picture, channel: usize, width: usize, height: usize) -> Self {
        let columns = width + 1;
        let mut sums = vec![0; columns * (height + 1)];
        for y in 0..height {
            let mut row = 0;
            for x in 0..width {
                row += u32::from(picture.samples[(y * picture.width + x) * 3 + channel]);
                sums[(y + 1) * columns + x + 1] = sums[y * columns + x + 1] + row;
            }
        }
        Self { columns, sums }
    }

    /// Sum of a square.
    fn sum(&self, x: usize, y: usize, side: usize) -> u32 {
        let at = |x: usize, y: usize| self.sums[y * self.columns + x];
        at(x + side, y + side) + at(x, y) - at(x + side, y) - at(x, y + side)
    }

    /// How far a square's mean is outside the means of the other's squares around it, in levels.
    fn beyond(&self, other: &Self, x: usize, y: usize) -> f64 {
        let own = self.sum(x, y, SQUARE);
        let (mut low, mut high) = (u32::MAX, 0);
        for (dx, dy) in (0..9).map(|at| (at % 3, at / 3)) {
            let sum = other.sum(x + dx - 1, y + dy - 1, SQUARE);
            (low, high) = (low.min(sum), high.max(sum));
        }
        f64::from(low.saturating_sub(own).max(own.saturating_sub(high))) / (SQUARE * SQUARE) as f64
    }
}
