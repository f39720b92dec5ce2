//! The document as bytes: everything compressed, small objects in object streams (ISO 32000-1, 7.5.7 and 7.5.8), and pictures copied once,
//! from where they are into the file.
//!
//! No stream ends in a carriage return: before the line feed of `endstream` it would read as half of an end of line, and the data as one
//! byte shorter than they say (ISO 19005-3, 6.1.7.1).

use std::collections::BTreeMap;

use lopdf::{Dictionary, Document, Object, ObjectId, Stream, dictionary};
use zlib_rs::{Deflate, DeflateFlush, Status};

use crate::report::ReportError;

use super::packs::{OBJECTS_PER_STREAM, Packs, Written};
use super::syntax;

/// Bytes of streams that the document itself does not hold.
pub type Bodies<'a> = BTreeMap<ObjectId, &'a [u8]>;

/// The effort (0 to 9) at which a page costs a quarter of the time of 6 and a hundredth more bytes.
const EFFORT: i32 = 5;
/// Faces are small, and their bytes count twice: on every report.
const EFFORT_FACES: i32 = 9;
/// zlib's largest window, as a power of two.
const WINDOW_BITS: u8 = 15;
/// What compressed data grow by at a time.
const STEP_BYTES: usize = 32 * 1024;

/// Where an object lies, for the cross-reference stream.
#[derive(Debug, Clone, Copy)]
pub(super) enum Place {
    Free,
    /// Bytes from the start of the file.
    Offset(usize),
    /// Object stream, and which one in it.
    Packed(u32, usize),
}

/// A stream ready to be written.
pub(super) struct Ready<'a> {
    pub(super) id: u32,
    pub(super) dict: Dictionary,
    pub(super) bytes: Bytes<'a>,
}

pub(super) enum Bytes<'a> {
    Own(Vec<u8>),
    There(&'a [u8]),
}

impl Bytes<'_> {
    fn get(&self) -> &[u8] {
        match self {
            Self::Own(bytes) => bytes,
            Self::There(bytes) => bytes,
        }
    }
}

/// A document of which only the file is missing.
#[derive(Debug)]
pub struct Finished<'a> {
    /// Its objects.
    pub document: Document,
    /// Further ones.
    pub written: Written,
    /// Bytes of its streams where they are not in the document.
    pub bodies: Bodies<'a>,
}

impl Finished<'_> {
    /// The file.
    ///
    /// # Errors
    /// [`ReportError::Writer`].
    pub fn save(self) -> Result<Vec<u8>, ReportError> {
        save(self.document, self.written, &self.bodies)
    }
}

fn save(document: Document, written: Written, bodies: &Bodies<'_>) -> Result<Vec<u8>, ReportError> {
    let Document { objects, trailer, max_id, .. } = document;
    // the objects, the streams they are packed into, and the cross-references
    let all = max_id as usize + 1;
    let mut places = Vec::with_capacity(all + all / OBJECTS_PER_STREAM + 2);
    places.resize(all, Place::Free);
    let mut streams = Vec::new();
    let mut packs = Packs::new(max_id);
    let by_number = written.by_number();
    let mut elements = by_number.into_iter().peekable();
    for (id, object) in objects {
        while let Some((number, bytes)) = elements.next_if(|(number, _)| *number < id.0) {
            packs.add(number, &mut places, |body| body.extend(bytes))?;
        }
        if let Object::Stream(stream) = object {
            streams.push(ready(id, stream.dict, stream.content, bodies.get(&id).copied())?);
        } else {
            packs.add(id.0, &mut places, |body| syntax::write(body, &object))?;
        }
    }
    for (number, bytes) in elements {
        packs.add(number, &mut places, |body| body.extend(bytes))?;
    }
    drop(written);
    packs.close(&mut places)?;
    streams.extend(packs.into_streams());
    // a row of the cross-references has at most eight bytes in any file below 2^48
    let room = streams.iter().map(|stream| stream.bytes.get().len() + 256).sum::<usize>() + 8 * places.len() + 1024;
    let mut file = Vec::with_capacity(room);
    // the second line says that the file is no text
    file.extend(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n");
    for stream in streams {
        if let Some(place) = places.get_mut(stream.id as usize) {
            *place = Place::Offset(file.len());
        }
        write_stream(&mut file, stream);
    }
    cross_references(&mut file, places, &trailer)?;
    Ok(file)
}

/// Compresses a stream if nothing has coded it yet.
fn ready(id: ObjectId, mut dict: Dictionary, content: Vec<u8>, body: Option<&[u8]>) -> Result<Ready<'_>, ReportError> {
    let coded = dict.has(b"Filter") || dict.get(b"Subtype").and_then(Object::as_name).is_ok_and(|name| name == b"XML");
    let bytes = match (coded, body) {
        (true, Some(body)) => Bytes::There(body),
        (true, None) => Bytes::Own(content),
        (false, body) => Bytes::Own(packed(body.unwrap_or(&content), &mut dict)?),
    };
    Ok(Ready { id: id.0, dict, bytes })
}

/// Compresses the data of a stream, and says so in its dictionary.
pub(super) fn packed(data: &[u8], dict: &mut Dictionary) -> Result<Vec<u8>, ReportError> {
    let effort = if dict.has(b"Length1") { EFFORT_FACES } else { EFFORT };
    let bytes = deflate(data, effort)?;
    // the checksum at the end is that of the data, whatever the effort
    if bytes.last() == Some(&b'\r') {
        return Ok(data.to_vec());
    }
    dict.set("Filter", "FlateDecode");
    Ok(bytes)
}

