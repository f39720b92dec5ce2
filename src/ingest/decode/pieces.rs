//! Slices of a file read as one stream: what a decoder gets to see, without copying the file.

use std::borrow::Cow;
use std::io::{BufRead, Error, ErrorKind, Read, Seek, SeekFrom};

/// A reader over pieces, one after the other.
#[derive(Debug, Default)]
pub struct Pieces<'a> {
    pieces: Vec<Cow<'a, [u8]>>,
    /// Where each piece begins in the stream.
    starts: Vec<usize>,
    length: usize,
    /// Index of the piece that holds `position`; the last one at the end of the stream.
    current: usize,
    position: usize,
}

impl<'a> Pieces<'a> {
    /// Adds a piece at the end.
    pub fn push(&mut self, piece: impl Into<Cow<'a, [u8]>>) {
        let piece = piece.into();
        if piece.is_empty() {
            return;
        }
        self.starts.push(self.length);
        self.length += piece.len();
        self.pieces.push(piece);
    }

    /// Adds all pieces of another stream at the end.
    pub fn extend(&mut self, other: Self) {
        other.pieces.into_iter().for_each(|piece| self.push(piece));
    }

    /// Bytes in all pieces.
    pub fn length(&self) -> usize {
        self.length
    }

    /// What is left of the current piece, stepping to the next when it is used up.
    #[inline]
    fn window(&mut self) -> &[u8] {
        while let Some(piece) = self.pieces.get(self.current) {
            let offset = self.position - self.starts[self.current];
            if offset < piece.len() || self.current + 1 == self.pieces.len() {
                break;
            }
            self.current += 1;
        }
        match self.pieces.get(self.current) {
            Some(piece) => piece.get(self.position - self.starts[self.current]..).unwrap_or_default(),
            None => &[],
        }
    }
}

impl Read for Pieces<'_> {
    #[inline]
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        let window = self.window();
        let count = window.len().min(out.len());
        out[..count].copy_from_slice(&window[..count]);
        self.position += count;
        Ok(count)
    }
}

impl BufRead for Pieces<'_> {
    #[inline]
    fn fill_buf(&mut self) -> std::io::Result<&[u8]> {
        Ok(self.window())
    }

    #[inline]
    fn consume(&mut self, count: usize) {
        self.position = (self.position + count).min(self.length);
    }
}

impl Seek for Pieces<'_> {
    #[inline]
    fn seek(&mut self, to: SeekFrom) -> std::io::Result<u64> {
        let target = match to {
            SeekFrom::Start(at) => usize::try_from(at).ok(),
            SeekFrom::End(by) => isize::try_from(by).ok().and_then(|by| self.length.checked_add_signed(by)),
            SeekFrom::Current(by) => isize::try_from(by).ok().and_then(|by| self.position.checked_add_signed(by)),
        };
        let Some(target) = target.filter(|&at| at <= self.length) else {
            return Err(Error::from(ErrorKind::UnexpectedEof));
        };
        self.position = target;
        // steps back are short: almost always inside the current piece
        if self.starts.get(self.current).is_none_or(|&start| target < start) {
            self.current = self.starts.partition_point(|&start| start <= target).saturating_sub(1);
        }
        Ok(target as u64)
    }

    #[inline]
    fn stream_position(&mut self) -> std::io::Result<u64> {
        Ok(self.position as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Pieces<'static> {
        let mut pieces = Pieces::default();
        pieces.push(&b"abc"[..]);
        pieces.push(&b""[..]);
        pieces.push(b"de".to_vec());
        pieces.push(&b"f"[..]);
        pieces
    }

    #[test]
    fn reads_as_one_stream() {
        let mut all = Vec::new();
        sample().read_to_end(&mut all).unwrap();
        assert_eq!(all, b"abcdef");
        let mut nothing = Pieces::default();
        assert_eq!(nothing.fill_buf().unwrap(), b"");
        assert_eq!(nothing.seek(SeekFrom::Start(0)).unwrap(), 0);
    }

    #[test]
    fn seeks_over_borders() {
        let mut pieces = sample();
        let mut four = [0; 4];
        pieces.read_exact(&mut four).unwrap();
        assert_eq!(&four, b"abcd");
        assert_eq!(pieces.seek(SeekFrom::Current(-3)).unwrap(), 1);
        pieces.read_exact(&mut four).unwrap();
        assert_eq!(&four, b"bcde");
        assert_eq!(pieces.seek(SeekFrom::End(-1)).unwrap(), 5);
        assert_eq!(pieces.fill_buf().unwrap(), b"f");
        pieces.consume(9);
        assert_eq!(pieces.stream_position().unwrap(), 6);
        assert_eq!(pieces.fill_buf().unwrap(), b"");
        assert!(pieces.seek(SeekFrom::Start(7)).is_err());
        assert!(pieces.seek(SeekFrom::Current(-7)).is_err());
    }
}
