//! The one binary: server, workers and commands.

fn main() {}
