//! The door: uploads stream into sealed memory under a byte budget of the whole node that grows in steps.
//!
//! A full node says so before the body is read where it can (declared length), and in the middle where it must.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::error::AdmissionError;
use super::held::{MemoryWriter, SealedMemory};
use crate::vault::{Digest, Hasher};

/// Bytes the budget of an upload grows by at a time.
pub const BUDGET_STEP_BYTES: u64 = 1024 * 1024;
/// Seconds a refused client is asked to wait.
pub const RETRY_AFTER_SECS: u64 = 5;
/// Longest media type that is kept, in characters.
pub const MEDIA_TYPE_CHARS_MAX: usize = 100;

/// What an upload may be.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Photos an analysis.
    pub photos_max: usize,
    /// Bytes a file.
    pub file_bytes_max: u64,
    /// Bytes a request.
    pub request_bytes_max: u64,
    /// Bytes of all uploads a node holds at a time; 0: a quarter of its memory, at most 2 GiB.
    pub upload_budget_bytes: u64,
    /// Photos that may wait for a worker; a node with more answers 503.
    pub waiting_photos_max: usize,
    /// Seconds a photo may have waited for a worker before the node takes nothing new and answers 503.
    pub queue_secs: u64,
    /// Seconds an analysis may take.
    pub analysis_secs: u64,
    /// Seconds an analysis may stay open for photos put one at a time.
    pub open_secs: u64,
    /// Analyses an agency may have open at a time.
    pub open_max: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            photos_max: 50,
            file_bytes_max: 50 * 1024 * 1024,
            request_bytes_max: 512 * 1024 * 1024,
            upload_budget_bytes: 0,
            waiting_photos_max: 500,
            queue_secs: 60,
            analysis_secs: 600,
            open_secs: 3600,
            open_max: 100,
        }
    }
}

impl Settings {
    /// The byte budget in force.
    pub fn budget_bytes(&self) -> u64 {
        const CAP: u64 = 2 * 1024 * 1024 * 1024;
        if self.upload_budget_bytes > 0 {
            return self.upload_budget_bytes;
        }
        let info = rustix::system::sysinfo();
        let unit = u64::from(info.mem_unit.max(1));
        (info.totalram.saturating_mul(unit) / 4).min(CAP)
    }
}

/// Bytes of uploads this node may hold at a time.
#[derive(Debug)]
pub struct ByteBudget {
    limit: u64,
    used: AtomicU64,
}

impl ByteBudget {
    /// With so many bytes.
    pub fn new(limit: u64) -> Arc<Self> {
        Arc::new(Self { limit, used: AtomicU64::new(0) })
    }

    /// Bytes reserved now.
    pub fn used(&self) -> u64 {
        self.used.load(Ordering::SeqCst)
    }

    fn take(&self, bytes: u64) -> Result<(), AdmissionError> {
        let fits = |used: u64| used.checked_add(bytes).filter(|total| *total <= self.limit);
        match self.used.fetch_update(Ordering::SeqCst, Ordering::SeqCst, fits) {
            Ok(_) => Ok(()),
            Err(_) => Err(AdmissionError::NodeFull { retry_after_secs: RETRY_AFTER_SECS }),
        }
    }
}

/// A share of the budget; given back when dropped.
#[derive(Debug)]
struct Reservation {
    budget: Arc<ByteBudget>,
    bytes: u64,
}

impl Reservation {
    fn empty(budget: &Arc<ByteBudget>) -> Self {
        Self { budget: Arc::clone(budget), bytes: 0 }
    }

    fn grow_to(&mut self, needed: u64) -> Result<(), AdmissionError> {
        if needed > self.bytes {
            let grown = needed.div_ceil(BUDGET_STEP_BYTES) * BUDGET_STEP_BYTES;
            self.budget.take(grown - self.bytes)?;
            self.bytes = grown;
        }
        Ok(())
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        self.budget.used.fetch_sub(self.bytes, Ordering::SeqCst);
    }
}

/// One photo, complete, in sealed memory, with its share of the budget.
#[derive(Debug)]
pub struct HeldPhoto {
    /// File name as given, cleaned and cut.
    pub file_name: String,
    /// Media type as given, cleaned.
    pub declared_type: Option<String>,
    /// Its bytes.
    pub memory: SealedMemory,
    /// SHA-256 of its bytes, if it was asked for.
    pub sha256: Option<Digest>,
    _share: Reservation,
}

/// What the sender says a file is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SentAs<'a> {
    /// File name, untrusted.
    pub file_name: &'a str,
    /// Media type (`Content-Type` of the part or the body), untrusted.
    pub media_type: Option<&'a str>,
}

#[derive(Debug)]
struct Arriving {
    file_name: String,
    declared_type: Option<String>,
    memory: MemoryWriter,
    share: Reservation,
    hasher: Option<Hasher>,
}

/// Photos of one request as they arrive. Dropping it leaves nothing behind.
#[derive(Debug)]
pub struct Upload {
    budget: Arc<ByteBudget>,
    settings: Settings,
    total_bytes: u64,
    has_digests: bool,
    arriving: Option<Arriving>,
    photos: Vec<HeldPhoto>,
}

