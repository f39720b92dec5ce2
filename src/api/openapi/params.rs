//! Headers that several operations read.

use serde_json::{Map, Value};
use utoipa::IntoParams;
use utoipa::openapi::path::ParameterIn;

/// `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header). An operation that has it answers its problems, too.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "only described here; `http::idempotency` reads it")]
pub struct IdempotencyKey {
    /// A key of your own choice that makes the same request sent twice one; 1 to 255 visible characters, with or without quotation
    /// marks.
    #[param(
        rename = "Idempotency-Key",
        pattern = r#"^([!#-~][!-~]{0,254}|"([!#-\[\]-~]|\\["\\]){1,255}")$"#,
        example = "shoot-14"
    )]
    idempotency_key: Option<String>,
}

/// `Prefer` (RFC 7240).
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "only described here; the handlers read it")]
pub struct Prefer {
    /// `wait=N`: answer only when the outcome is there, at most N seconds from now.
    #[param(rename = "Prefer", example = "wait=10")]
    prefer: Option<String>,
}

/// `If-None-Match` (RFC 9110 section 13.1.2). An operation that has it answers with `ETag`, and 304 for who has the body.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "only described here; `http::conditional` reads it")]
pub struct IfNoneMatch {
    /// The `ETag` of the body you have: 304 if it is still that one.
    #[param(rename = "If-None-Match")]
    if_none_match: Option<String>,
}

/// Methods that change something.
const MUTATIONS: [&str; 4] = ["post", "put", "patch", "delete"];

/// Every operation of the API that changes something takes a key.
pub fn give_keys(document: &mut Value) {
    let key: Vec<Value> = IdempotencyKey::into_params(|| Some(ParameterIn::Header))
        .into_iter()
        .filter_map(|parameter| serde_json::to_value(parameter).ok())
        .collect();
    let Some(paths) = document.get_mut("paths").and_then(Value::as_object_mut) else { return };
    let items = paths.iter_mut().filter(|(path, _)| path.starts_with("/v1/")).filter_map(|(_, item)| item.as_object_mut());
    for item in items {
        for (_, operation) in item.iter_mut().filter(|(method, _)| MUTATIONS.contains(&method.as_str())) {
            if let Some(operation) = operation.as_object_mut() {
                add(operation, &key);
            }
        }
    }
}

fn add(operation: &mut Map<String, Value>, key: &[Value]) {
    let parameters = operation.entry("parameters").or_insert_with(|| Value::Array(Vec::new()));
    if let Some(parameters) = parameters.as_array_mut()
        && !parameters.iter().any(|parameter| parameter["name"] == "Idempotency-Key")
    {
        parameters.extend_from_slice(key);
    }
}
