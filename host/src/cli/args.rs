//! Commands and options.

use super::output_format::OutputFormat;
use super::plugin::args::PluginArgs;
use super::record_replay::RecordReplayArgs;
use crate::printer::ColorChoice;
use crate::report::progress::ProgressMode;
use crate::settings::defaults;
use crate::startup::Overrides;
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

/// Adds LLM-made columns to rows: cached, batched, validated.
#[derive(Debug, Parser)]
#[command(name = "rowsmith", version, arg_required_else_help = true)]
#[command(
    after_help = "Start with `rowsmith init`, then `rowsmith run`. The README documents everything else, exit codes included."
)]
pub struct Cli {
    /// Options of every command.
    #[command(flatten)]
    pub global: GlobalArgs,
    /// The command.
    #[command(subcommand)]
    pub command: Command,
}

/// Options of every command.
#[derive(Debug, Clone, Args)]
pub struct GlobalArgs {
    /// Print errors only
    #[arg(short, long, global = true)]
    pub quiet: bool,
    /// Print more logs: -v steps, -vv calls, -vvv everything
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,
    /// Use of colour
    #[arg(long, global = true, value_enum, default_value_t, value_name = "WHEN")]
    pub color: ColorChoice,
    /// Format of log lines
    #[arg(long, global = true, value_enum, default_value_t, value_name = "FORMAT")]
    pub log_format: LogFormat,
    /// Folder to search for plugins first (repeatable)
    #[arg(long = "plugin-dir", global = true, value_name = "DIR")]
    pub plugin_dirs: Vec<PathBuf>,
}

/// Format of log lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum LogFormat {
    /// Text for reading.
    #[default]
    Text,
    /// One JSON object per line.
    Json,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Enrich the rows that have no cached answer, and export all rows
    Run(RunArgs),
    /// Show what a run would do (dry run); makes no calls and needs no key
    Plan(PlanArgs),
    /// Check the config, the plugins and the environment
    Check(CheckArgs),
    /// List what the scraper offers, for example every roadmap
    List(ListArgs),
    /// List, create, test and pin plugins
    Plugin(PluginArgs),
    /// Inspect and maintain the cache
    Cache(CacheArgs),
    /// Create a commented config
    Init(InitArgs),
    /// Print the JSON Schema of the config, for editors
    Schema,
    /// Print shell completions
    Completions(CompletionsArgs),
}

/// The config and the options that override it.
#[derive(Debug, Clone, Args)]
pub struct ConfigArgs {
    /// Path of the config; `-` is standard input [default: rowsmith.toml]
    #[arg(value_name = "CONFIG")]
    pub config: Option<PathBuf>,
    /// Name of the [providers] table to use
    #[arg(long, value_name = "NAME")]
    pub provider: Option<String>,
    /// Set a value of the config, for example `--set batch.max_rows=10` (repeatable)
    #[arg(long, value_name = "KEY=VALUE")]
    pub set: Vec<String>,
}

impl ConfigArgs {
    /// Returns the path of the config.
    pub(super) fn path(&self) -> PathBuf {
        self.config.clone().unwrap_or_else(|| PathBuf::from(defaults::CONFIG_FILE))
    }

    pub(super) fn overrides(&self, output: Option<String>, global: &GlobalArgs) -> Overrides {
        Overrides {
            provider: self.provider.clone(),
            set: self.set.clone(),
            output,
            plugin_dirs: global.plugin_dirs.clone(),
        }
    }
}