impl Upload {
    /// Opens the door, if a body of the declared length can fit at all. `total_bytes` came with earlier requests and count too.
    ///
    /// # Errors
    /// [`AdmissionError::RequestTooLarge`] or [`AdmissionError::NodeFull`] from the declared length alone.
    pub(super) fn begin(
        budget: &Arc<ByteBudget>,
        settings: &Settings,
        declared_bytes: Option<u64>,
        total_bytes: u64,
    ) -> Result<Self, AdmissionError> {
        let declared = declared_bytes.unwrap_or(0);
        let in_all = total_bytes.saturating_add(declared);
        if in_all > settings.request_bytes_max {
            return Err(AdmissionError::RequestTooLarge { limit_bytes: settings.request_bytes_max, actual_bytes: Some(in_all) });
        }
        if budget.used().saturating_add(declared) > budget.limit {
            return Err(AdmissionError::NodeFull { retry_after_secs: RETRY_AFTER_SECS });
        }
        Ok(Self {
            budget: Arc::clone(budget),
            settings: settings.clone(),
            total_bytes,
            has_digests: false,
            arriving: None,
            photos: Vec::new(),
        })
    }

    /// Each photo's SHA-256 is made while it arrives.
    #[must_use]
    pub const fn with_digests(mut self) -> Self {
        self.has_digests = true;
        self
    }

    /// Begins the next photo.
    ///
    /// # Errors
    /// [`AdmissionError::TooManyPhotos`] past the limit, [`AdmissionError::Memory`] when the kernel has none.
    pub fn start_photo(&mut self, sent: SentAs<'_>) -> Result<(), AdmissionError> {
        let limit = self.settings.photos_max;
        if self.photos.len() >= limit {
            return Err(AdmissionError::TooManyPhotos { limit });
        }
        let memory = MemoryWriter::new().map_err(AdmissionError::Memory)?;
        let share = Reservation::empty(&self.budget);
        let hasher = self.has_digests.then(Hasher::default);
        let (file_name, declared_type) = (clean_file_name(sent.file_name), sent.media_type.and_then(clean_media_type));
        self.arriving = Some(Arriving { file_name, declared_type, memory, share, hasher });
        Ok(())
    }

    /// Takes a piece of the photo begun last.
    ///
    /// # Errors
    /// A limit was passed or the node is full; [`AdmissionError::NoPhotoBegun`] outside a photo.
    pub fn write(&mut self, chunk: &[u8]) -> Result<(), AdmissionError> {
        let arriving = self.arriving.as_mut().ok_or(AdmissionError::NoPhotoBegun)?;
        let file_bytes = arriving.memory.len() + chunk.len() as u64;
        if file_bytes > self.settings.file_bytes_max {
            return Err(AdmissionError::FileTooLarge { limit_bytes: self.settings.file_bytes_max, actual_bytes: file_bytes });
        }
        self.total_bytes += chunk.len() as u64;
        if self.total_bytes > self.settings.request_bytes_max {
            let limit_bytes = self.settings.request_bytes_max;
            return Err(AdmissionError::RequestTooLarge { limit_bytes, actual_bytes: Some(self.total_bytes) });
        }
        arriving.share.grow_to(file_bytes)?;
        if let Some(hasher) = &mut arriving.hasher {
            hasher.update(chunk);
        }
        arriving.memory.write(chunk).map_err(AdmissionError::Memory)
    }

    /// Ends the photo begun last: from here on it cannot change.
    ///
    /// # Errors
    /// [`AdmissionError::EmptyPhoto`] for a photo without a byte.
    pub fn finish_photo(&mut self) -> Result<(), AdmissionError> {
        let Arriving { file_name, declared_type, memory, share, hasher } =
            self.arriving.take().ok_or(AdmissionError::NoPhotoBegun)?;
        if memory.is_empty() {
            return Err(AdmissionError::EmptyPhoto);
        }
        let memory = memory.seal().map_err(AdmissionError::Memory)?;
        let sha256 = hasher.map(Hasher::finish);
        self.photos.push(HeldPhoto { file_name, declared_type, memory, sha256, _share: share });
        Ok(())
    }

    /// Complete photos so far.
    pub fn photo_count(&self) -> usize {
        self.photos.len()
    }

    pub(super) fn into_photos(self) -> Vec<HeldPhoto> {
        self.photos
    }
}

/// A media type as it may be shown (RFC 9110, 8.3.1): type and subtype in lower case, without parameters, at most 100 characters.
fn clean_media_type(text: &str) -> Option<String> {
    let essence = text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let is_token =
        |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&byte));
    let is_whole = essence.split_once('/').is_some_and(|(kind, subtype)| is_token(kind) && is_token(subtype));
    (is_whole && essence.len() <= MEDIA_TYPE_CHARS_MAX).then_some(essence)
}

/// A file name as it may be shown: no path, no control or direction characters, at most 200 characters.
pub fn clean_file_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let clean = clean_text(last, crate::report::facts::FILE_NAME_CHARS_MAX);
    if clean.is_empty() { "unnamed".to_owned() } else { clean }
}

