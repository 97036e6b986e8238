//! Checks of the repository.

mod bundled_plugins;
mod dependencies;
mod files;
mod layers;
mod printing;
mod reliability;
mod wording;
