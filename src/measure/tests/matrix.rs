//! Every format, turned in eight ways, in 8 and 16 bits, under five profiles: one picture, the same numbers.
//!
//! Tolerances: samples that come back exactly give the same counts, whatever holds them; noise is measured with a filter that
//! is not symmetric, so turning may move it by 5 %, peak sharpness (less 20 times the squared noise, and
//! this picture is very noisy) by 10 %, and one tile of the sharp
//! share. JPEG at quality 100 moves samples by a level or two: 1 level of mean, 6 % of structure, 10 % of noise
//! and 15 % of peak sharpness.

use std::io::Cursor;

use moxcms::{ColorProfile, Layout, RenderingIntent, TransformOptions};

use super::synthetic::Noise;
use crate::measure::{Format, Metric, Options, PhotoMeasurements, PhotoOutcome, measure_photo};
use crate::raster::Orientation;

const WIDTH: u32 = 192;
const HEIGHT: u32 = 128;

/// What is in a file: samples as stored, their profile and how they are turned.
struct Stored {
    width: u32,
    height: u32,
    /// 1 or 3.
    channels: usize,
    samples: Vec<u8>,
    orientation: Orientation,
    profile: Option<Vec<u8>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Coding {
    Png8,
    Png16,
    Tiff8,
    Tiff16,
    WebP,
    Jpeg,
    Gif,
}

impl Coding {
    const ALL: [Self; 7] = [Self::Png8, Self::Png16, Self::Tiff8, Self::Tiff16, Self::WebP, Self::Jpeg, Self::Gif];

    fn format(self) -> Format {
        match self {
            Self::Png8 | Self::Png16 => Format::Png,
            Self::Tiff8 | Self::Tiff16 => Format::Tiff,
            Self::WebP => Format::WebP,
            Self::Jpeg => Format::Jpeg,
            Self::Gif => Format::Gif,
        }
    }

    /// Whether it can hold such a picture: a GIF is never turned, and only three of them know grey.
    fn holds(self, stored: &Stored) -> bool {
        match self {
            Self::Gif => stored.orientation == Orientation::Upright && stored.channels == 3,
            Self::WebP => stored.channels == 3,
            _ => true,
        }
    }

    fn encode(self, stored: &Stored) -> Vec<u8> {
        match self {
            Self::Png8 => png(stored, png::BitDepth::Eight),
            Self::Png16 => png(stored, png::BitDepth::Sixteen),
            Self::Tiff8 | Self::Tiff16 => tiff(stored, self == Self::Tiff16),
            Self::WebP => webp(stored),
            Self::Jpeg => jpeg(stored),
            Self::Gif => gif(stored),
        }
    }
}

/// An EXIF block that says nothing but how the picture is turned.
fn exif(orientation: Orientation) -> Vec<u8> {
    [&b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0"[..], &[orientation.exif() as u8, 0, 0, 0, 0, 0, 0, 0]].concat()
}

fn sixteen(samples: &[u8]) -> impl Iterator<Item = u16> {
    samples.iter().map(|&level| u16::from(level) * 257)
}

fn png(stored: &Stored, depth: png::BitDepth) -> Vec<u8> {
    let mut info = png::Info::with_size(stored.width, stored.height);
    info.color_type = if stored.channels == 1 { png::ColorType::Grayscale } else { png::ColorType::Rgb };
    info.bit_depth = depth;
    info.icc_profile = stored.profile.clone().map(Into::into);
    info.exif_metadata = Some(exif(stored.orientation).into());
    let data = match depth {
        png::BitDepth::Sixteen => sixteen(&stored.samples).flat_map(u16::to_be_bytes).collect(),
        _ => stored.samples.clone(),
    };
    let mut bytes = Vec::new();
    png::Encoder::with_info(&mut bytes, info).unwrap().write_header().unwrap().write_image_data(&data).unwrap();
    bytes
}

fn tiff(stored: &Stored, is_sixteen: bool) -> Vec<u8> {
    use tiff::encoder::{ImageEncoder, TiffEncoder, TiffKindStandard, colortype};
    fn finish<C: colortype::ColorType>(
        mut image: ImageEncoder<'_, Cursor<&mut Vec<u8>>, C, TiffKindStandard>,
        stored: &Stored,
        samples: &[C::Inner],
    ) where
        [C::Inner]: tiff::encoder::TiffValue,
    {
        image.encoder().write_tag(tiff::tags::Tag::Orientation, stored.orientation.exif()).unwrap();
        if let Some(profile) = &stored.profile {
            image.encoder().write_tag(tiff::tags::Tag::IccProfile, &profile[..]).unwrap();
        }
        image.write_data(samples).unwrap();
    }
    let mut bytes = Vec::new();
    let packing = tiff::encoder::Compression::Lzw;
    let mut encoder = TiffEncoder::new(Cursor::new(&mut bytes)).unwrap().with_compression(packing);
    let (width, height) = (stored.width, stored.height);
    let wide: Vec<u16> = sixteen(&stored.samples).collect();
    match (stored.channels, is_sixteen) {
        (1, false) => finish(encoder.new_image::<colortype::Gray8>(width, height).unwrap(), stored, &stored.samples),
        (1, true) => finish(encoder.new_image::<colortype::Gray16>(width, height).unwrap(), stored, &wide),
        (_, false) => finish(encoder.new_image::<colortype::RGB8>(width, height).unwrap(), stored, &stored.samples),
        (_, true) => finish(encoder.new_image::<colortype::RGB16>(width, height).unwrap(), stored, &wide),
    }
    bytes
}

fn webp(stored: &Stored) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = image_webp::WebPEncoder::new(&mut bytes);
    encoder.set_exif_metadata(exif(stored.orientation));
    if let Some(profile) = &stored.profile {
        encoder.set_icc_profile(profile.clone());
    }
    encoder.encode(&stored.samples, stored.width, stored.height, image_webp::ColorType::Rgb8).unwrap();
    bytes
}

fn jpeg(stored: &Stored) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = jpeg_encoder::Encoder::new(&mut bytes, 100);
    encoder.set_sampling_factor(jpeg_encoder::SamplingFactor::R_4_4_4);
    encoder.add_exif_metadata(&exif(stored.orientation)).unwrap();
    if let Some(profile) = &stored.profile {
        encoder.add_icc_profile(profile).unwrap();
    }
    let color = if stored.channels == 1 { jpeg_encoder::ColorType::Luma } else { jpeg_encoder::ColorType::Rgb };
    encoder.encode(&stored.samples, stored.width as u16, stored.height as u16, color).unwrap();
    bytes
}

