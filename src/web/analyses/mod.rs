//! Reports: list, new, one of them, its files, its end.

pub mod change;
pub mod files;
pub mod list;
pub mod new;
pub mod overlay;
pub mod report;
pub mod result;
pub mod show;
pub mod tables;
