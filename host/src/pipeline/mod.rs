//! The pipeline: one file per stage, in the order of a run.
//!
//! | stage | file | does |
//! |---|---|---|
//! | 1 scrape | [`scrape`] | rows from the scraper, in chunks |
//! | 2 fingerprint | [`fingerprint`] | the key of each row's question (pure) |
//! | 3 look-up | [`lookup`] | what is answered already, what is asked already |
//! | 4 batch | [`batch`] | questions into calls (pure) |
//! | 5 prompt | [`prompt`] | the text and schema of a call (pure) |
//! | 6 dispatch | [`dispatch`] | the call itself, through [`crate::limit`] and under [`claims`] |
//! | 7 parse | [`parse`] | a model's text to items (pure) |
//! | 8 validate, 9 reconcile | [`reconcile`] | items to answers of rows (pure) |
//! | 10 fallback | [`fallback`] | what is asked again, and how (pure) |
//! | 11 persist | [`persist`] | answers to the cache, as [`record`]s |
//! | 12 export | [`export`] | rows to the exporters, in the source's order |
//!
//! [`marks`] and [`misses`] tell why a row has no answer yet. [`assemble`] makes the stages, [`orchestrator`] wires them and owns all state; [`window`] holds the rows between 1 and 12.

pub mod assemble;
pub mod batch;
pub mod claims;
pub mod dispatch;
pub mod export;
pub mod fallback;
pub mod fingerprint;
pub mod lookup;
pub mod marks;
pub mod misses;
pub mod orchestrator;
pub mod parse;
pub mod persist;
pub mod prompt;
pub mod question;
pub mod reconcile;
pub mod record;
pub mod scrape;
pub mod window;
