//! Commands and flags of `plugin`.

use crate::cli::args::OutputFormat;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Subcommand};
use rowsmith_plugin_api::manifest::PluginKind;
use std::path::PathBuf;

/// Commands of `plugin`.
#[derive(Debug, Args)]
pub struct PluginArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: PluginCommand,
}

/// Commands of `plugin`.
#[derive(Debug, Subcommand)]
pub enum PluginCommand {
    /// List the plugins that are found, and where
    List {
        /// Look in the folders of this config's `[plugins] path` too
        #[arg(long, value_name = "CONFIG")]
        config: Option<PathBuf>,
        /// How the list is written
        #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
        format: OutputFormat,
    },
    /// Explain one plugin and its settings; none of its code runs
    Info {
        /// A name (`csv`), a kind and a name (`scraper-csv`), or a file
        name: String,
        /// Only plugins of this kind
        #[arg(long, value_parser = kind_parser(), value_name = "KIND")]
        kind: Option<PluginKind>,
        /// Look in the folders of this config's `[plugins] path` too
        #[arg(long, value_name = "CONFIG")]
        config: Option<PathBuf>,
        /// How it is written
        #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
        format: OutputFormat,
    },
    /// Write the crate of a new plugin: it builds, passes its tests and runs as it is
    New(NewArgs),
    /// Run the conformance suite of its kind on a plugin; its code runs, in temporary folders
    Test(PluginTestArgs),
    /// Write the hashes of a config's plugins into the config, so that no other bytes are run
    Pin {
        /// The config file; `rowsmith.toml` when absent
        #[arg(value_name = "CONFIG")]
        config: Option<PathBuf>,
        /// Write nothing; exit code 4 when a hash differs or is missing
        #[arg(long)]
        check: bool,
    },
}

/// Flags of `plugin test`.
#[derive(Debug, Args)]
pub struct PluginTestArgs {
    /// The plugin's library
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Take the plugin's settings from this config of a run
    #[arg(long, value_name = "CONFIG")]
    pub config: Option<PathBuf>,
    /// Set a value of the plugin's config, for example `--set path=rows.csv`; `{dir}` in it is a temporary folder
    #[arg(long, value_name = "KEY=VALUE")]
    pub set: Vec<String>,
    /// Answer the plugin's HTTP requests from what `run --record` wrote
    #[arg(long, value_name = "DIR")]
    pub replay: Option<PathBuf>,
}

fn kind_parser() -> impl TypedValueParser<Value = PluginKind> {
    let names = PluginKind::ALL.map(PluginKind::as_str);
    PossibleValuesParser::new(names).try_map(|name| PluginKind::from_name(&name).ok_or("no kind of plugin"))
}

/// Flags of `plugin new`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  rowsmith plugin new pages --kind scraper\n  rowsmith plugin new mine --kind provider --dir plugins/mine --api 0.3"
)]
pub struct NewArgs {
    /// What it is called: lower-case letters, digits and `-`
    pub name: String,
    /// What it is for
    #[arg(long, value_parser = kind_parser(), value_name = "KIND")]
    pub kind: PluginKind,
    /// The folder to write into; `rowsmith-<KIND>-<NAME>` when absent
    #[arg(long, value_name = "DIR")]
    pub dir: Option<PathBuf>,
    /// Where rowsmith-plugin-api comes from: a version, a folder, or a git address (`URL#TAG`); when absent, the one that
    /// came with this program, or else the released version of the same number
    #[arg(long, value_name = "VERSION|PATH|URL")]
    pub api: Option<String>,
    /// Write into a folder that is not empty, and overwrite files there
    #[arg(long)]
    pub force: bool,
}
