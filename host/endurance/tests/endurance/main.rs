//! Long tests of the real program with random faults. They are ignored by default:
//!
//! ```sh
//! cargo test --workspace --test endurance -- --ignored
//! ```
//!
//! runs the short versions in two to three minutes. Variables of the environment select longer ones:
//!
//! | variable | default | long | meaning |
//! |---|---|---|---|
//! | `ROWSMITH_ENDURANCE_CHAINS` | 10 | 60 | crash chains; each kills the program about ten times |
//! | `ROWSMITH_ENDURANCE_STORES` | 60 | 400 | damaged stores |
//! | `ROWSMITH_ENDURANCE_MODELS` | 66 | 400 | hostile models |
//! | `ROWSMITH_ENDURANCE_MODEL` | | | number of one hostile model, to repeat it |
//! | `ROWSMITH_ENDURANCE_SECONDS` | 20 | 900 | duration of the soak |
//! | `ROWSMITH_ENDURANCE_SEED` | random | | seed of all random choices, to repeat a failed run |
//!
//! Each test writes one line with its counts to the standard error and to `endurance.txt` in the target folder.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a failed unwrap fails the test, also in helper functions")]

mod crash_chains;
mod damaged_stores;
mod hostile_models;
mod hostile_replies;
mod parameters;
mod process_size;
mod results;
mod soak;
