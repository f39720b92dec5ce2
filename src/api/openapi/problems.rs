//! What can go wrong with an operation, out of the one table of problems.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::http::ProblemKind;
use crate::http::problem::{CATALOGUE_PATH, PROBLEM_JSON};

/// Where a handler lists the codes that only it answers; the finished document lists all.
pub const PROBLEMS: &str = "x-problems";

const ALWAYS: [ProblemKind; 4] =
    [ProblemKind::TooManyRequests, ProblemKind::Internal, ProblemKind::NoRoom, ProblemKind::NotReady];
const OF_A_KEY: [ProblemKind; 6] = [
    ProblemKind::MissingKey,
    ProblemKind::InvalidKey,
    ProblemKind::ExpiredKey,
    ProblemKind::RevokedKey,
    ProblemKind::MissingScope,
    ProblemKind::NetworkNotAllowed,
];
const OF_A_BODY: [ProblemKind; 5] = [
    ProblemKind::MalformedRequest,
    ProblemKind::BodyTooSlow,
    ProblemKind::RequestTooLarge,
    ProblemKind::UnsupportedMediaType,
    ProblemKind::InvalidFields,
];
const OF_AN_IDEMPOTENCY_KEY: [ProblemKind; 3] =
    [ProblemKind::RequestInFlight, ProblemKind::InvalidFields, ProblemKind::KeyReused];

/// Gives an operation every problem it can answer, and every answer its headers. Answers that are the same stand in `shared` once,
/// by their codes.
pub fn complete(path: &str, operation: &mut Map<String, Value>, shared: &mut Map<String, Value>, public_url: &str) {
    let kinds = kinds(path, operation);
    operation.insert(PROBLEMS.to_owned(), kinds.iter().map(|kind| kind.row().slug).collect());
    let has_key = operation.contains_key("security");
    let is_keyed = has_parameter(operation, "header", Some("Idempotency-Key"));
    let has_tag = has_parameter(operation, "header", Some("If-None-Match"));
    let mut by_status: BTreeMap<u16, Vec<ProblemKind>> = BTreeMap::new();
    for kind in kinds {
        by_status.entry(kind.row().status).or_default().push(kind);
    }
    let Some(responses) = operation.get_mut("responses").and_then(Value::as_object_mut) else { return };
    if has_tag {
        responses.insert("304".to_owned(), json!({ "description": "The body named by If-None-Match is this one." }));
    }
    for (status, response) in responses.iter_mut().filter(|(_, response)| response.get("$ref").is_none()) {
        response["headers"]["X-Request-Id"] = header("X-Request-Id");
        if has_key {
            response["headers"]["RateLimit"] = header("RateLimit");
            response["headers"]["RateLimit-Policy"] = header("RateLimit-Policy");
            response["headers"]["Proofsheet-Key-Ends"] = header("Proofsheet-Key-Ends");
        }
        if has_tag && matches!(status.as_str(), "200" | "304") {
            response["headers"]["ETag"] = header("ETag");
        }
        if is_keyed && status.starts_with('2') {
            response["headers"]["Idempotency-Replayed"] = header("Idempotency-Replayed");
        }
    }
    for (status, kinds) in by_status {
        let name = kinds.iter().map(|kind| kind.row().slug).collect::<Vec<_>>().join(".");
        responses.entry(status.to_string()).or_insert_with(|| json!({ "$ref": format!("#/components/responses/{name}") }));
        shared.entry(name).or_insert_with(|| response(&kinds, public_url));
    }
}

fn kinds(path: &str, operation: &Map<String, Value>) -> Vec<ProblemKind> {
    let own: Vec<&str> =
        operation.get(PROBLEMS).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
    let body = operation.get("requestBody").and_then(|body| body.get("content"));
    let takes_json = body.is_some_and(|content| content.get("application/json").is_some());
    let has_query = has_parameter(operation, "query", None);
    let is_keyed = has_parameter(operation, "header", Some("Idempotency-Key"));
    let applies = |kind: ProblemKind| {
        ALWAYS.contains(&kind)
            || own.contains(&kind.row().slug)
            || (operation.contains_key("security") && OF_A_KEY.contains(&kind))
            || (body.is_some() && OF_A_BODY.contains(&kind))
            || (is_keyed && OF_AN_IDEMPOTENCY_KEY.contains(&kind))
            || (takes_json && kind == ProblemKind::MalformedJson)
            || (has_query && kind == ProblemKind::InvalidFields)
            || (path.contains('{') && kind == ProblemKind::NotFound)
    };
    ProblemKind::ALL.into_iter().filter(|kind| applies(*kind)).collect()
}

fn has_parameter(operation: &Map<String, Value>, place: &str, name: Option<&str>) -> bool {
    let parameters = operation.get("parameters").and_then(Value::as_array);
    parameters
        .into_iter()
        .flatten()
        .any(|parameter| parameter["in"] == place && name.is_none_or(|name| parameter["name"] == name))
}

