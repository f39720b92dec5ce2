//! The OpenAPI document of this installation, as the API serves it and the reference page draws it.

use actix_web::http::header::EntityTag;
use serde_json::Value;

use super::conditional;

/// The document in the forms it is needed in; made once, at the start.
#[derive(Debug, Clone)]
pub struct ApiDocument {
    /// As it was made.
    pub value: Value,
    /// As it is sent: JSON over several lines.
    pub json: String,
    /// Its entity tag.
    pub tag: EntityTag,
}

impl From<Value> for ApiDocument {
    fn from(value: Value) -> Self {
        let json = format!("{value:#}\n");
        let tag = conditional::tag_of_content(json.as_bytes());
        Self { value, json, tag }
    }
}
