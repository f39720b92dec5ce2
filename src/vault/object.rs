//! Sealed objects: STREAM BE32 (Hoang, Reyhanitabar, Rogaway, Vizár 2015) over AES-256-GCM in chunks of 64 KiB.
//!
//! Form: `PSH1`, suite `0x01`, 8 bytes naming the report key, 7 random bytes of stream prefix, plain length (64 bits, big endian),
//! then each chunk with its tag of 16 bytes. Every chunk is authenticated with the header, agency, report and part, its position
//! and whether it is the last, so that nothing can be flipped, cut, swapped or moved to another report unnoticed.

use aead_stream::{NewStream as _, StreamBE32, StreamPrimitive as _};
use aes_gcm::aead::{KeyInit as _, Payload};
use aes_gcm::{Aes256Gcm, Key};

use super::sealed::TAG_LEN;
use super::{ReportKey, VaultError, joined, random};
use crate::domain::{AgencyId, AnalysisId, ReportId};

const MAGIC: &[u8; 4] = b"PSH1";
/// AES-256-GCM, STREAM BE32, 64 KiB chunks.
const SUITE: u8 = 1;
const PREFIX_LEN: usize = 7;
const CHUNK_LEN: usize = 64 * 1024;
const HEADER_LEN: usize = MAGIC.len() + 1 + ReportKey::ID_LEN + PREFIX_LEN + 8;

/// Bytes of the object that `plain_len` bytes become.
pub const fn sealed_object_len(plain_len: usize) -> usize {
    HEADER_LEN + plain_len + chunk_count(plain_len) * TAG_LEN
}

/// An empty object still has one chunk: its tag says that it is empty.
const fn chunk_count(plain_len: usize) -> usize {
    let chunks = plain_len.div_ceil(CHUNK_LEN);
    if chunks == 0 { 1 } else { chunks }
}

struct Header {
    bytes: [u8; HEADER_LEN],
    prefix: [u8; PREFIX_LEN],
}

impl Header {
    fn new(key: &ReportKey, plain_len: usize) -> Self {
        let prefix: [u8; PREFIX_LEN] = random();
        let mut bytes = [0_u8; HEADER_LEN];
        let fields: [&[u8]; 5] = [MAGIC, &[SUITE], &key.id(), &prefix, &(plain_len as u64).to_be_bytes()];
        for (slot, byte) in bytes.iter_mut().zip(fields.concat()) {
            *slot = byte;
        }
        Self { bytes, prefix }
    }

    /// Reads and checks everything a header can be checked for; gives the plain length too.
    fn read(sealed: &[u8], key: &ReportKey) -> Result<(Self, usize), VaultError> {
        let bytes = *sealed.first_chunk::<HEADER_LEN>().ok_or(VaultError::Malformed)?;
        let rest = bytes.strip_prefix(MAGIC).ok_or(VaultError::Malformed)?;
        let (suite, rest) = rest.split_first().ok_or(VaultError::Malformed)?;
        let (id, rest) = rest.split_first_chunk::<{ ReportKey::ID_LEN }>().ok_or(VaultError::Malformed)?;
        let (prefix, rest) = rest.split_first_chunk::<PREFIX_LEN>().ok_or(VaultError::Malformed)?;
        let length = rest.first_chunk::<8>().ok_or(VaultError::Malformed)?;
        if *suite != SUITE {
            return Err(VaultError::Malformed);
        }
        if *id != key.id() {
            return Err(VaultError::WrongReportKey);
        }
        let plain_len = usize::try_from(u64::from_be_bytes(*length)).map_err(|_| VaultError::Forged)?;
        if plain_len > sealed.len() || sealed_object_len(plain_len) != sealed.len() {
            return Err(VaultError::Forged);
        }
        Ok((Self { bytes, prefix: *prefix }, plain_len))
    }

    fn associated(&self, agency: &AgencyId, owner: &str, part: &str) -> Vec<u8> {
        joined(&[&self.bytes, agency.as_str().as_bytes(), owner.as_bytes(), part.as_bytes()])
    }

    fn stream(&self, key: &ReportKey, part: &str) -> StreamBE32<Aes256Gcm> {
        StreamBE32::from_aead(Aes256Gcm::new(&Key::<Aes256Gcm>::from(*key.for_part(part))), &self.prefix.into())
    }
}

/// Seals one part (`report`, `result`) of a report.
///
/// # Errors
/// [`VaultError::TooLarge`] above 2^32 chunks (256 TiB).
pub fn seal_object(
    key: &ReportKey,
    agency: &AgencyId,
    report: &ReportId,
    part: &str,
    plain: &[u8],
) -> Result<Vec<u8>, VaultError> {
    seal(key, agency, report.as_str(), part, plain)
}

