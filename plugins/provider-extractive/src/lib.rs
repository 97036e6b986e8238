//! The embedded provider: no key, no network and **not a language model**.
//!
//! It answers with the row's own words: a string column is the row's best sentence, shortened at a phrase
//! boundary; an enum column is the value whose words are nearest to the row's; numbers, booleans, lists and objects
//! are read off the text likewise. Answers keep the rules of their columns (a `pattern` and a long `min_length` only
//! by luck: the host checks them), are the same on every run, and cost nothing. That makes it good for a first run,
//! for tests, and as the baseline that a model has to beat; it knows nothing and adds nothing. Its word lists are
//! English; with other languages it falls back to whole sentences and labels.
//!
//! One call goes through the files in this order: [`provider`] takes the request, `answer` takes its rows one by one,
//! `rules` reads what is asked, `reading` (with `plain`, `sentence`, `words`, `stem`) takes a row apart, and `value` asks
//! `summary` (with `shorten`, `forms`, `grammar`), `phrases`, `classify` (with `cues`) or `number` for each column.
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
