//! The listener's section.

use std::net::SocketAddr;

use serde::{Deserialize, Serialize};

/// Where and as what the server answers.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ServerSettings {
    /// Address and port to listen on; port 0: any free one.
    pub listen: SocketAddr,
    /// The address people and programs use, without a slash at the end; empty: `http://localhost:PORT`.
    pub public_url: String,
    /// Seconds a stopping server waits for requests in flight.
    pub stop_secs: u64,
    /// Seconds a request's head may take.
    pub head_secs: u64,
    /// Seconds an idle connection is kept.
    pub keep_alive_secs: u64,
    /// Seconds before a body is judged by its rate.
    pub body_grace_secs: u64,
    /// Bytes a second a body must keep from then on, on average since its start.
    pub body_bytes_per_s_min: u64,
    /// Seconds a body may take in all.
    pub body_secs: u64,
    /// Seconds an answer may wait for its reader before the reader is judged by the rate.
    pub reader_grace_secs: u64,
    /// Bytes a second a reader must take from then on, on average over all such waiting.
    pub reader_bytes_per_s_min: u64,
    /// Seconds an answer may wait for its reader in all.
    pub reader_secs: u64,
    /// Longest `Prefer: wait`, in seconds.
    pub wait_secs_max: u64,
    /// Connections at a time.
    pub connections_max: usize,
    /// Connections at a time from one address.
    pub connections_per_address_max: usize,
    /// Event streams at a time.
    pub streams_max: usize,
    /// Event streams at a time of one API key.
    pub streams_per_key_max: usize,
    /// Longest life of an event stream, in seconds.
    pub stream_secs_max: u64,
    /// Seconds after which a silent event stream says that it lives.
    pub heartbeat_secs: u64,
    /// Seconds a stopping server says so before it takes no more connections.
    pub leave_secs: u64,
}

impl Default for ServerSettings {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            public_url: String::new(),
            stop_secs: 25,
            head_secs: 10,
            keep_alive_secs: 15,
            body_grace_secs: 10,
            body_bytes_per_s_min: 1024,
            body_secs: 300,
            reader_grace_secs: 10,
            reader_bytes_per_s_min: 1024,
            reader_secs: 300,
            wait_secs_max: 30,
            connections_max: 4096,
            connections_per_address_max: 256,
            streams_max: 256,
            streams_per_key_max: 16,
            stream_secs_max: 600,
            heartbeat_secs: 10,
            leave_secs: 0,
        }
    }
}
