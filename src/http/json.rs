//! A JSON body that must be one object. serde would take a list for a struct, field by field, and refuse `3.0` for a whole number, which
//! JSON Schema takes for one; both are settled here.

use std::fmt;
use std::future::Future;
use std::ops::Deref;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, web};
use serde::de::{DeserializeOwned, Error as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Number, Value};

use super::extractors::does_not_fit;

/// Largest whole number a float holds exactly: 2^53.
const EXACT_MAX: f64 = 9_007_199_254_740_992.0;

/// A body of `T`, read from an object.
#[derive(Debug)]
pub struct JsonObject<T>(T);

impl<T> JsonObject<T> {
    /// The body.
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T> Deref for JsonObject<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: DeserializeOwned + 'static> FromRequest for JsonObject<T> {
    type Error = actix_web::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, actix_web::Error>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let read = web::Json::<Members>::from_request(request, payload);
        Box::pin(async move {
            let Members(members) = read.await?.into_inner();
            let body = T::deserialize(Value::Object(members)).map_err(|error| does_not_fit(&error.to_string()))?;
            Ok(Self(body))
        })
    }
}

/// The members of an object, each once.
struct Members(Map<String, Value>);

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ObjectOnly)
    }
}

struct ObjectOnly;

impl<'de> Visitor<'de> for ObjectOnly {
    type Value = Members;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Members, A::Error> {
        let mut members = Map::new();
        while let Some((name, value)) = access.next_entry::<String, Value>()? {
            if members.contains_key(&name) {
                return Err(A::Error::custom(format!("duplicate field `{name}`")));
            }
            members.insert(name, whole(value));
        }
        Ok(Members(members))
    }
}

/// `3.0` as the whole number it is.
fn whole(value: Value) -> Value {
    let exact = |float: &f64| float.fract() == 0.0 && float.abs() < EXACT_MAX;
    match value.as_f64().filter(|_| value.is_f64()).filter(exact) {
        #[expect(clippy::cast_possible_truncation, reason = "whole and below 2^53")]
        Some(float) => Value::Number(Number::from(float as i64)),
        None => value,
    }
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::CONTENT_TYPE;
    use actix_web::test::TestRequest;

    use super::*;
    use crate::http::Problem;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Thing {
        label: Option<String>,
        days: Option<u32>,
    }

    async fn read(body: &'static str) -> Result<Thing, String> {
        let (request, mut payload) =
            TestRequest::post().insert_header((CONTENT_TYPE, "application/json")).set_payload(body).to_http_parts();
        let read = JsonObject::<Thing>::from_request(&request, &mut payload).await;
        read.map(JsonObject::into_inner).map_err(|error| match error.as_error::<Problem>() {
            Some(problem) => problem.field_errors()[0].code.to_owned(),
            None => error.to_string(),
        })
    }

    #[actix_web::test]
    async fn an_object_is_read_and_nothing_else() {
        let thing = read(r#"{"label":"x","days":3.0}"#).await.unwrap();
        assert_eq!((thing.label.as_deref(), thing.days), (Some("x"), Some(3)));
        assert_eq!(read(r#"{"days":3.5}"#).await.unwrap_err(), "not_allowed");
        assert_eq!(read(r#"{"lable":"x"}"#).await.unwrap_err(), "unknown_field");
        assert!(read(r#"{"label":"x","label":"y"}"#).await.unwrap_err().contains("duplicate field"));
        for other in ["[null,null]", r#"["x",3]"#, "null", "3", r#""x""#] {
            assert!(read(other).await.is_err(), "{other}");
        }
    }
}