fn gif(stored: &Stored) -> Vec<u8> {
    let pixels: Vec<[u8; 3]> = stored.samples.as_chunks::<3>().0.to_vec();
    let mut palette = pixels.clone();
    palette.sort_unstable();
    palette.dedup();
    assert!(palette.len() <= 256);
    let numbers: Vec<u8> = pixels.iter().map(|pixel| palette.binary_search(pixel).unwrap() as u8).collect();
    let (width, height) = (stored.width as u16, stored.height as u16);
    let frame = gif::Frame::from_palette_pixels(width, height, numbers, palette.concat(), None);
    let mut bytes = Vec::new();
    gif::Encoder::new(&mut bytes, width, height, &[]).unwrap().write_frame(&frame).unwrap();
    if let Some(profile) = &stored.profile {
        let blocks = profile.chunks(255).flat_map(|block| [&[block.len() as u8], block].concat());
        let extension: Vec<u8> = b"\x21\xff\x0bICCRGBG1012".iter().copied().chain(blocks).chain([0]).collect();
        // behind the screen and its palette, which the encoder writes even if it is empty
        let at = if bytes[10] & 0x80 == 0 { 13 } else { 13 + (3 << ((bytes[10] & 7) + 1)) };
        bytes.splice(at..at, extension);
    }
    bytes
}

/// An upright picture of at most 216 colours: a ramp with blobs, and noise on it.
fn upright() -> Vec<u8> {
    let mut noise = Noise::new(11);
    let step = |level: f64| ((level / 51.0).round().clamp(0.0, 5.0) * 51.0) as u8;
    (0..WIDTH * HEIGHT)
        .flat_map(|at| {
            let (x, y) = (f64::from(at % WIDTH), f64::from(at / WIDTH));
            let wave = (x / 9.0).sin() * 40.0 + (y / 13.0).cos() * 40.0;
            let mut channel = |base: f64| step(base + wave + f64::from(noise.byte()) / 6.0);
            [channel(40.0 + x / 2.0), channel(150.0 - y), channel(90.0)]
        })
        .collect()
}

/// An upright picture in grey: waves and squares, and a little noise on them.
fn upright_grey() -> Vec<u8> {
    let mut noise = Noise::new(12);
    (0..WIDTH * HEIGHT)
        .map(|at| {
            let (x, y) = (at % WIDTH, at / WIDTH);
            let wave = (f64::from(x) / 9.0).sin() * 30.0 + (f64::from(y) / 13.0).cos() * 30.0;
            let square = if (x / 24 + y / 20) % 2 == 1 { 50.0 } else { 0.0 };
            (60.0 + f64::from(x) / 3.0 + wave + square + f64::from(noise.byte()) / 24.0) as u8
        })
        .collect()
}

