//! Writes the function that returns the plugins which the manifest lists.

mod list;

use std::fmt::Write as _;
use std::path::PathBuf;
use std::{env, fs};

const MANIFEST: &str = include_str!("Cargo.toml");

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo::rerun-if-changed=Cargo.toml");
    println!("cargo::rerun-if-changed=list.rs");
    let mut calls = String::new();
    for (kind, name) in list::bundled(MANIFEST) {
        let name = name.replace('-', "_");
        writeln!(calls, "        rowsmith_{kind}_{name}::__rowsmith_plugin(),")?;
    }
    let code = format!(
        "/// Returns the bundled plugins, which are linked into the program that calls this.\n\
         #[must_use]\n\
         pub fn plugins() -> Vec<LinkedPlugin> {{\n    vec![\n{calls}    ]\n}}\n"
    );
    let folder = PathBuf::from(env::var_os("OUT_DIR").ok_or("OUT_DIR is not set")?);
    fs::write(folder.join("plugins.rs"), code)?;
    Ok(())
}