/// Untrusted text without control characters and without characters that change the direction of writing, trimmed and cut.
pub fn clean_text(text: &str, chars_max: usize) -> String {
    let turns = |c: char| matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}');
    text.trim().chars().filter(|c| !c.is_control() && !turns(*c)).take(chars_max).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings() -> Settings {
        Settings { photos_max: 2, file_bytes_max: 10, request_bytes_max: 15, ..Settings::default() }
    }

    fn named(file_name: &str) -> SentAs<'_> {
        SentAs { file_name, media_type: None }
    }

    fn begin(budget: &Arc<ByteBudget>) -> Upload {
        Upload::begin(budget, &settings(), None, 0).unwrap()
    }

    #[test]
    fn limits_hold_at_and_one_past() {
        let budget = ByteBudget::new(10 * BUDGET_STEP_BYTES);
        let mut upload = begin(&budget);
        assert!(matches!(upload.write(b"x"), Err(AdmissionError::NoPhotoBegun)));
        upload.start_photo(named("a.jpg")).unwrap();
        upload.write(&[0; 10]).unwrap();
        assert!(matches!(upload.write(&[0]), Err(AdmissionError::FileTooLarge { limit_bytes: 10, actual_bytes: 11 })));
        upload.finish_photo().unwrap();
        upload.start_photo(named("b.jpg")).unwrap();
        upload.write(&[0; 5]).unwrap();
        assert!(matches!(upload.write(&[0]), Err(AdmissionError::RequestTooLarge { limit_bytes: 15, actual_bytes: Some(16) })));
        upload.finish_photo().unwrap();
        assert!(matches!(upload.start_photo(named("c.jpg")), Err(AdmissionError::TooManyPhotos { limit: 2 })));
        assert!(Upload::begin(&budget, &settings(), Some(15), 0).is_ok());
        assert!(matches!(Upload::begin(&budget, &settings(), Some(16), 0), Err(AdmissionError::RequestTooLarge { .. })));
    }

    #[test]
    fn what_came_before_counts() {
        let budget = ByteBudget::new(10 * BUDGET_STEP_BYTES);
        assert!(Upload::begin(&budget, &settings(), Some(5), 10).is_ok());
        let refused = Upload::begin(&budget, &settings(), Some(6), 10).unwrap_err();
        assert!(matches!(refused, AdmissionError::RequestTooLarge { limit_bytes: 15, actual_bytes: Some(16) }), "{refused:?}");
        let mut upload = Upload::begin(&budget, &settings(), None, 10).unwrap().with_digests();
        upload.start_photo(named("a.jpg")).unwrap();
        upload.write(b"ab").unwrap();
        upload.write(b"c").unwrap();
        upload.finish_photo().unwrap();
        upload.start_photo(named("b.jpg")).unwrap();
        assert!(matches!(upload.write(b"abc"), Err(AdmissionError::RequestTooLarge { .. })));
        assert_eq!(upload.into_photos()[0].sha256, Some(crate::vault::sha256(b"abc")));
    }

    #[test]
    fn the_budget_is_given_back() {
        let budget = ByteBudget::new(BUDGET_STEP_BYTES);
        let mut first = begin(&budget);
        first.start_photo(named("a.jpg")).unwrap();
        first.write(b"12345").unwrap();
        assert_eq!(budget.used(), BUDGET_STEP_BYTES);
        let mut second = begin(&budget);
        second.start_photo(named("b.jpg")).unwrap();
        assert!(matches!(second.write(b"1"), Err(AdmissionError::NodeFull { .. })));
        first.finish_photo().unwrap();
        drop(first.into_photos());
        assert_eq!(budget.used(), 0);
        second.write(b"1").unwrap();
    }

    #[test]
    fn an_empty_photo_is_none() {
        let budget = ByteBudget::new(BUDGET_STEP_BYTES);
        let mut upload = begin(&budget);
        upload.start_photo(named("a.jpg")).unwrap();
        assert!(matches!(upload.finish_photo(), Err(AdmissionError::EmptyPhoto)));
    }

    #[test]
    fn media_types_are_cleaned() {
        assert_eq!(clean_media_type("Image/JPEG; charset=x"), Some("image/jpeg".into()));
        assert_eq!(clean_media_type("image/svg+xml"), Some("image/svg+xml".into()));
        let longest = format!("image/{}", "x".repeat(MEDIA_TYPE_CHARS_MAX - 6));
        assert_eq!(clean_media_type(&longest), Some(longest.clone()));
        for wrong in ["", "image", "image/", "/jpeg", "image/jp eg", "image/<b>", "a/b/c", &format!("{longest}x")] {
            assert_eq!(clean_media_type(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn file_names_are_cleaned() {
        assert_eq!(clean_file_name("C:\\photos\\a\u{202e}gpj.exe\n"), "agpj.exe");
        assert_eq!(clean_file_name("../../etc/passwd"), "passwd");
        assert_eq!(clean_file_name(" / "), "unnamed");
        assert_eq!(clean_file_name(&"x".repeat(300)).chars().count(), 200);
    }
}
