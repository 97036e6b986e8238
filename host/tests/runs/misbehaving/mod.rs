//! Plugins that panic, hang, exit, flood or return wrong data. The program names the plugin, keeps all finished work, ends in
//! bounded time, and the next run continues.

mod caches;
mod commands;
mod endings;
mod exporters;
mod garbage;
mod providers;
mod scene;
mod scrapers;
mod signals;
