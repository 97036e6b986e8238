//! Failures as services and models produced them in public reports, one file per kind.

mod answer_texts;
mod answers_of_other_rows;
mod calibration;
mod equal_texts;
mod few_valid_rows;
mod loading;
mod local_servers;
mod outages;
mod poisoned_rows;
mod prompt_copies;
mod refusals;
mod rejected_parts;
mod rejections;
mod resets;
mod scene;
mod schemas;
mod shapes;
mod sizes;
mod stories;
