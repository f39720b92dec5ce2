//! `/v1/analyses`.

pub mod change;
pub mod list;
pub mod open;
pub mod progress;
pub mod read;
pub mod submit;
pub mod upload_body;
pub mod view;
