//! The pipeline: one file per stage, in the order of a run.
//!
//! | stage | file | does |
//! |---|---|---|
//! | 1 scrape | [`scrape`] | reads rows from the scraper, in chunks |
//! | 2 fingerprint | [`fingerprint`] | computes the key of each row's question (pure) |
//! | 3 lookup | [`lookup`] | reads cached answers |
//! | 4 batch | [`batch`] | groups questions into calls (pure) |
//! | 5 prompt | [`prompt`] | writes the text and schema of a call (pure) |
//! | 6 dispatch | [`dispatch`] | makes the call, through [`crate::limit`] and under [`leases`] |
//! | 7 parse | [`parse`] | turns a model's text into items (pure) |
//! | 8 validate, 9 reconcile | [`reconcile`] | turns items into answers of rows (pure) |
//! | 10 fallback | [`fallback`] | plans the next calls for unresolved rows (pure) |
//! | 11 persist | [`persist`] | stores answers in the cache, as [`record`]s |
//! | 12 export | [`export`] | sends rows to the exporters, in the order of the source |
//!
//! [`anchor`] selects the titles that answers begin with, [`own_text`] and [`content_check`] recognize texts of the prompt
//! and of other rows in values. [`equal_texts`] finds one text in many answers
//! of a call. [`learning`] holds the sizes that calls teach.
//! [`question_digest`] and [`miss_report`] explain cache misses. [`assemble`] builds the stages, [`orchestrator`] connects
//! them and owns all state, [`row_buffer`] holds the rows between stages 1 and 12. [`unanswered_rows`] are those that later runs ask last. [`tally`] counts, [`progress`] is the
//! snapshot for displays, [`failure_file`] lists failed rows, [`failure_summary`] counts
//! them by rule.

pub mod anchor;
pub mod assemble;
pub mod batch;
pub mod content_check;
pub mod dispatch;
pub mod equal_texts;
pub mod export;
pub mod failure_file;
pub mod failure_summary;
pub mod fallback;
pub mod fingerprint;
pub mod learning;
pub mod leases;
pub mod lookup;
pub mod miss_report;
pub mod orchestrator;
pub mod own_text;
pub mod parse;
pub mod persist;
pub mod progress;
pub mod prompt;
mod prompt_sentences;
pub mod question;
pub mod question_digest;
pub mod reconcile;
pub mod record;
pub mod row_buffer;
pub mod row_failure;
pub mod scrape;
pub mod tally;
pub mod unanswered_rows;