/// The stream with its data compressed.
///
/// # Errors
/// [`ReportError::Writer`].
pub fn compressed(stream: Stream) -> Result<Stream, ReportError> {
    let Stream { mut dict, content, .. } = stream;
    let content = packed(&content, &mut dict)?;
    Ok(Stream::new(dict, content))
}

fn deflate(data: &[u8], effort: i32) -> Result<Vec<u8>, ReportError> {
    let failed = ReportError::Writer { page: 0, what: "could not be compressed" };
    let mut deflate = Deflate::new(effort, true, WINDOW_BITS);
    let mut bytes = Vec::new();
    loop {
        let (read, written) = (deflate.total_in() as usize, deflate.total_out() as usize);
        bytes.resize(written + STEP_BYTES.min(data.len() + 64), 0);
        let status = deflate.compress(data.get(read..).unwrap_or_default(), &mut bytes[written..], DeflateFlush::Finish);
        match status.map_err(|_| failed.clone())? {
            Status::StreamEnd => break,
            Status::Ok => {}
            Status::BufError => return Err(failed),
        }
    }
    bytes.truncate(deflate.total_out() as usize);
    bytes.shrink_to_fit();
    Ok(bytes)
}

fn write_stream(file: &mut Vec<u8>, stream: Ready<'_>) {
    let Ready { id, mut dict, bytes } = stream;
    syntax::number(file, i64::from(id));
    file.extend(b" 0 obj\n");
    dict.set("Length", bytes.get().len() as i64);
    syntax::write_dictionary(file, &dict);
    file.extend(b"stream\n");
    file.extend(bytes.get());
    file.extend(b"\nendstream\nendobj\n");
}

/// Writes where everything lies, and the trailer in the same stream.
fn cross_references(file: &mut Vec<u8>, mut places: Vec<Place>, trailer: &Dictionary) -> Result<(), ReportError> {
    let start = file.len();
    let id = places.len();
    places.push(Place::Offset(start));
    let wide = places.len().max(start).ilog2() as usize / 8 + 1;
    let mut rows = Vec::with_capacity(places.len() * (wide + 2));
    for place in &places {
        let (kind, first, second) = match *place {
            Place::Free => (0, 0, 0),
            Place::Offset(offset) => (1, offset, 0),
            Place::Packed(stream, index) => (2, stream as usize, index as u8),
        };
        rows.push(kind);
        rows.extend(&first.to_be_bytes()[size_of::<usize>() - wide..]);
        rows.push(second);
    }
    let mut dict = dictionary! {
        "Type" => "XRef",
        "Size" => places.len() as i64,
        "W" => vec![1.into(), (wide as i64).into(), 1.into()],
    };
    for key in [b"Root".as_slice(), b"Info", b"ID"] {
        if let Ok(value) = trailer.get(key) {
            dict.set(key, value.clone());
        }
    }
    let bytes = packed(&rows, &mut dict)?;
    write_stream(file, Ready { id: id as u32, dict, bytes: Bytes::Own(bytes) });
    file.extend(b"startxref\n");
    syntax::number(file, start as i64);
    file.extend(b"\n%%EOF\n");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document() -> Document {
        let mut document = Document::with_version("1.7");
        let catalog = document.add_object(dictionary! { "Type" => "Catalog" });
        document.trailer.set("Root", catalog);
        document
    }

    #[test]
    fn no_stream_ends_in_a_carriage_return() {
        // bytes whose sum makes the last byte of the checksum a carriage return: 1 + 12
        let data = [vec![0; 4000], vec![12]].concat();
        assert_eq!(deflate(&data, EFFORT).unwrap().last(), Some(&b'\r'));
        let mut document = document();
        let id = document.add_object(Stream::new(dictionary! {}, data.clone()));
        let bytes = save(document, Written::default(), &Bodies::new()).unwrap();
        assert!(!bytes.windows(11).any(|window| window == b"\r\nendstream"));
        let again = Document::load_mem(&bytes).unwrap();
        assert_eq!(again.get_object(id).unwrap().as_stream().unwrap().content, data);
    }

    #[test]
    fn everything_comes_back_and_bodies_are_the_ones_given() {
        let mut document = document();
        let coded = document.add_object(Stream::new(dictionary! { "Filter" => "DCTDecode" }, Vec::new()));
        let plain = document.add_object(Stream::new(dictionary! {}, Vec::new()));
        let numbers: Vec<ObjectId> = (0..700_i64).map(|number| document.add_object(Object::Integer(number))).collect();
        let gone = document.new_object_id();
        let (first, last) = (document.new_object_id(), document.new_object_id());
        let mut written = Written::default();
        written.add(last, &dictionary! { "N" => 2 });
        written.add(first, &dictionary! { "N" => 1 });
        let body = [b'7'; 5000];
        let bodies = Bodies::from([(coded, body.as_slice()), (plain, body.as_slice())]);
        let bytes = save(document, written, &bodies).unwrap();
        let again = Document::load_mem(&bytes).unwrap();
        assert_eq!(again.get_object(coded).unwrap().as_stream().unwrap().content, body);
        assert_eq!(again.get_object(plain).unwrap().as_stream().unwrap().decompressed_content().unwrap(), body);
        for (number, id) in (0..).zip(&numbers) {
            assert_eq!(again.get_object(*id).unwrap().as_i64().unwrap(), number);
        }
        for (id, number) in [(first, 1), (last, 2)] {
            assert_eq!(again.get_dictionary(id).unwrap().get(b"N").unwrap().as_i64().unwrap(), number);
        }
        assert!(again.get_object(gone).is_err());
    }
}
