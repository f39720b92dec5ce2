//! `/v1/webhook-endpoints/{id}/deliveries` and what is sent again: of endpoints of the key that asks.

pub mod again;
pub mod list;
pub mod show;
