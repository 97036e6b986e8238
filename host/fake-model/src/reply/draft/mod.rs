//! The text of an answer while it is made.

mod items;
#[cfg(test)]
mod tests;
mod text;

pub(super) use items::Draft;
