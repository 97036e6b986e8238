//! Commands and flags.

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
#[command(after_help = "Try `rowsmith init`, then `rowsmith run`. Exit codes and all else: see the README.")]
pub struct Cli {
    /// Flags of every command.
    #[command(flatten)]
    pub global: GlobalArgs,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// Flags of every command.
#[derive(Debug, Clone, Args)]
pub struct GlobalArgs {
    /// Print errors only
    #[arg(short, long, global = true)]
    pub quiet: bool,
    /// Print more: -v what happens, -vv each call, -vvv everything
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,
    /// When to use colour
    #[arg(long, global = true, value_enum, default_value_t, value_name = "WHEN")]
    pub color: ColorChoice,
    /// How log lines are written
    #[arg(long, global = true, value_enum, default_value_t, value_name = "FORMAT")]
    pub log_format: LogFormat,
    /// Look for plugins in this folder first (may be given more than once)
    #[arg(long = "plugin-dir", global = true, value_name = "DIR")]
    pub plugin_dirs: Vec<PathBuf>,
}

/// How log lines are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// A JSON object a line.
    Json,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Ask for what is missing and export all rows
    Run(RunArgs),
    /// Say what a run would do; spends nothing and needs no key
    Plan(PlanArgs),
    /// Check config, plugins and environment
    Check(CheckArgs),
    /// Name what the scraper offers, for example every roadmap
    List(ListArgs),
    /// Look at plugins; make, test and pin them
    Plugin(PluginArgs),
    /// Look into the cache and after it
    Cache(CacheArgs),
    /// Write a commented config to start from
    Init(InitArgs),
    /// Print the JSON Schema of the config, for editors
    Schema,
    /// Print completions for a shell
    Completions(CompletionsArgs),
}

/// Which config, and what is said over it.
#[derive(Debug, Clone, Args)]
pub struct ConfigArgs {
    /// The config file; `rowsmith.toml` when absent, `-` for standard input
    #[arg(value_name = "CONFIG")]
    pub config: Option<PathBuf>,
    /// Use this table of `providers` instead of the config's
    #[arg(long, value_name = "NAME")]
    pub provider: Option<String>,
    /// Set a value of the config, for example `--set batch.max_rows=10`
    #[arg(long, value_name = "KEY=VALUE")]
    pub set: Vec<String>,
}

impl ConfigArgs {
    /// The config's path.
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

/// Flags of `run`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  rowsmith run config/quickstart.toml\n  rowsmith run --provider openai --limit 20 -o sample.csv"
)]
pub struct RunArgs {
    /// Which config.
    #[command(flatten)]
    pub config: ConfigArgs,
    /// Read at most this many rows
    #[arg(long, value_name = "N")]
    pub limit: Option<u64>,
    /// Ask again even when the cache has an answer
    #[arg(long)]
    pub refresh: bool,
    /// Use the cache only; ask nobody
    #[arg(long, conflicts_with_all = ["refresh", "record", "replay"])]
    pub offline: bool,
    /// Write to this file instead of the one exporter's (`-` is standard output)
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<String>,
    /// Overwrite files even where an exporter says `if_exists = "fail"`
    #[arg(long)]
    pub force: bool,
    /// Spend at most this many US dollars
    #[arg(long, value_name = "USD")]
    pub max_cost: Option<f64>,
    /// Make at most this many calls
    #[arg(long, value_name = "N")]
    pub max_calls: Option<u64>,
    /// Write the report to this file (.json)
    #[arg(long, value_name = "FILE")]
    pub report: Vec<PathBuf>,
    /// How progress is shown
    #[arg(long, value_enum, default_value_t, value_name = "MODE")]
    pub progress: ProgressMode,
    /// Flags of recording and replay.
    #[command(flatten)]
    pub record_replay: RecordReplayArgs,
}

/// Flags of `plan`.
#[derive(Debug, Args)]
pub struct PlanArgs {
    /// Which config.
    #[command(flatten)]
    pub config: ConfigArgs,
    /// Read at most this many rows
    #[arg(long, value_name = "N")]
    pub limit: Option<u64>,
    /// Plan as if the cache were empty
    #[arg(long)]
    pub refresh: bool,
    /// Leave out the rendered prompt
    #[arg(long)]
    pub no_prompt: bool,
    /// How the plan is written
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub format: OutputFormat,
}

/// How listings are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum OutputFormat {
    /// For people.
    #[default]
    Human,
    /// JSON.
    Json,
}

/// Flags of `check`.
#[derive(Debug, Args)]
pub struct CheckArgs {
    /// Which config.
    #[command(flatten)]
    pub config: ConfigArgs,
    /// Run no code of any plugin
    #[arg(long = "static")]
    pub no_code: bool,
    /// Ask the provider whether key and model are good
    #[arg(long, conflicts_with = "no_code")]
    pub online: bool,
    /// Flags of recording and replay.
    #[command(flatten)]
    pub record_replay: RecordReplayArgs,
}

/// Flags of `list`.
#[derive(Debug, Args)]
pub struct ListArgs {
    /// Which config.
    #[command(flatten)]
    pub config: ConfigArgs,
    /// How the list is written
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub format: OutputFormat,
    /// Flags of recording and replay.
    #[command(flatten)]
    pub record_replay: RecordReplayArgs,
}

/// Commands of `cache`.
#[derive(Debug, Args)]
pub struct CacheArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: CacheCommand,
}

/// Commands of `cache`.
#[derive(Debug, Subcommand)]
pub enum CacheCommand {
    /// Count entries and bytes
    Stats {
        /// Which config.
        #[command(flatten)]
        config: ConfigArgs,
        /// How it is written
        #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
        format: OutputFormat,
    },
    /// Check every entry; exit code 9 when one is damaged
    Verify {
        /// Which config.
        #[command(flatten)]
        config: ConfigArgs,
        /// Remove damaged entries, so that their rows are asked again
        #[arg(long)]
        repair: bool,
    },
    /// Remove every entry
    Clear {
        /// Which config.
        #[command(flatten)]
        config: ConfigArgs,
        /// Do not ask
        #[arg(long)]
        yes: bool,
    },
}

/// Flags of `init`.
#[derive(Debug, Args)]
pub struct InitArgs {
    /// The folder to write into
    #[arg(default_value = ".", value_name = "DIR")]
    pub folder: PathBuf,
    /// Overwrite files that are there
    #[arg(long)]
    pub force: bool,
}

/// Flags of `completions`.
#[derive(Debug, Args)]
pub struct CompletionsArgs {
    /// The shell
    #[arg(value_enum)]
    pub shell: clap_complete::Shell,
}
