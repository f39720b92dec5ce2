//! What both edges share: problems, extractors that name the permission they need, middleware, limits, reading of uploads.
//!
//! Knows the services' errors and principals; knows no route, no page and no SQL.

pub mod access_log;
pub mod answers;
pub mod csrf;
pub mod headers;
pub mod kind;
pub mod limits;
pub mod methods;
pub mod problem;
pub mod request_id;
pub mod services;
pub mod settings;

pub use limits::Limiter;
pub use problem::{FieldError, Problem, ProblemKind};
pub use request_id::RequestId;
pub use services::Services;
pub use settings::{RateSettings, SMALL_BODY_BYTES_MAX, Settings};
