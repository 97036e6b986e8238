//! Derives of config types: their schemas, and the values that they read.

mod config_schema;
mod config_types;
mod plugin_config;
