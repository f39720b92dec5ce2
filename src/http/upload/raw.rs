//! One picture as the whole body, the small fields in the query.

use actix_web::error::PayloadError;
use actix_web::web::Bytes;
use futures_util::{Stream, StreamExt as _};

use super::fields::{FIELD_BYTES_MAX, Fields, Sent, too_long};
use super::form::{Sink, empty_photo, payload_problem};
use crate::http::Problem;
use crate::pipeline::SentAs;

/// The query of a raw upload.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RawQuery {
    fields: Fields,
    file_name: Option<String>,
}

impl RawQuery {
    /// From the query as it stands in the address.
    ///
    /// # Errors
    /// 422 naming the parameter.
    pub fn parse(query: &str) -> Result<Self, Problem> {
        let mut parsed = Self::default();
        for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
            match name.as_ref() {
                _ if value.len() > FIELD_BYTES_MAX => return Err(too_long(&name)),
                "file_name" if parsed.file_name.is_some() => {
                    return Err(Problem::field("file_name", "repeated", "Send this field once."));
                }
                "file_name" => parsed.file_name = Some(value.into_owned()),
                _ => parsed.fields.set(&name, &value)?,
            }
        }
        Ok(parsed)
    }
}

/// The file name in the query of a photo that is put by itself; it has no other parameter.
///
/// # Errors
/// 422 naming the parameter.
pub fn file_name_of(query: &str) -> Result<Option<String>, Problem> {
    let parsed = RawQuery::parse(query)?;
    if parsed.fields == Fields::default() {
        return Ok(parsed.file_name);
    }
    let detail = "A photo is put with file_name only; the other fields were sent when the analysis was opened.";
    Err(Problem::field("product", "not_allowed", detail))
}

/// A body that is one photo.
pub struct Whole<'a, S> {
    /// Its bytes.
    pub body: S,
    /// Most bytes of it, for the answer's `limit`.
    pub bytes_max: u64,
    /// What it says it is.
    pub media_type: &'a str,
}

/// Reads the whole body as one photo, with its fields.
///
/// # Errors
/// Every fault as its own problem, ending the connection.
pub async fn read_raw<S>(body: Whole<'_, S>, query: RawQuery, sink: &mut impl Sink) -> Result<Sent, Problem>
where
    S: Stream<Item = Result<Bytes, PayloadError>>,
{
    read(body, query, sink).await.map_err(Problem::closing)
}

async fn read<S>(body: Whole<'_, S>, query: RawQuery, sink: &mut impl Sink) -> Result<Sent, Problem>
where
    S: Stream<Item = Result<Bytes, PayloadError>>,
{
    // The fields are known before the body: a wrong one is answered before a byte is read.
    let sent = query.fields.finish(1)?;
    read_photo(body, query.file_name.as_deref(), sink).await?;
    Ok(sent)
}

/// Reads the whole body into `sink` as one photo.
///
/// # Errors
/// Every fault as its own problem.
pub async fn read_photo<S>(whole: Whole<'_, S>, file_name: Option<&str>, sink: &mut impl Sink) -> Result<(), Problem>
where
    S: Stream<Item = Result<Bytes, PayloadError>>,
{
    let file_name = file_name.unwrap_or("photo");
    let mut body = std::pin::pin!(whole.body);
    let mut is_begun = false;
    while let Some(piece) = body.next().await {
        let piece = piece.map_err(|error| payload_problem(&error, whole.bytes_max))?;
        if !is_begun {
            sink.start(SentAs { file_name, media_type: Some(whole.media_type) })?;
            is_begun = true;
        }
        sink.write(&piece)?;
    }
    if !is_begun {
        return Err(empty_photo(file_name));
    }
    sink.finish()
}
