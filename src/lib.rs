//! proofsheet: transient image analysis and PDF reports.
//!
//! A photo moves one way: upload, [`ingest`], [`measure`], [`report`], [`storage`], [`webhooks`]; [`pipeline`] carries it.
//! `ARCHITECTURE.md` has the map, who may import whom, and what may never break.

pub mod accounts;
pub mod api;
pub mod app;
pub mod cli;
pub mod config;
pub mod db;
pub mod domain;
pub mod health;
pub mod http;
pub mod ingest;
pub mod jobs;
pub mod measure;
pub mod pipeline;
pub mod raster;
pub mod report;
pub mod retention;
pub mod server;
pub mod storage;
pub mod vault;
pub mod web;
pub mod webhooks;
