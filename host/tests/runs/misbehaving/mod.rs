//! Plugins that misbehave in every way we could think of: the real binary must say which one it was, keep what
//! others have done, leave in time, and go on from there in the next run.

mod caches;
mod commands;
mod endings;
mod exporters;
mod garbage;
mod providers;
mod scene;
mod scrapers;
mod signals;
