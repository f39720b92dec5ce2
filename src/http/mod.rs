//! What both edges share: problems, extractors that name the permission they need, middleware, limits, reading of uploads.
//!
//! Knows the services' errors and principals; knows no route, no page and no SQL.

pub mod access_log;
pub mod analysis;
pub mod answers;
pub mod caller;
pub mod conditional;
pub mod csrf;
pub mod document;
pub mod extractors;
pub mod headers;
pub mod idempotency;
pub mod json;
pub mod key_ends;
pub mod kind;
pub mod leak;
pub mod leaving;
pub mod limits;
pub mod listener;
pub mod methods;
pub mod pace;
pub mod prefer;
pub mod problem;
pub mod request_id;
mod service_errors;
pub mod services;
pub mod session;
pub mod settings;
pub mod streams;
pub mod targets;
pub mod upload;

pub use document::ApiDocument;
pub use json::JsonObject;
pub use limits::Limiter;
pub use problem::{FieldError, Problem, ProblemKind};
pub use request_id::RequestId;
pub use services::Services;
pub use settings::{RateSettings, SMALL_BODY_BYTES_MAX, Settings};
pub use streams::Streams;
