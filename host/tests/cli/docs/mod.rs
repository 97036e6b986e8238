//! The documentation for authors of plugins, compared with the program: its code is that of the example plugins, and
//! its configs pass the check.

mod blocks;
mod examples;
mod links;
