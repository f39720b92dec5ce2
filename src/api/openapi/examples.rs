//! Examples of bodies. They are put together from the examples of the fields, so that there is one place for each.

use serde_json::{Map, Value, json};

/// Schemas whose example is a whole, because its fields depend on each other.
const WHOLE: [(&str, &str); 1] = [("Analysis", include_str!("examples/analysis.json"))];

/// How deep schemas may nest; they have no circles.
const DEPTH_MAX: usize = 12;

/// Gives every JSON body of the document an example.
pub fn complete(document: &mut Value) {
    for (name, text) in WHOLE {
        document["components"]["schemas"][name]["example"] = serde_json::from_str(text).unwrap_or_default();
    }
    let schemas = document["components"]["schemas"].clone();
    for part in ["paths", "webhooks"] {
        for item in document[part].as_object_mut().into_iter().flat_map(|items| items.values_mut()) {
            for operation in item.as_object_mut().into_iter().flat_map(|item| item.values_mut()) {
                give(operation.get_mut("requestBody"), &schemas);
                for answer in operation["responses"].as_object_mut().into_iter().flat_map(|answers| answers.values_mut()) {
                    give(Some(answer), &schemas);
                }
            }
        }
    }
}

fn give(holder: Option<&mut Value>, schemas: &Value) {
    let Some(media) = holder.and_then(|holder| holder.get_mut("content")?.get_mut("application/json")) else { return };
    if media.get("example").is_none() && media.get("examples").is_none() {
        let found = compose(&media["schema"], schemas, 0);
        if found != json!({}) && !found.is_null() {
            media["example"] = found;
        }
    }
}

/// An example of a schema: its own, or that of its parts.
pub fn compose(schema: &Value, schemas: &Value, depth: usize) -> Value {
    if depth > DEPTH_MAX {
        return Value::Null;
    }
    if let Some(name) = schema["$ref"].as_str().and_then(|target| target.strip_prefix("#/components/schemas/")) {
        // The result's schema is long and has an example in docs/report.md.
        return if name == "Result" { Value::Null } else { compose(&schemas[name], schemas, depth + 1) };
    }
    for own in [&schema["example"], &schema["examples"][0], &schema["const"], &schema["default"], &schema["enum"][0]] {
        if !own.is_null() {
            return own.clone();
        }
    }
    let choices = schema["oneOf"].as_array().or_else(|| schema["anyOf"].as_array());
    if let Some(choice) = choices.and_then(|choices| choices.iter().find(|choice| choice["type"] != "null")) {
        return compose(choice, schemas, depth + 1);
    }
    let kind = schema["type"].as_str().or_else(|| schema["type"][0].as_str()).unwrap_or_default();
    match kind {
        "object" => Value::Object(object(schema, schemas, depth)),
        "array" => Value::Array(vec![compose(&schema["items"], schemas, depth + 1)]),
        "string" => "…".into(),
        "integer" | "number" => {
            if schema["minimum"].is_null() {
                1.into()
            } else {
                schema["minimum"].clone()
            }
        }
        "boolean" => false.into(),
        _ => Value::Null,
    }
}

/// Fields that are always there, and those that show an example of their own.
fn object(schema: &Value, schemas: &Value, depth: usize) -> Map<String, Value> {
    let required = |name: &str| schema["required"].as_array().is_some_and(|names| names.iter().any(|known| known == name));
    let shown = |field: &Value| field.get("example").is_some() || field.get("examples").is_some();
    let fields = schema["properties"].as_object().into_iter().flatten();
    fields
        .filter(|(name, field)| required(name) || shown(field))
        .map(|(name, field)| (name.clone(), compose(field, schemas, depth + 1)))
        .collect()
}
