//! Files as other programs write them: read right, or refused with the reason before a row is asked.

mod csv;
mod hostile_rows;
mod jsonl;
mod roadmap;
mod scene;
