//! Turns a request and an act into the reply to send back. Pure: no socket, no clock.

mod compose;
mod draft;
mod failure;
mod gemini;
mod openai;

pub(crate) use compose::{Question, compose};