/// Seals the partial result of one photo of an open analysis.
///
/// # Errors
/// As [`seal_object`].
pub fn seal_partial(
    key: &ReportKey,
    agency: &AgencyId,
    analysis: &AnalysisId,
    number: u16,
    plain: &[u8],
) -> Result<Vec<u8>, VaultError> {
    seal(key, agency, analysis.as_str(), &partial(number), plain)
}

/// Opens what [`seal_partial`] made.
///
/// # Errors
/// As [`open_object`].
pub fn open_partial(
    key: &ReportKey,
    agency: &AgencyId,
    analysis: &AnalysisId,
    number: u16,
    sealed: &[u8],
) -> Result<Vec<u8>, VaultError> {
    open(key, agency, analysis.as_str(), &partial(number), sealed)
}

fn partial(number: u16) -> String {
    format!("partial/{number}")
}

fn seal(key: &ReportKey, agency: &AgencyId, owner: &str, part: &str, plain: &[u8]) -> Result<Vec<u8>, VaultError> {
    let last = chunk_count(plain.len()) - 1;
    let header = Header::new(key, plain.len());
    let aad = header.associated(agency, owner, part);
    let stream = header.stream(key, part);
    let mut sealed = Vec::with_capacity(sealed_object_len(plain.len()));
    sealed.extend_from_slice(&header.bytes);
    for index in 0..=last {
        let start = index * CHUNK_LEN;
        let msg = &plain[start..plain.len().min(start + CHUNK_LEN)];
        let position = u32::try_from(index).map_err(|_| VaultError::TooLarge)?;
        let chunk = stream.encrypt(position, index == last, Payload { msg, aad: &aad }).map_err(|_| VaultError::TooLarge)?;
        sealed.extend_from_slice(&chunk);
    }
    Ok(sealed)
}

/// Opens what [`seal_object`] made; nothing is given out unless all of it is genuine.
///
/// # Errors
/// [`VaultError::Malformed`] for something else altogether, [`VaultError::WrongReportKey`] for another report's object,
/// [`VaultError::Forged`] for anything changed, cut, swapped or moved.
pub fn open_object(
    key: &ReportKey,
    agency: &AgencyId,
    report: &ReportId,
    part: &str,
    sealed: &[u8],
) -> Result<Vec<u8>, VaultError> {
    open(key, agency, report.as_str(), part, sealed)
}

