//! The OpenAPI 3.1 document, made from the handlers' own descriptions and from the tables of the code: problems, events, ids, words.
//!
//! A handler says what is special about it; what holds for many (problems of a key, of a body, of a path; headers) is added here.

mod bodies;
mod events;
mod examples;
mod params;
mod problems;
pub mod serve;
#[cfg(test)]
mod tests;
pub mod words;

use serde_json::{Map, Value, json};
use utoipa::OpenApi as _;

pub use bodies::{Binary, ResultDocument};
pub use params::{IdempotencyKey, IfNoneMatch, Prefer};

use crate::http::ApiDocument;

const ABOUT: &str = "Photos go in, a report comes out: PDF for people, JSON for programs, a signed webhook that says it is ready. \
    Photos are held in memory while they are measured and never stored; the report lives 7, 14 or 30 days and is then destroyed.\n\n\
    Times are RFC 3339 in UTC. Ids are opaque. Every error is `application/problem+json` (RFC 9457) with a `code` that never changes \
    its meaning. Fields may be added to answers; a program should pass over those it does not know. A wrong method is answered by 405 \
    with `Allow`, a head that is too large by 431.";

/// Tags in the order they are shown.
const TAGS: [(&str, &str); 8] = [
    ("Analyses", "Photos in, state, result and report out."),
    (
        "Webhook endpoints",
        "Where events are posted. An endpoint belongs to the key that made it and hears of that key's analyses.",
    ),
    ("Deliveries", "What was sent, every attempt of it, and sending again."),
    ("Events", "What was told, for receivers that were away."),
    ("API keys", "Keys of the agency and what each may do."),
    ("Receipts", "Signed proof of a deletion."),
    ("Usage", "What was used."),
    ("The service", "Limits, products, this document, probes."),
];

/// The document of an installation that is reached at `public_url` (without a slash at its end).
pub fn document(public_url: &str) -> ApiDocument {
    let mut described = super::Operations::openapi();
    described.merge(words::Words::openapi());
    let mut document = serde_json::to_value(&described).unwrap_or_default();
    document["info"] = json!({ "title": "proofsheet", "version": env!("CARGO_PKG_VERSION"), "description": ABOUT });
    document["servers"] = json!([{ "url": public_url }]);
    document["tags"] = TAGS.iter().map(|(name, description)| json!({ "name": name, "description": description })).collect();
    document["components"]["securitySchemes"] = json!({ "key": {
        "type": "http", "scheme": "bearer", "bearerFormat": "ps_live_… or ps_test_…",
        "description": "An API key. The scopes an operation needs are listed with it.",
    } });
    document["components"]["headers"] = problems::headers();
    if let Some(schemas) = document["components"]["schemas"].as_object_mut() {
        schemas.extend(problems::schemas());
        schemas.insert("Result".to_owned(), bodies::result_schema());
        schemas.extend(events::schemas());
    }
    document["webhooks"] = events::webhooks();
    params::give_keys(&mut document);
    let mut shared = Map::new();
    for (path, operation) in operations(&mut document) {
        without_rustdoc(operation);
        without_null(operation);
        problems::complete(&path, operation, &mut shared, public_url);
    }
    document["components"]["responses"] = shared.into();
    examples::complete(&mut document);
    document.into()
}

/// A handler's own comment is for who reads the code; only what was written as its description stays.
fn without_rustdoc(operation: &mut Map<String, Value>) {
    let is_rustdoc = operation.get("description").and_then(Value::as_str).is_some_and(|text| text.contains("# Errors"));
    if is_rustdoc {
        operation.remove("description");
    }
}

/// What is not sent is absent: in an address or a header there is no null, and a body that may be left out is not null either.
fn without_null(operation: &mut Map<String, Value>) {
    if let Some(schema) =
        operation.get_mut("requestBody").and_then(|body| body.get_mut("content")?.get_mut("application/json")?.get_mut("schema"))
    {
        let only = schema["oneOf"].as_array().and_then(|choices| choices.iter().find(|choice| choice["type"] != "null")).cloned();
        if let Some(only) = only {
            *schema = only;
        }
    }
    for parameter in operation.get_mut("parameters").and_then(Value::as_array_mut).into_iter().flatten() {
        let schema = &mut parameter["schema"];
        let only = schema["oneOf"].as_array().and_then(|choices| choices.iter().find(|choice| choice["type"] != "null")).cloned();
        if let Some(only) = only {
            *schema = only;
        }
        let kind = schema["type"].as_array().and_then(|kinds| kinds.iter().find(|kind| *kind != "null")).cloned();
        if let Some(kind) = kind {
            schema["type"] = kind;
        }
    }
}

/// Every operation with its path, in place.
fn operations(document: &mut Value) -> Vec<(String, &mut Map<String, Value>)> {
    let Some(paths) = document.get_mut("paths").and_then(Value::as_object_mut) else { return Vec::new() };
    let items = paths.iter_mut().filter_map(|(path, item)| Some((path, item.as_object_mut()?)));
    items
        .flat_map(|(path, item)| item.values_mut().filter_map(Value::as_object_mut).map(|operation| (path.clone(), operation)))
        .collect()
}
