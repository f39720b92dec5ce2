//! multipart/form-data: `photos` 1..50 times, the small fields in any order.

use actix_multipart::{Field, Multipart, MultipartError};
use actix_web::error::PayloadError;
use futures_util::StreamExt as _;

use super::fields::{FIELD_BYTES_MAX, Fields, Sent, too_long};
use crate::http::pace::is_too_slow;
use crate::http::session::{form_id, is_form_of};
use crate::http::{Problem, ProblemKind};
use crate::pipeline::SentAs;

/// Where the photos go: the pipeline's upload, with its errors already in our words.
pub trait Sink {
    /// Begins the next photo.
    ///
    /// # Errors
    /// 413, 422 or 503.
    fn start(&mut self, sent: SentAs<'_>) -> Result<(), Problem>;
    /// Takes a piece of it.
    ///
    /// # Errors
    /// 413 or 503.
    fn write(&mut self, piece: &[u8]) -> Result<(), Problem>;
    /// Ends it.
    ///
    /// # Errors
    /// 422 for an empty photo.
    fn finish(&mut self) -> Result<(), Problem>;
    /// Photos so far.
    fn count(&self) -> usize;
}

/// What else a form must hold.
#[derive(Debug, Clone, Copy, Default)]
pub struct FormRules<'a> {
    /// The token a page's form must send, before the first photo; None for the API.
    pub csrf: Option<&'a str>,
    /// Most bytes of the request, for the answer's `limit`.
    pub request_bytes_max: u64,
}

/// Reads the whole form.
///
/// # Errors
/// Every fault of the form as its own problem; all of them end the connection, because the rest of the body is not wanted.
pub async fn read_form(mut form: Multipart, rules: FormRules<'_>, sink: &mut impl Sink) -> Result<Sent, Problem> {
    read(&mut form, rules, sink).await.map_err(Problem::closing)
}

async fn read(form: &mut Multipart, rules: FormRules<'_>, sink: &mut impl Sink) -> Result<Sent, Problem> {
    let mut fields = Fields::default();
    let mut is_ours = rules.csrf.is_none();
    while let Some(field) = form.next().await {
        let mut field = field.map_err(|error| form_problem(&error, rules))?;
        let name = field.name().unwrap_or_default().to_owned();
        if let (Some(token), "csrf") = (rules.csrf, name.as_str()) {
            let sent = text(&mut field, &name, rules).await?;
            is_ours = is_form_of(&sent, token);
            fields.form_id = form_id(&sent).map(str::to_owned);
        }
        if !is_ours {
            return Err(Problem::new(ProblemKind::StaleForm));
        }
        match name.as_str() {
            "csrf" if rules.csrf.is_some() => {}
            "photos" => take_photo(&mut field, rules, sink).await?,
            _ => {
                let value = text(&mut field, &name, rules).await?;
                fields.set(&name, &value)?;
            }
        }
    }
    if !is_ours {
        return Err(Problem::new(ProblemKind::StaleForm));
    }
    fields.finish(sink.count())
}

async fn text(field: &mut Field, name: &str, rules: FormRules<'_>) -> Result<String, Problem> {
    let bytes = field.bytes(FIELD_BYTES_MAX).await.map_err(|_| too_long(name))?.map_err(|error| form_problem(&error, rules))?;
    String::from_utf8(bytes.to_vec()).map_err(|_| Problem::field(name, "not_allowed", "Send this field as UTF-8 text."))
}

async fn take_photo(field: &mut Field, rules: FormRules<'_>, sink: &mut impl Sink) -> Result<(), Problem> {
    let file_name = field.content_disposition().and_then(file_name);
    if file_name.is_none() && field.content_type().is_none() {
        return Err(Problem::field("photos", "not_allowed", "Send a file, not a text (with curl: photos=@name)."));
    }
    let file_name = file_name.unwrap_or_default();
    let media_type = field.content_type().map(|media_type| media_type.essence_str().to_owned());
    let mut is_begun = false;
    while let Some(piece) = field.next().await {
        let piece = piece.map_err(|error| form_problem(&error, rules))?;
        if !is_begun {
            sink.start(SentAs { file_name: &file_name, media_type: media_type.as_deref() })?;
            is_begun = true;
        }
        sink.write(&piece)?;
    }
    match (is_begun, file_name.is_empty()) {
        (true, _) => sink.finish(),
        // A browser sends an empty, nameless part for a file input nobody filled.
        (false, true) => Ok(()),
        (false, false) => Err(empty_photo(&file_name)),
    }
}

fn file_name(disposition: &actix_web::http::header::ContentDisposition) -> Option<String> {
    let extended = disposition.get_filename_ext().and_then(|ext| String::from_utf8(ext.value.clone()).ok());
    extended.or_else(|| disposition.get_filename().map(str::to_owned))
}

/// 422 for a photo without a byte.
pub fn empty_photo(file_name: &str) -> Problem {
    Problem::field("photos", "empty", format!("\"{}\" has no bytes.", shown(file_name)))
}

/// A name from outside as it may stand in an answer.
pub fn shown(name: &str) -> String {
    name.chars().filter(|c| !c.is_control()).take(60).collect()
}

/// What a body that broke off, was too slow or too long means to the client.
pub fn payload_problem(error: &PayloadError, request_bytes_max: u64) -> Problem {
    match error {
        PayloadError::Overflow => Problem::new(ProblemKind::RequestTooLarge).limit(request_bytes_max, None),
        slow if is_too_slow(slow) => Problem::new(ProblemKind::BodyTooSlow),
        _ => Problem::new(ProblemKind::MalformedRequest).detail("The body breaks off before its end."),
    }
}

fn form_problem(error: &MultipartError, rules: FormRules<'_>) -> Problem {
    let malformed = |detail: &'static str| Problem::new(ProblemKind::MalformedMultipart).detail(detail);
    match error {
        MultipartError::Payload(error) => payload_problem(error, rules.request_bytes_max),
        MultipartError::ContentTypeMissing | MultipartError::ContentTypeParse | MultipartError::ContentTypeIncompatible => {
            Problem::new(ProblemKind::UnsupportedMediaType)
        }
        MultipartError::BoundaryMissing => malformed("Content-Type names no boundary."),
        MultipartError::ContentDispositionMissing => malformed("A part has no Content-Disposition."),
        MultipartError::ContentDispositionNameMissing => malformed("A part has no name."),
        MultipartError::Nested => malformed("A part is itself multipart; send each photo as its own part."),
        MultipartError::Incomplete => malformed("The form breaks off before its closing boundary."),
        _ => malformed("A part cannot be read."),
    }
}
