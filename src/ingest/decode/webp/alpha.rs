//! The alpha plane beside lossy color (RFC 9649, 2.7.1.2): only whether any of it is used, so no plane of it is kept.

use image_webp::WebPDecoder;

use super::frame;

/// Whether any pixel is not opaque. Where all are, so is everything a pixel is predicted from: then the first residual is 255
/// and all others are 0, or each is 255 where nothing is predicted. None if the data does not hold together.
pub fn is_used(chunk: &[u8], size: (u32, u32)) -> Option<bool> {
    let (&info, data) = chunk.split_first()?;
    let (preprocessing, predicted, compression) = (info >> 4 & 3, info >> 2 & 3 != 0, info & 3);
    let pixels = size.0 as usize * size.1 as usize;
    match (preprocessing, compression) {
        (0 | 1, 0) => Some(!all_opaque(data.get(..pixels)?.iter().copied(), predicted)),
        (0 | 1, 1) => {
            let mut decoder = WebPDecoder::new(frame::bare_lossless(data, size)).ok()?;
            let mut samples = vec![0; decoder.output_buffer_size()?];
            decoder.read_image(&mut samples).ok()?;
            // residuals are in green
            Some(!all_opaque(samples.iter().copied().skip(1).step_by(4), predicted))
        }
        _ => None,
    }
}

fn all_opaque(mut residuals: impl Iterator<Item = u8>, predicted: bool) -> bool {
    let rest = if predicted { 0 } else { u8::MAX };
    residuals.next() == Some(u8::MAX) && residuals.all(|residual| residual == rest)
}