/// Options of `run`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  rowsmith run config/quickstart.toml\n  rowsmith run --provider openai --limit 20 -o sample.csv"
)]
pub struct RunArgs {
    /// The config.
    #[command(flatten)]
    pub config: ConfigArgs,
    /// Maximum rows to read
    #[arg(long, value_name = "N")]
    pub limit: Option<u64>,
    /// Ignore cached answers and ask again
    #[arg(long)]
    pub refresh: bool,
    /// Use cached answers only; makes no calls
    #[arg(long, conflicts_with_all = ["refresh", "record", "replay"])]
    pub offline: bool,
    /// File for the only exporter, in place of the config's (`-` is standard output); its extension selects the plugin
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<String>,
    /// Replace existing files even if an exporter has `if_exists = "fail"`
    #[arg(long)]
    pub force: bool,
    /// Maximum cost in US dollars
    #[arg(long, value_name = "USD")]
    pub max_cost: Option<f64>,
    /// Maximum calls
    #[arg(long, value_name = "N")]
    pub max_calls: Option<u64>,
    /// Path of the report (.json; repeatable)
    #[arg(long, value_name = "FILE")]
    pub report: Vec<PathBuf>,
    /// Display of the progress
    #[arg(long, value_enum, default_value_t, value_name = "MODE")]
    pub progress: ProgressMode,
    /// Options of recording and replay.
    #[command(flatten)]
    pub record_replay: RecordReplayArgs,
}

/// Options of `plan`.
#[derive(Debug, Args)]
pub struct PlanArgs {
    /// The config.
    #[command(flatten)]
    pub config: ConfigArgs,
    /// Maximum rows to read
    #[arg(long, value_name = "N")]
    pub limit: Option<u64>,
    /// Ignore cached answers
    #[arg(long)]
    pub refresh: bool,
    /// Ask the service for the model's limits and the exact tokens of the first call; needs the key
    #[arg(long)]
    pub online: bool,
    /// Do not print the prompt of the first call
    #[arg(long)]
    pub no_prompt: bool,
    /// Format of the plan
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub format: OutputFormat,
}

/// Options of `check`.
#[derive(Debug, Args)]
pub struct CheckArgs {
    /// The config.
    #[command(flatten)]
    pub config: ConfigArgs,
    /// Run no code of plugins
    #[arg(long = "static")]
    pub no_code: bool,
    /// Verify the key and the model with the service
    #[arg(long, conflicts_with = "no_code")]
    pub online: bool,
    /// Options of recording and replay.
    #[command(flatten)]
    pub record_replay: RecordReplayArgs,
}

/// Options of `list`.
#[derive(Debug, Args)]
pub struct ListArgs {
    /// The config.
    #[command(flatten)]
    pub config: ConfigArgs,
    /// Format of the list
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub format: OutputFormat,
    /// Options of recording and replay.
    #[command(flatten)]
    pub record_replay: RecordReplayArgs,
}

/// Commands of `cache`.
#[derive(Debug, Args)]
pub struct CacheArgs {
    /// The command.
    #[command(subcommand)]
    pub command: CacheCommand,
}

/// Commands of `cache`.
#[derive(Debug, Subcommand)]
pub enum CacheCommand {
    /// Print the number of entries and their size
    Stats {
        /// The config.
        #[command(flatten)]
        config: ConfigArgs,
        /// Format of the output
        #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
        format: OutputFormat,
    },
    /// Check all entries; exit code 9 when one is damaged
    Verify {
        /// The config.
        #[command(flatten)]
        config: ConfigArgs,
        /// Remove damaged entries, so that their rows are asked again
        #[arg(long)]
        repair: bool,
    },
    /// Remove all entries
    Clear {
        /// The config.
        #[command(flatten)]
        config: ConfigArgs,
        /// Remove without confirmation
        #[arg(long)]
        yes: bool,
    },
}

/// Options of `init`.
#[derive(Debug, Args)]
pub struct InitArgs {
    /// Folder of the config
    #[arg(default_value = ".", value_name = "DIR")]
    pub folder: PathBuf,
    /// Overwrite existing files
    #[arg(long)]
    pub force: bool,
}

/// Options of `completions`.
#[derive(Debug, Args)]
pub struct CompletionsArgs {
    /// Shell
    #[arg(value_enum)]
    pub shell: clap_complete::Shell,
}
