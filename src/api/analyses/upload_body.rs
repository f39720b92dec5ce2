//! The bodies photos come in, as the document describes them; `http::upload` reads them piece by piece.

use serde::Deserialize;
use utoipa::ToSchema;

use crate::api::openapi::words;

/// A picture as it is: JPEG, PNG, WebP, TIFF or GIF.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(value_type = String, format = Binary, content_media_type = "application/octet-stream", min_length = 1)]
#[expect(dead_code, reason = "only described here")]
pub struct Picture(Vec<u8>);

/// Photos and what is asked about them, as multipart/form-data.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "only described here")]
pub struct UploadForm {
    /// 1 to 50 files, each a part of its own with a file name.
    #[schema(min_items = 1, max_items = 50)]
    photos: Vec<Picture>,
    #[schema(value_type = words::Product)]
    product: String,
    #[schema(value_type = words::Previews, required = false)]
    previews: String,
    /// Your own id.
    #[schema(max_length = 100, example = "Shoot 14", required = false)]
    reference: String,
    /// Days the report lives; at most, and without it, the product's.
    #[schema(minimum = 1, maximum = 30, example = 3, required = false)]
    life_days: u32,
}