/// Stores an upright picture so that `orientation` makes it upright again.
fn turned(samples: &[u8], channels: usize, orientation: Orientation) -> (u32, u32, Vec<u8>) {
    let (width, height) = orientation.seen_size((WIDTH, HEIGHT));
    let mut out = vec![0; samples.len()];
    for (at, pixel) in samples.chunks_exact(channels).enumerate() {
        let seen = (at as u32 % WIDTH, at as u32 / WIDTH);
        let (x, y) = orientation.stored_position(seen, (width, height));
        let place = (y * width + x) as usize * channels;
        out[place..place + channels].copy_from_slice(pixel);
    }
    (width, height, out)
}

/// The sRGB picture in the colours of another profile, and that profile.
fn converted(samples: &[u8], to: &ColorProfile) -> (Vec<u8>, Vec<u8>) {
    let options = TransformOptions { rendering_intent: RenderingIntent::RelativeColorimetric, ..TransformOptions::default() };
    let transform = ColorProfile::new_srgb().create_transform_8bit(Layout::Rgb, to, Layout::Rgb, options).unwrap();
    let mut out = vec![0; samples.len()];
    transform.transform(samples, &mut out).unwrap();
    (out, to.encode().unwrap())
}

/// Name, channels, samples and profile of a kind of picture.
type Kind = (&'static str, usize, Vec<u8>, Option<Vec<u8>>);

/// Each kind of picture.
fn kinds() -> Vec<Kind> {
    let srgb = upright();
    let (p3, p3_profile) = converted(&srgb, &ColorProfile::new_display_p3());
    let (adobe, adobe_profile) = converted(&srgb, &ColorProfile::new_adobe_rgb());
    let grey_profile = ColorProfile::new_gray_with_gamma(2.2).encode().unwrap();
    vec![
        ("none", 3, srgb.clone(), None),
        ("sRGB", 3, srgb, Some(ColorProfile::new_srgb().encode().unwrap())),
        ("Display P3", 3, p3, Some(p3_profile)),
        ("Adobe RGB", 3, adobe, Some(adobe_profile)),
        ("grey", 1, upright_grey(), Some(grey_profile)),
    ]
}

fn measured(name: &str, bytes: &[u8]) -> PhotoMeasurements {
    match measure_photo(bytes, &Options::default()) {
        PhotoOutcome::Measured(photo) => *photo,
        PhotoOutcome::Unusable(problem) => panic!("{name}: {problem:?}"),
    }
}

fn preview(photo: &PhotoMeasurements) -> Vec<u8> {
    let preview = &photo.pictures.as_ref().unwrap().preview;
    assert_eq!((preview.width_px, preview.height_px), (WIDTH, HEIGHT));
    zune_jpeg::JpegDecoder::new(Cursor::new(&preview.jpeg)).decode().unwrap()
}

/// Whether numbers agree within `relative` of themselves or `absolute`.
fn near(ours: Option<f64>, theirs: Option<f64>, relative: f64, absolute: f64) -> bool {
    match (ours, theirs) {
        (Some(ours), Some(theirs)) => (ours - theirs).abs() <= (theirs.abs() * relative).max(absolute),
        (ours, theirs) => ours == theirs,
    }
}

fn compare(name: &str, photo: &PhotoMeasurements, reference: &PhotoMeasurements, coding: Coding, wrong: &mut Vec<String>) {
    let lossy = coding == Coding::Jpeg;
    for metric in Metric::ALL {
        let (relative, absolute) = match (metric, lossy) {
            (Metric::BitsPerPixel | Metric::DoubleJpeg, _) => continue,
            // coding spreads the few levels of a drawn picture over many
            (Metric::Entropy | Metric::LevelsUsed | Metric::HistogramGaps, true) => continue,
            (Metric::SigmaMad, false) => (0.05, 0.05),
            // less 20 times the squared noise
            (Metric::PeakSharp, false) => (0.10, 0.0),
            // one tile: of three where a tile of the JPEG's grid falls out, of five at most elsewhere
            (Metric::SharpShare, true) => (0.0, 34.0),
            (Metric::SharpShare, false) => (0.0, 21.0),
            // along every eighth line: few edges in a small picture
            (Metric::EdgeWidth | Metric::Oversharp, _) => continue,
            // the quantization table is not the same along and across
            (Metric::ErrorLevelMean | Metric::ErrorLevelSpread, false) => (0.03, 0.0),
            // it leaves out two rows and columns at one end and one at the other
            (Metric::BlurEffect, false) => (0.01, 0.0),
            (_, false) => (1e-9, 1e-9),
            (Metric::MeanLuma, true) => (0.0, 1.0),
            (Metric::ClipHigh | Metric::ClipHighAll | Metric::ClipHighLargest | Metric::ClipHighEdge, true) => (0.0, 100.0),
            (Metric::ClipLow | Metric::ClipLowAll | Metric::ClipLowLargest, true) => (0.0, 100.0),
            // those at the border of a range may cross it
            (Metric::SaturationClip | Metric::GamutOut, true) => (0.06, 1.0),
            (Metric::CastA | Metric::CastB | Metric::CastStrength, true) => (0.06, 0.1),
            (Metric::PeakSharp, true) => (0.15, 0.0),
            (Metric::SigmaMad, true) => (0.10, 0.05),
            (_, true) => (0.06, 0.02),
        };
        let (ours, theirs) = (photo.value(metric), reference.value(metric));
        if !near(ours, theirs, relative, absolute) {
            wrong.push(format!("{name}: {metric:?} is {ours:?}, upright PNG {theirs:?}"));
        }
    }
    if !lossy && (photo.histogram != reference.histogram || photo.percentiles != reference.percentiles) {
        wrong.push(format!("{name}: the histogram"));
    }
    let (ours, theirs) = (preview(photo), preview(reference));
    let difference = ours.iter().zip(&theirs).map(|(&a, &b)| f64::from(a.abs_diff(b))).sum::<f64>() / theirs.len() as f64;
    if difference >= if lossy { 4.0 } else { 2.5 } {
        wrong.push(format!("{name}: the preview differs by {difference} levels"));
    }
}

#[test]
fn one_picture_has_one_set_of_numbers_in_every_file() {
    let (mut files, mut wrong) = (0, Vec::new());
    for (profile_name, channels, samples, profile) in kinds() {
        let stored = |orientation| {
            let (width, height, samples) = turned(&samples, channels, orientation);
            Stored { width, height, channels, samples, orientation, profile: profile.clone() }
        };
        let reference = measured(profile_name, &Coding::Png8.encode(&stored(Orientation::Upright)));
        for coding in Coding::ALL {
            for orientation in Orientation::ALL {
                let stored = stored(orientation);
                if !coding.holds(&stored) {
                    continue;
                }
                let name = format!("{coding:?}, {orientation:?}, {profile_name}");
                let photo = measured(&name, &coding.encode(&stored));
                let file = &photo.file;
                assert_eq!((file.format, file.orientation), (coding.format(), orientation), "{name}");
                assert_eq!((file.width_px, file.height_px), (WIDTH, HEIGHT), "{name}");
                assert_eq!(file.profile.is_some(), profile.is_some(), "{name}");
                assert_eq!(file.is_srgb, reference.file.is_srgb, "{name}");
                let bits = if matches!(coding, Coding::Png16 | Coding::Tiff16) { 16 } else { 8 };
                assert_eq!((file.bits_per_sample, usize::from(file.channels)), (bits, channels), "{name}");
                compare(&name, &photo, &reference, coding, &mut wrong);
                files += 1;
            }
        }
    }
    assert!(wrong.is_empty(), "{} of them:\n{}", wrong.len(), wrong.join("\n"));
    // four kinds of colour in six codings turned in eight ways and one GIF each, grey in five codings
    assert_eq!(files, 4 * (6 * 8 + 1) + 5 * 8);
}

#[test]
fn colours_are_the_same_under_every_profile() {
    let photos: Vec<(&str, PhotoMeasurements)> = kinds()
        .into_iter()
        .filter(|(_, channels, ..)| *channels == 3)
        .map(|(name, channels, samples, profile)| {
            let stored = Stored { width: WIDTH, height: HEIGHT, channels, samples, orientation: Orientation::Upright, profile };
            (name, measured(name, &Coding::Png8.encode(&stored)))
        })
        .collect();
    let (_, srgb) = &photos[1];
    for (name, photo) in &photos {
        assert_eq!(photo.file.is_srgb, matches!(*name, "none" | "sRGB"), "{name}");
        assert!(near(photo.value(Metric::Colorfulness), srgb.value(Metric::Colorfulness), 0.02, 0.0), "{name}");
        let (ours, theirs) = (preview(photo), preview(srgb));
        let difference = ours.iter().zip(&theirs).map(|(&a, &b)| f64::from(a.abs_diff(b))).sum::<f64>() / theirs.len() as f64;
        assert!(difference < 2.0, "{name}: {difference}");
    }
}
