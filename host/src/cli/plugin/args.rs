//! Commands and options of `plugin`.

use crate::cli::output_format::OutputFormat;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Subcommand};
use rowsmith_plugin_api::manifest::PluginKind;
use std::num::NonZeroU32;
use std::path::PathBuf;

/// Commands of `plugin`.
#[derive(Debug, Args)]
pub struct PluginArgs {
    /// The command.
    #[command(subcommand)]
    pub command: PluginCommand,
}

/// Commands of `plugin`.
#[derive(Debug, Subcommand)]
pub enum PluginCommand {
    /// List all plugins with their files
    List {
        /// Also search the folders of this config's `[plugins] path`
        #[arg(long, value_name = "CONFIG")]
        config: Option<PathBuf>,
        /// Format of the list
        #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
        format: OutputFormat,
    },
    /// Describe a plugin and its settings; runs no code of it
    Info {
        /// Name (`csv`), kind and name (`scraper-csv`), or path of the library
        name: String,
        /// Kind of the plugin
        #[arg(long, value_parser = kind_parser(), value_name = "KIND")]
        kind: Option<PluginKind>,
        /// Also search the folders of this config's `[plugins] path`
        #[arg(long, value_name = "CONFIG")]
        config: Option<PathBuf>,
        /// Format of the output
        #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
        format: OutputFormat,
    },
    /// Create the crate of a new plugin, which builds, passes its tests and runs
    New(NewArgs),
    /// Run the conformance suite on a plugin, in temporary folders
    Test(PluginTestArgs),
    /// Pin the plugins of a config and the programs that they start: write their hashes into the config, so that other
    /// files are refused
    Pin {
        /// Path of the config [default: rowsmith.toml]
        #[arg(value_name = "CONFIG")]
        config: Option<PathBuf>,
        /// Only compare; exit code 4 when a hash differs or is missing
        #[arg(long)]
        check: bool,
        /// Also pin programs of the operating system, such as /usr/bin/python3; its updates change them
        #[arg(long)]
        system: bool,
    },
}

/// Options of `plugin test`.
#[derive(Debug, Args)]
pub struct PluginTestArgs {
    /// Path of the library
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Use the plugin's settings of this config
    #[arg(long, value_name = "CONFIG")]
    pub config: Option<PathBuf>,
    /// Set a value of the plugin's config, for example `--set path=rows.csv`; `{dir}` is a temporary folder (repeatable)
    #[arg(long, value_name = "KEY=VALUE")]
    pub set: Vec<String>,
    /// Answer the plugin's HTTP requests from a folder of `run --record`
    #[arg(long, value_name = "DIR")]
    pub replay: Option<PathBuf>,
    /// Pass the secrets of the settings to the plugin. By default, it gets a text of the suite in their place
    #[arg(long)]
    pub keep_secrets: bool,
    /// Maximum time of one call of the plugin, in seconds
    #[arg(long, value_name = "SECS", default_value = "60")]
    pub timeout: NonZeroU32,
}

fn kind_parser() -> impl TypedValueParser<Value = PluginKind> {
    let names = PluginKind::ALL.map(PluginKind::as_str);
    PossibleValuesParser::new(names).try_map(|name| PluginKind::from_name(&name).ok_or("not a kind of plugin"))
}

/// Options of `plugin new`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  rowsmith plugin new pages --kind scraper\n  rowsmith plugin new mine --kind provider --dir plugins/mine --api 0.3"
)]
pub struct NewArgs {
    /// Name of the plugin: lower-case letters, digits and `-`
    pub name: String,
    /// Kind of the plugin
    #[arg(long, value_parser = kind_parser(), value_name = "KIND")]
    pub kind: PluginKind,
    /// Folder of the crate [default: rowsmith-<KIND>-<NAME>]
    #[arg(long, value_name = "DIR")]
    pub dir: Option<PathBuf>,
    /// Source of rowsmith-plugin-api: a version, a folder, or a git address (`URL#TAG`). Default: the copy that is
    /// installed with this program, else the released version of the program
    #[arg(long, value_name = "VERSION|PATH|URL")]
    pub api: Option<String>,
    /// Write into a folder that is not empty, and overwrite its files
    #[arg(long)]
    pub force: bool,
}
