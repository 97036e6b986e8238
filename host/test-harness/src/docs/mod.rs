//! The pages of the documentation: their blocks, and the services that they use.

mod page;
mod services;

pub use page::{Block, TUTORIAL, blocks, read};
pub use services::Services;
