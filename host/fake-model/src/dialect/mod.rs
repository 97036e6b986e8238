//! Wire formats of LLM services, one file each.
//!
//! A new format is a file with a type that implements [`Dialect`], and its entry in `registry.rs`.

mod gemini;
mod interface;
mod openai;
mod registry;

pub(crate) use interface::{CallId, Completion, Dialect, FinishReason, Operation, PromptParts, Usage};
pub(crate) use registry::recognize;
