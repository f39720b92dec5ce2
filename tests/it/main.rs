//! One binary of integration tests: the rules over the source, the fixtures, and the real program from outside.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test says what it expects by unwrapping it, and owns its files and clocks"
)]

mod architecture;
mod bad_input;
mod branding;
mod browser;
mod catalogue;
mod corners;
mod database;
mod deliveries;
mod demo;
mod egress;
mod faults;
mod fixtures;
mod flow;
mod hostile;
mod hostile_receivers;
mod idempotency;
mod key_pattern;
mod keys;
mod keys_web;
mod limits;
mod listener;
mod lists;
mod measurements;
mod memory;
mod migrations;
mod mutations;
mod nodes;
mod once;
mod open_analysis;
mod openapi;
mod proxy;
mod readme;
mod receivers;
mod recovery;
mod redelivery;
mod references;
mod report;
mod settings;
mod slow_clients;
mod startup;
mod stores;
mod strace;
mod support;
mod usage;
mod waiting;
mod webhook_commands;
