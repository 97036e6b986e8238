//! The text of an answer: right at first, then changed by the mutations of the script.

mod changes;
mod compose;
mod draft;
#[cfg(test)]
mod tests;
mod text;

pub(crate) use compose::answer_text;
