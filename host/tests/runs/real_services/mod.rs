//! Failures as services and models produced them in public reports, one file per kind.

mod few_valid_rows;
mod outages;
mod rejections;
