//! The pipeline from rows to rows: with real plugins, and a server that fails as services do.

mod bookmark;
mod busy_store;
mod case;
mod clean;
mod containers;
mod damaged;
mod empty_source;
mod extremes;
mod limits;
mod lost_files;
mod policies;
mod process_limits;
mod regressions;
mod secrets;
mod service;
mod sharing;
mod stops;
mod storage;