/// The answer of one or more rows that share a status.
fn response(kinds: &[ProblemKind], public_url: &str) -> Value {
    let status = kinds.first().map_or(500, |kind| kind.row().status);
    let codes: Vec<&str> = kinds.iter().map(|kind| kind.row().slug).collect();
    let titles: Vec<String> = kinds.iter().map(|kind| format!("`{}`: {}.", kind.row().slug, kind.row().title)).collect();
    let examples: Map<String, Value> =
        kinds.iter().map(|kind| (kind.row().slug.to_owned(), json!({ "value": example(*kind, public_url) }))).collect();
    let mut headers = json!({ "X-Request-Id": header("X-Request-Id") });
    let further: &[&str] = match status {
        401 | 403 => &["WWW-Authenticate"],
        429 => &["Retry-After", "RateLimit", "RateLimit-Policy"],
        409 | 503 => &["Retry-After"],
        _ => &[],
    };
    for name in further {
        headers[name] = header(name);
    }
    json!({
        "description": titles.join(" "),
        "headers": headers,
        "content": { PROBLEM_JSON: {
            "schema": {
                "allOf": [{ "$ref": "#/components/schemas/Problem" }],
                "properties": { "code": { "enum": codes }, "status": { "const": status } },
            },
            "examples": examples,
        } },
    })
}

fn example(kind: ProblemKind, public_url: &str) -> Value {
    let row = kind.row();
    json!({
        "type": format!("{public_url}{CATALOGUE_PATH}#{}", row.slug),
        "title": row.title,
        "status": row.status,
        "detail": row.advice,
        "code": row.slug,
        "request_id": "rq_5f0c1d2e3a4b59687786a5b4c3d2e1f0",
    })
}

fn header(name: &str) -> Value {
    json!({ "$ref": format!("#/components/headers/{name}") })
}

/// Headers that many answers have.
pub fn headers() -> Value {
    let text = |description: &str, example: &str| json!({ "description": description, "schema": { "type": "string", "example": example } });
    let mut request_id = text("The request's id; name it when you ask us.", "rq_5f0c1d2e3a4b59687786a5b4c3d2e1f0");
    request_id["required"] = true.into();
    json!({
        "X-Request-Id": request_id,
        "ETag": text("Names this very body.", "\"5f0c1d2e3a4b5968\""),
        "Retry-After": { "description": "Seconds to wait before asking again.", "schema": { "type": "integer", "minimum": 1, "example": 2 } },
        "RateLimit": text("What is left of the share, and seconds until it is whole.", "\"api\";r=599;t=0"),
        "RateLimit-Policy": text("The share: requests and the window in seconds.", "\"api\";q=600;w=60"),
        "WWW-Authenticate": text("The challenge of RFC 6750.", "Bearer realm=\"proofsheet\""),
        "Proofsheet-Key-Ends": text("The key was rolled: the text that was sent is taken until then.", "Sun, 22 Nov 2026 09:30:00 GMT"),
        "Idempotency-Replayed": text("`true`: this key was sent before; nothing was done again.", "true"),
    })
}

/// The shape of every problem.
pub fn schemas() -> Map<String, Value> {
    let codes: Vec<&str> = ProblemKind::ALL.iter().map(|kind| kind.row().slug).collect();
    let field = json!({
        "type": "object", "description": "What is wrong with one field.", "required": ["field", "code", "detail"],
        "properties": {
            "field": { "type": "string", "maxLength": 60, "example": "product" },
            "code": { "type": "string", "example": "unknown_value" },
            "detail": { "type": "string", "example": "The products are snapshot, portfolio and provenance." },
        },
    });
    let problem = json!({
        "type": "object", "description": "What went wrong (RFC 9457). Some codes have further members.",
        "required": ["type", "title", "status", "detail", "code", "request_id"],
        "properties": {
            "type": { "type": "string", "format": "uri-reference", "description": "Where the code is explained." },
            "title": { "type": "string", "description": "Fixed for the code." },
            "status": { "type": "integer", "minimum": 400, "maximum": 599, "description": "As in the status line." },
            "detail": { "type": "string", "description": "A sentence about this case, for people." },
            "code": { "type": "string", "enum": codes, "description": "Never changes its meaning." },
            "request_id": { "type": "string", "description": "As in X-Request-Id." },
            "limit": { "type": "integer", "minimum": 0, "description": "The limit that was hit." },
            "actual": { "type": "integer", "minimum": 0, "description": "What was seen." },
            "scope": { "type": "string", "description": "The scope that is missing." },
            "errors": { "type": "array", "items": { "$ref": "#/components/schemas/FieldError" }, "description": "The fields that are wrong." },
        },
    });
    Map::from_iter([("FieldError".to_owned(), field), ("Problem".to_owned(), problem)])
}
