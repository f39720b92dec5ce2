//! One `curl` call for an operation, with values of the right form.

use serde_json::Value;

use super::reading::{example_of, schema_of};

/// The call, over several lines.
pub fn call(public_url: &str, method: &str, path: &str, operation: &Value, document: &Value) -> String {
    let mut lines = vec![format!("curl -sS{} \"{}\"", verb(method, operation), address(public_url, path, operation, document))];
    if operation.get("security").is_some() {
        lines.push("-H \"Authorization: Bearer $PROOFSHEET_KEY\"".to_owned());
    }
    let body = &operation["requestBody"]["content"];
    if body.get("multipart/form-data").is_some() {
        lines.push("-F product=snapshot -F photos=@photo.jpg".to_owned());
    } else if let Some(json) = body.get("application/json") {
        let example = example_of(json).map_or_else(|| "{}".to_owned(), |value| value.to_string().replace('\'', "'\\''"));
        lines.push("-H \"Content-Type: application/json\"".to_owned());
        lines.push(format!("-d '{example}'"));
    } else if body.get("image/jpeg").is_some() {
        lines.push("-H \"Content-Type: image/jpeg\" -T photo.jpg".to_owned());
    }
    let answers = &operation["responses"]["200"]["content"];
    if answers.get("application/pdf").is_some() {
        lines.push("-o report.pdf".to_owned());
    } else if answers.get("image/jpeg").is_some() {
        lines.push("-o preview.jpg".to_owned());
    }
    lines.join(" \\\n  ")
}

/// curl's own choice is GET, POST with a form or data, PUT with a file.
fn verb(method: &str, operation: &Value) -> String {
    let has_body = operation.get("requestBody").is_some();
    match method {
        "get" => String::new(),
        "post" | "put" if has_body => String::new(),
        other => format!(" -X {}", other.to_ascii_uppercase()),
    }
}

fn address(public_url: &str, path: &str, operation: &Value, document: &Value) -> String {
    let mut address = format!("{public_url}{path}");
    for parameter in operation["parameters"].as_array().into_iter().flatten().filter(|parameter| parameter["in"] == "path") {
        let Some(name) = parameter["name"].as_str() else { continue };
        let schema = schema_of(&parameter["schema"], document);
        let example =
            [&parameter["example"], &schema["examples"][0], &schema["example"]].into_iter().find(|value| !value.is_null());
        let text = match example {
            Some(Value::String(text)) => text.clone(),
            Some(other) => other.to_string(),
            None => name.to_ascii_uppercase(),
        };
        address = address.replace(&format!("{{{name}}}"), &text);
    }
    address
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_call_has_what_the_operation_needs() {
        let document = json!({ "components": { "schemas": { "ThingId": { "type": "string", "examples": ["th_1"] } } } });
        let operation = json!({
            "security": [{ "key": ["things:write"] }],
            "parameters": [{ "in": "path", "name": "id", "schema": { "$ref": "#/components/schemas/ThingId" } }],
            "requestBody": { "content": { "application/json": { "example": { "label": "it's" } } } },
        });
        let call = call("https://p.example", "patch", "/v1/things/{id}", &operation, &document);
        assert_eq!(
            call,
            "curl -sS -X PATCH \"https://p.example/v1/things/th_1\" \\\n  -H \"Authorization: Bearer $PROOFSHEET_KEY\" \\\n  \
             -H \"Content-Type: application/json\" \\\n  -d '{\"label\":\"it'\\''s\"}'"
        );
    }
}
