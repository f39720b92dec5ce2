//! Small objects: as bytes from the moment they are complete, and put together into object streams (ISO 32000-1, 7.5.7).

use std::collections::BTreeMap;

use lopdf::{Dictionary, ObjectId, dictionary};

use crate::report::ReportError;

use super::save::{Bytes, Place, Ready, packed};
use super::syntax;

/// Objects in an object stream: few enough that a reader unpacks little for one of them.
pub(super) const OBJECTS_PER_STREAM: usize = 200;

/// Objects that are bytes already.
#[derive(Debug, Default)]
pub struct Written {
    bytes: Vec<u8>,
    /// Of each its number, and where its bytes begin; they end where the next one's begin.
    starts: Vec<(u32, usize)>,
}

impl Written {
    /// Adds a dictionary.
    pub fn add(&mut self, id: ObjectId, dictionary: &Dictionary) {
        self.starts.push((id.0, self.bytes.len()));
        syntax::write_dictionary(&mut self.bytes, dictionary);
    }

    /// Adds the dictionary whose only entry is this array, of which the items are given as bytes.
    pub fn add_array(&mut self, id: ObjectId, key: &str, items: &[u8]) {
        self.starts.push((id.0, self.bytes.len()));
        for part in [b"<</".as_slice(), key.as_bytes(), b"[", items, b"]>>"] {
            self.bytes.extend(part);
        }
    }

    /// All by their numbers.
    pub fn by_number(&self) -> BTreeMap<u32, &[u8]> {
        let ends = self.starts.iter().skip(1).map(|(_, start)| *start).chain([self.bytes.len()]);
        self.starts.iter().zip(ends).map(|((number, start), end)| (*number, &self.bytes[*start..end])).collect()
    }
}

/// Objects put together into object streams.
pub(super) struct Packs {
    /// Number of the latest stream.
    id: u32,
    /// Numbers and offsets of the objects in the open stream.
    head: Vec<u8>,
    body: Vec<u8>,
    count: usize,
    done: Vec<Ready<'static>>,
}

impl Packs {
    /// The streams are numbered after the objects.
    pub(super) fn new(max_id: u32) -> Self {
        Self { id: max_id + 1, head: Vec::new(), body: Vec::new(), count: 0, done: Vec::new() }
    }

    /// Adds the object that `write` writes.
    pub(super) fn add(&mut self, id: u32, places: &mut Vec<Place>, write: impl FnOnce(&mut Vec<u8>)) -> Result<(), ReportError> {
        if let Some(place) = places.get_mut(id as usize) {
            *place = Place::Packed(self.id, self.count);
        }
        syntax::number(&mut self.head, i64::from(id));
        self.head.push(b' ');
        syntax::number(&mut self.head, self.body.len() as i64);
        self.head.push(b' ');
        write(&mut self.body);
        self.body.push(b'\n');
        self.count += 1;
        if self.count == OBJECTS_PER_STREAM { self.close(places) } else { Ok(()) }
    }

    /// Ends the open stream, if anything is in it.
    pub(super) fn close(&mut self, places: &mut Vec<Place>) -> Result<(), ReportError> {
        if self.count == 0 {
            return Ok(());
        }
        let mut dict = dictionary! { "Type" => "ObjStm", "N" => self.count as i64, "First" => self.head.len() as i64 };
        self.head.append(&mut self.body);
        let bytes = packed(&self.head, &mut dict)?;
        self.done.push(Ready { id: self.id, dict, bytes: Bytes::Own(bytes) });
        places.push(Place::Free);
        self.head.clear();
        (self.id, self.count) = (self.id + 1, 0);
        Ok(())
    }

    /// The ended streams.
    pub(super) fn into_streams(self) -> Vec<Ready<'static>> {
        self.done
    }
}
