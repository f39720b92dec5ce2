//! Bodies that are not made of a view.

use serde_json::Value;
use utoipa::ToSchema;
use utoipa::openapi::{Ref, RefOr, Schema};

/// Bytes as they are.
#[derive(Debug, ToSchema)]
#[schema(value_type = String, format = Binary)]
#[expect(dead_code, reason = "only described here")]
pub struct Binary(Vec<u8>);

/// The result of an analysis; its schema is the published one.
#[derive(Debug)]
pub struct ResultDocument;

impl utoipa::PartialSchema for ResultDocument {
    fn schema() -> RefOr<Schema> {
        Ref::from_schema_name("Result").into()
    }
}

impl ToSchema for ResultDocument {
    fn name() -> std::borrow::Cow<'static, str> {
        "Result".into()
    }
}

const RESULT: &str = include_str!("../../../docs/schema/result-1.json");

/// The published schema of results, with its inner references as seen from the document.
pub fn result_schema() -> Value {
    let mut schema: Value =
        serde_json::from_str(&RESULT.replace("\"#/$defs/", "\"#/components/schemas/Result/$defs/")).unwrap_or_default();
    if let Some(schema) = schema.as_object_mut() {
        schema.remove("$schema");
        schema.remove("$id");
    }
    schema
}
