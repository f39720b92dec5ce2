//! TIFF 6.0 and BigTIFF: grey, R'G'B' and palettes, strips and tiles, uncompressed, PackBits, LZW and deflate; of several
//! pages the first. Inks are told, not read; camera raw files are refused by name.

mod chunk;
mod directory;
mod layout;
mod rows;
mod walk;

#[cfg(test)]
pub(in crate::ingest) mod tests;

use crate::ingest::photo::{Compression, Container, Format, Header, Photo};
use crate::ingest::{IngestError, Limits};

use crate::ingest::decode::inks::Inks;
use crate::raster::RowSource;

use layout::Meaning;
use rows::TiffRows;

/// Opens a TIFF.
///
/// # Errors
/// As [`crate::ingest::open`].
pub fn open<'a>(bytes: &'a [u8], limits: &Limits) -> Result<Photo<'a>, IngestError> {
    let walk = walk::walk(bytes, limits)?;
    let layout = walk.layout;
    if layout.meaning != Meaning::Cmyk {
        limits.check_decoder_bytes(rows::held_bytes(&layout))?;
    }
    let header = Header {
        format: Format::Tiff,
        width: layout.width,
        height: layout.height,
        bits_per_sample: layout.bits,
        channels: match layout.meaning {
            Meaning::Grey { .. } => 1,
            Meaning::Rgb | Meaning::Palette(_) => 3,
            Meaning::Cmyk => 4,
        },
        indexed: matches!(layout.meaning, Meaning::Palette(_)),
        has_alpha: layout.alpha.is_some(),
        orientation: walk.metadata.orientation,
    };
    let container = Container {
        completeness: walk.completeness,
        trailing_bytes: 0,
        pictures: walk.pages,
        animated: false,
        compression: if layout.compression == 1 { Compression::None } else { Compression::Lossless },
        jpeg: None,
        png: None,
    };
    let rows: Box<dyn RowSource + 'a> = match layout.meaning {
        Meaning::Cmyk => Box::new(Inks::new(layout.width, layout.height)),
        _ => Box::new(TiffRows::new(walk.file, layout)),
    };
    let extras = walk.metadata.extras.clone();
    Ok(Photo { header, container, icc: walk.icc, metadata: walk.metadata, embedded: walk.embedded, extras, rows })
}
