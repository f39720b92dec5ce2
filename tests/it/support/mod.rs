//! What the tests of the running program stand on: the service as a process, a client, a receiver, a browser.

pub mod browser;
pub mod client;
pub mod database;
pub mod fault_proxy;
pub mod receiver;
pub mod s3_server;
pub mod scratch;
pub mod service;
pub mod watch;
pub mod wire;

pub use client::{Client, Form};
pub use database::Database;
pub use receiver::Receiver;
pub use service::Service;
pub use wire::Wire;
