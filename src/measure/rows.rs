//! One row at a time in the form the measurements take, whatever the decoder gives.

use crate::raster::StripePixels;

use super::kernels::{Level, reconstruct};
use reconstruct::{ChannelRows, ChromaOffsets};

/// One row of the picture as stored.
#[derive(Debug, Clone, Copy)]
pub struct Row<'a> {
    /// Coded luma: the file's Y plane, or BT.601 of R'G'B', or grey.
    pub luma: &'a [u8],
    /// Coded R', G', B' before any profile; None for a grey picture. 16-bit samples by their upper byte.
    pub channels: Option<[&'a [u8]; 3]>,
    /// Bytes that are 255 or 0 only where a sample is at the end of its own full scale.
    pub clip: [&'a [u8]; 3],
}

/// Which bits samples of 16 bits use. A file may be wider than what it was made from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Depth {
    /// Bits that are set in any sample.
    any: u16,
    /// A sample's lower byte neither is zero nor repeats the upper one.
    is_finer: bool,
    seen: bool,
}

impl Depth {
    fn add(&mut self, samples: &[u16]) {
        self.seen = true;
        self.any = samples.iter().fold(self.any, |any, sample| any | sample);
        self.is_finer = self.is_finer || samples.iter().any(|&sample| sample & 0xff != 0 && sample >> 8 != sample & 0xff);
    }

    /// 8 if each lower byte is zero or repeats the upper one, else 16 less the lowest bits that no sample uses; None without
    /// samples of 16 bits. What was widened in another way counts as 16.
    pub fn bits_used(self) -> Option<u8> {
        let unused = self.any.trailing_zeros().min(8) as u8;
        self.seen.then_some(if self.is_finer { 16 - unused } else { 8 })
    }
}

/// Turns the rows of stripes into [`Row`]s; keeps one row of each buffer.
#[derive(Debug)]
pub struct RowReader {
    level: Level,
    channels: ChannelRows,
    clip: ChannelRows,
    luma: Vec<u8>,
    chroma: ChromaOffsets,
    depth: Depth,
}

impl RowReader {
    /// For pictures `width` columns wide.
    pub fn new(level: Level, width: usize) -> Self {
        Self {
            level,
            channels: ChannelRows::new(width),
            clip: ChannelRows::new(width),
            luma: vec![0; width],
            chroma: ChromaOffsets::new(width),
            depth: Depth::default(),
        }
    }

    /// Of the rows so far.
    pub fn depth(&self) -> Depth {
        self.depth
    }

    /// Row `index` of a stripe. Rows of one stripe are asked for in order.
    pub fn row<'r>(&'r mut self, pixels: &StripePixels<'r>, index: usize) -> Row<'r> {
        match *pixels {
            StripePixels::Ycc8 { y, cb, cr, horizontal, vertical } => {
                if index.is_multiple_of(vertical) {
                    let (cb, cr) = (cb.row(index / vertical), cr.row(index / vertical));
                    reconstruct::chroma_row(self.level, &mut self.chroma, cb, cr, horizontal);
                }
                let luma = y.row(index);
                reconstruct::channels(self.level, &mut self.channels, luma, &self.chroma);
                Row { luma, channels: Some(self.channels.slices()), clip: self.channels.slices() }
            }
            StripePixels::Grey8(grey) => {
                let luma = grey.row(index);
                Row { luma, channels: None, clip: [luma; 3] }
            }
            StripePixels::Grey16(grey) => {
                self.depth.add(grey.row(index));
                let samples = grey.row(index).iter().copied();
                reconstruct::upper_bytes(&mut self.luma, samples.clone());
                reconstruct::clip_bytes(&mut self.clip.red, samples);
                Row { luma: &self.luma, channels: None, clip: [&self.clip.red; 3] }
            }
            StripePixels::Rgb8(rgb) => {
                reconstruct::split(self.level, &mut self.channels, &mut self.luma, rgb.row(index));
                Row { luma: &self.luma, channels: Some(self.channels.slices()), clip: self.channels.slices() }
            }
            StripePixels::Rgb16(rgb) => {
                self.depth.add(rgb.row(index));
                self.split_sixteen(rgb.row(index));
                Row { luma: &self.luma, channels: Some(self.channels.slices()), clip: self.clip.slices() }
            }
        }
    }

    fn split_sixteen(&mut self, pixels: &[u16]) {
        let Self { channels, clip, luma, .. } = self;
        let planes =
            [(&mut channels.red, &mut clip.red), (&mut channels.green, &mut clip.green), (&mut channels.blue, &mut clip.blue)];
        for (offset, (upper, clip)) in planes.into_iter().enumerate() {
            let samples = pixels.iter().skip(offset).step_by(3).copied();
            reconstruct::upper_bytes(upper, samples.clone());
            reconstruct::clip_bytes(clip, samples);
        }
        for (((luma, &red), &green), &blue) in luma.iter_mut().zip(&channels.red).zip(&channels.green).zip(&channels.blue) {
            *luma = reconstruct::luma_of([red, green, blue]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_of_sixteen_bits_are_told_from_widened_ones() {
        let used = |samples: &[u16]| {
            let mut depth = Depth::default();
            samples.chunks(2).for_each(|row| depth.add(row));
            depth.bits_used()
        };
        assert_eq!(Depth::default().bits_used(), None);
        assert_eq!(used(&[0, 0x0101, 0xfefe, 0xffff]), Some(8));
        assert_eq!(used(&[0x0100, 0x7f00]), Some(8));
        assert_eq!(used(&[0x0110, 0x7ff0]), Some(12));
        assert_eq!(used(&[0x0101, 0x7f01]), Some(16));
    }
}
