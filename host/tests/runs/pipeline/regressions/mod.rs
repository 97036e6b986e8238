//! What has gone wrong once, seen from outside: one test for each mistake, so that none comes back.

mod answers;
mod files;
mod quota;
mod service;