fn open(key: &ReportKey, agency: &AgencyId, owner: &str, part: &str, sealed: &[u8]) -> Result<Vec<u8>, VaultError> {
    let (header, plain_len) = Header::read(sealed, key)?;
    let aad = header.associated(agency, owner, part);
    let stream = header.stream(key, part);
    let last = chunk_count(plain_len) - 1;
    let mut plain = Vec::with_capacity(plain_len);
    for (index, msg) in sealed[HEADER_LEN..].chunks(CHUNK_LEN + TAG_LEN).enumerate() {
        let position = u32::try_from(index).map_err(|_| VaultError::Forged)?;
        let chunk = stream.decrypt(position, index == last, Payload { msg, aad: &aad }).map_err(|_| VaultError::Forged)?;
        plain.extend_from_slice(&chunk);
    }
    Ok(plain)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Timestamp;

    struct Place {
        key: ReportKey,
        agency: AgencyId,
        report: ReportId,
    }

    impl Place {
        fn new() -> Self {
            let now = Timestamp::from_epoch_millis(0);
            Self { key: ReportKey::generate(), agency: AgencyId::generate(now), report: ReportId::generate(now) }
        }
        fn seal(&self, plain: &[u8]) -> Vec<u8> {
            seal_object(&self.key, &self.agency, &self.report, "report", plain).unwrap()
        }
        fn open(&self, sealed: &[u8]) -> Result<Vec<u8>, VaultError> {
            open_object(&self.key, &self.agency, &self.report, "report", sealed)
        }
    }

    fn plain(len: usize) -> Vec<u8> {
        (0..len).map(|i| (i % 251) as u8).collect()
    }

    #[test]
    fn every_length_around_a_chunk_comes_back() {
        let place = Place::new();
        for len in [0, 1, CHUNK_LEN - 1, CHUNK_LEN, CHUNK_LEN + 1, 2 * CHUNK_LEN, 3 * CHUNK_LEN + 17] {
            let sealed = place.seal(&plain(len));
            assert_eq!(sealed.len(), sealed_object_len(len), "length {len}");
            assert_eq!(&sealed[..5], b"PSH1\x01");
            assert_eq!(place.open(&sealed).unwrap(), plain(len), "length {len}");
        }
    }

    #[test]
    fn a_flipped_bit_anywhere_is_refused() {
        let place = Place::new();
        let sealed = place.seal(&plain(CHUNK_LEN + 40));
        let second = HEADER_LEN + CHUNK_LEN + TAG_LEN;
        let places = (0..HEADER_LEN).chain([HEADER_LEN, second - 1, second, sealed.len() - 1]);
        for at in places {
            for bit in 0..8 {
                let mut flipped = sealed.clone();
                flipped[at] ^= 1 << bit;
                assert!(place.open(&flipped).is_err(), "byte {at}, bit {bit}");
            }
        }
    }

    #[test]
    fn a_cut_is_refused_also_at_the_edge_of_a_chunk() {
        let place = Place::new();
        let sealed = place.seal(&plain(2 * CHUNK_LEN));
        let edge = HEADER_LEN + CHUNK_LEN + TAG_LEN;
        for len in [0, 3, HEADER_LEN, HEADER_LEN + 1, edge - 1, edge, edge + 1, sealed.len() - 1] {
            assert!(place.open(&sealed[..len]).is_err(), "cut to {len}");
        }
        // The same cut by somebody who also mends the length in the header.
        let mut mended = sealed[..edge].to_vec();
        mended[HEADER_LEN - 8..HEADER_LEN].copy_from_slice(&(CHUNK_LEN as u64).to_be_bytes());
        assert_eq!(place.open(&mended), Err(VaultError::Forged));
        let mut longer = sealed;
        longer.push(0);
        assert_eq!(place.open(&longer), Err(VaultError::Forged));
    }

    #[test]
    fn swapped_and_repeated_chunks_are_refused() {
        let place = Place::new();
        let sealed = place.seal(&plain(3 * CHUNK_LEN));
        let chunk = |n: usize| &sealed[HEADER_LEN + n * (CHUNK_LEN + TAG_LEN)..][..CHUNK_LEN + TAG_LEN];
        for order in [[1, 0, 2], [0, 2, 1], [0, 0, 2], [2, 2, 2]] {
            let mut other = sealed[..HEADER_LEN].to_vec();
            order.iter().for_each(|n| other.extend_from_slice(chunk(*n)));
            assert_eq!(place.open(&other), Err(VaultError::Forged), "order {order:?}");
        }
        assert!(place.open(&sealed).is_ok());
    }

    #[test]
    fn another_agency_report_part_or_key_is_refused() {
        let (place, other) = (Place::new(), Place::new());
        let sealed = place.seal(b"words");
        let open = |key, agency, report, part| open_object(key, agency, report, part, &sealed);
        assert_eq!(open(&place.key, &other.agency, &place.report, "report"), Err(VaultError::Forged));
        assert_eq!(open(&place.key, &place.agency, &other.report, "report"), Err(VaultError::Forged));
        assert_eq!(open(&place.key, &place.agency, &place.report, "result"), Err(VaultError::Forged));
        assert_eq!(open(&other.key, &place.agency, &place.report, "report"), Err(VaultError::WrongReportKey));
        // Somebody who writes the other key's name into the header gains nothing.
        let mut renamed = sealed.clone();
        renamed[5..5 + ReportKey::ID_LEN].copy_from_slice(&other.key.id());
        assert_eq!(open_object(&other.key, &place.agency, &place.report, "report", &renamed), Err(VaultError::Forged));
    }

    #[test]
    fn a_partial_result_opens_for_its_analysis_and_number_only() {
        let now = Timestamp::from_epoch_millis(0);
        let (place, analysis) = (Place::new(), AnalysisId::generate(now));
        let sealed = seal_partial(&place.key, &place.agency, &analysis, 3, b"numbers").unwrap();
        let open = |agency: &AgencyId, analysis: &AnalysisId, number| open_partial(&place.key, agency, analysis, number, &sealed);
        assert_eq!(open(&place.agency, &analysis, 3).unwrap(), b"numbers");
        assert_eq!(open(&place.agency, &analysis, 4), Err(VaultError::Forged));
        assert_eq!(open(&place.agency, &AnalysisId::generate(now), 3), Err(VaultError::Forged));
        assert_eq!(open(&AgencyId::generate(now), &analysis, 3), Err(VaultError::Forged));
        assert_eq!(place.open(&sealed), Err(VaultError::Forged), "it is no part of a report");
    }

    #[test]
    fn what_is_not_an_object_is_malformed() {
        let place = Place::new();
        assert_eq!(place.open(b""), Err(VaultError::Malformed));
        assert_eq!(place.open(&[b'%'; 400]), Err(VaultError::Malformed));
        let mut suite = place.seal(b"words");
        suite[4] = 2;
        assert_eq!(place.open(&suite), Err(VaultError::Malformed));
        let mut huge = place.seal(b"words");
        huge[HEADER_LEN - 8..HEADER_LEN].copy_from_slice(&u64::MAX.to_be_bytes());
        assert_eq!(place.open(&huge), Err(VaultError::Forged));
    }
}
