//! Checks of the workspace's own sources, which the tests of this crate run.
//!
//! The checks read text and use no crate of the workspace, so they build and run in seconds.
#![forbid(unsafe_code)]

pub mod findings;
pub mod imports;
pub mod layers;
pub mod manifests;
pub mod rust_text;
pub mod tree;
pub mod wording;
