//! Failures as services and models produced them in public reports, one file per kind.

mod answer_texts;
mod few_valid_rows;
mod outages;
mod prompt_copies;
mod rejections;
mod sizes;
mod stories;
