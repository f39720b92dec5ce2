//! The bodies of events, as webhooks post them (OpenAPI 3.1 section 4.8.1, `webhooks`).

use serde_json::{Map, Value, json};

use crate::domain::EventKind;

fn link(name: &str) -> Value {
    json!({ "type": "string", "description": format!("Path of the {name}; reading it needs the key.") })
}

fn word(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

/// What `data` holds beside the facts every event about an analysis has.
fn data(kind: EventKind) -> Value {
    let (required, properties) = match kind {
        EventKind::AnalysisCompleted => (
            vec!["state", "report", "expires_at", "links"],
            json!({
                "state": { "const": "completed" }, "report": word("ReportId"), "expires_at": word("Time"),
                "links": { "type": "object", "properties": { "analysis": link("analysis"), "result": link("result"), "report": link("report") } },
            }),
        ),
        EventKind::AnalysisFailed => (
            vec!["state", "reason", "links"],
            json!({
                "state": { "const": "failed" }, "reason": word("FailureReason"),
                "links": { "type": "object", "properties": { "analysis": link("analysis") } },
            }),
        ),
        EventKind::ReportExpiring => (vec!["report"], json!({ "report": word("ReportId"), "expires_at": word("Time") })),
        EventKind::ReportDeleted => (
            vec!["report", "cause", "receipt", "links"],
            json!({
                "report": word("ReportId"), "cause": word("DeletionCause"), "receipt": word("ReceiptId"),
                "links": { "type": "object", "properties": { "receipt": link("receipt") } },
            }),
        ),
        EventKind::EndpointDisabled => {
            return json!({
                "type": "object", "required": ["endpoint", "reason", "disabled_at", "links"],
                "properties": {
                    "endpoint": word("EndpointId"), "reason": word("StopReason"),
                    "failing_since": { "type": ["string", "null"], "format": "date-time" }, "disabled_at": word("Time"),
                    "links": { "type": "object", "properties": { "endpoint": link("endpoint") } },
                },
            });
        }
        EventKind::EndpointTest => return json!({ "type": "object", "description": "Empty." }),
    };
    let mut all = json!({
        "analysis": word("AnalysisId"),
        "sequence": { "type": "integer", "minimum": 1, "description": "Number among the events of its analysis; drop what is older than you know.", "example": 1 },
        "photos": { "type": "integer", "minimum": 0, "example": 1 },
        "test": { "const": true, "description": "There only for an analysis of a test key." },
    });
    for (name, schema) in properties.as_object().into_iter().flatten() {
        all[name] = schema.clone();
    }
    let required: Vec<&str> = ["analysis", "sequence", "photos"].into_iter().chain(required).collect();
    json!({ "type": "object", "required": required, "properties": all })
}

fn title(kind: EventKind) -> &'static str {
    match kind {
        EventKind::AnalysisCompleted => "A report is ready",
        EventKind::AnalysisFailed => "An analysis ended without a report",
        EventKind::ReportExpiring => "A report ends in 24 hours",
        EventKind::ReportDeleted => "A report was destroyed",
        EventKind::EndpointDisabled => "Another endpoint of the key was stopped",
        EventKind::EndpointTest => "Somebody asked for a test",
    }
}

/// `analysis.completed` becomes `AnalysisCompletedEvent`.
fn schema_name(kind: EventKind) -> String {
    let capital =
        |word: &str| word.chars().take(1).map(|c| c.to_ascii_uppercase()).chain(word.chars().skip(1)).collect::<String>();
    format!("{}Event", kind.slug().split(['.', '_']).map(capital).collect::<String>())
}

/// A schema for each kind of event.
pub fn schemas() -> Map<String, Value> {
    let schema = |kind: EventKind| {
        json!({
            "type": "object", "description": format!("{}.", title(kind)), "required": ["type", "timestamp", "data"],
            "properties": { "type": { "const": kind.slug() }, "timestamp": word("Time"), "data": data(kind) },
        })
    };
    EventKind::ALL.into_iter().map(|kind| (schema_name(kind), schema(kind))).collect()
}

/// What receivers are sent: one entry for each kind.
pub fn webhooks() -> Value {
    let header = |name: &str, description: &str, example: Value| json!({ "name": name, "in": "header", "required": true, "description": description, "schema": { "type": "string" }, "example": example });
    let hook = |kind: EventKind| {
        json!({ "post": {
            "operationId": format!("receive{}", schema_name(kind)),
            "tags": ["Webhook endpoints"],
            "summary": title(kind),
            "parameters": [
                header("webhook-id", "Id of the event; the same on every attempt.", "ev_01KAPS30B2R4S6T8V1W3X5Y7Z9".into()),
                header("webhook-timestamp", "Time of the attempt in seconds since 1970.", "1795339800".into()),
                header("webhook-signature", "`v1,` and the HMAC-SHA256 of id, timestamp and body in base64; several are separated by a space (Standard Webhooks).",
                    "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=".into()),
            ],
            "requestBody": { "required": true, "content": { "application/json": { "schema": word(&schema_name(kind)) } } },
            "responses": {
                "2XX": { "description": "Taken. Any 2xx will do; what it says is not read." },
                "410": { "description": "The endpoint is gone: nothing more is sent to it." },
                "default": { "description": "Not taken: it is sent again later." },
            },
        } })
    };
    Value::Object(EventKind::ALL.into_iter().map(|kind| (kind.slug().to_owned(), hook(kind))).collect())
}
