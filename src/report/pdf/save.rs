//! The document as bytes: compressed, in object streams, and with no stream whose length can be read in two ways.
//!
//! The writer puts a line feed before `endstream`. Behind data that end in a carriage return the two read as one end of line, and the
//! data as one byte shorter than they say (ISO 19005-3, 6.1.7.1), so no stream may end in one.

use lopdf::{Document, Object, SaveOptions};

use crate::report::ReportError;

/// Objects in an object stream: the usual number, and others for when a stream of the usual number ends badly.
const OBJECTS_PER_STREAM: std::ops::RangeInclusive<usize> = 90..=100;

/// Saves the document.
///
/// # Errors
/// [`ReportError::Writer`].
pub fn save(mut document: Document) -> Result<Vec<u8>, ReportError> {
    let failed = ReportError::Writer { page: 0, what: "could not be saved" };
    document.compress();
    for object in document.objects.values_mut() {
        if let Object::Stream(stream) = object
            && stream.content.last() == Some(&b'\r')
            && stream.dict.get(b"Filter").and_then(Object::as_name).is_ok_and(|filter| filter == b"FlateDecode")
        {
            // the checksum at the end of compressed data is that of the data, whatever the effort
            stream.decompress().map_err(|_| failed.clone())?;
        }
    }
    let mut bytes = Vec::new();
    for objects in OBJECTS_PER_STREAM.rev() {
        bytes.clear();
        let options = SaveOptions::builder().use_object_streams(true).use_xref_streams(true).compression_level(6);
        document.save_with_options(&mut bytes, options.max_objects_per_stream(objects).build()).map_err(|_| failed.clone())?;
        if !ends_badly(&bytes) {
            break;
        }
    }
    Ok(bytes)
}

/// Whether a stream ends in a carriage return.
fn ends_badly(bytes: &[u8]) -> bool {
    const END: &[u8] = b"\r\nendstream";
    let mut rest = bytes;
    while let Some(place) = rest.iter().position(|byte| *byte == b'\r') {
        if rest[place..].starts_with(END) {
            return true;
        }
        rest = &rest[place + 1..];
    }
    false
}

#[cfg(test)]
mod tests {
    use lopdf::{Stream, dictionary};

    use super::*;

    #[test]
    fn a_carriage_return_before_the_end_is_seen() {
        assert!(ends_badly(b"stream\nab\r\nendstream"));
        assert!(!ends_badly(b"stream\na\rb\nendstream\r\n"));
    }

    #[test]
    fn no_stream_ends_in_a_carriage_return() {
        // bytes whose sum makes the last byte of the checksum a carriage return: 1 + 12
        let data = [vec![0; 4000], vec![12]].concat();
        let mut document = Document::with_version("1.7");
        let mut stream = Stream::new(dictionary! {}, data.clone());
        stream.compress().unwrap();
        assert_eq!(stream.content.last(), Some(&b'\r'));
        let id = document.add_object(stream);
        let catalog = document.add_object(dictionary! { "Type" => "Catalog" });
        document.trailer.set("Root", catalog);
        let bytes = save(document).unwrap();
        assert!(!ends_badly(&bytes));
        let again = Document::load_mem(&bytes).unwrap();
        assert_eq!(again.get_object(id).unwrap().as_stream().unwrap().content, data);
    }
}
