//! The embedded provider: no key, no network and **not a language model**.
//!
//! Its answers are the row's own words. A string column is the row's best sentence, shortened at a phrase boundary. An enum
//! column is the value with the most similar words. Numbers, booleans, lists and objects are extracted from the text.
//! Answers satisfy the constraints of their columns, except `pattern` and a long `min_length`, which the host checks. They
//! are the same on every run and cost nothing. Use the provider for first runs, for tests, and as a baseline for a model.
//! Its word lists are English; for other languages it returns whole sentences and labels.
//!
//! A call passes the files in this order: [`provider`] receives the request, `answer` iterates over its rows, `rules` reads
//! the output columns, `reading` (with `plain`, `sentence`, `words`, `stem`) analyzes a row, and `value` computes each
//! column with `summary` (with `shorten`, `forms`, `grammar`), `phrases`, `classify` (with `cues`) or `number`.
#![forbid(unsafe_code)]

mod answer;
mod classify;
mod config;
mod cues;
mod forms;
mod grammar;
mod number;
mod phrases;
mod plain;
pub mod provider;
mod reading;
mod rules;
mod sentence;
mod shorten;
mod stem;
mod stop_words;
mod summary;
mod value;
mod words;

pub use provider::Extractive;
use rowsmith_plugin_api::export_plugin;

export_plugin!(
    provider: Extractive,
    name = "extractive",
    about = "Answers from the row's own words: no key, no network, not a language model",
    capabilities = ["verify"]
);
