//! All that a plugin usually needs, in one line: `use rowsmith_plugin_api::prelude::*;`

pub use crate::cache::{Cache, CacheStats, Change, Key, Store, StoreClock};
pub use crate::completion::{
    Completion, CompletionRequest, FinishReason, LimitHint, ModelInfo, ProviderInfo, SchemaKeyword, StructuredOutput,
    Usage,
};
pub use crate::error::{Error, ErrorKind, ReportedSizes, Result};
pub use crate::export_plugin;
pub use crate::exporter::{ExportSummary, Exporter, FinishMode, Target};
pub use crate::host::{Host, Progress};
pub use crate::http::{HttpRequest, HttpResponse, Method, StatusCode};
pub use crate::http_provider::{HttpAdapter, HttpProvider};
pub use crate::lease::LeaseRequest;
pub use crate::program::{CommandLine, Environment};
pub use crate::provider::Provider;
pub use crate::quota::{QuotaRequest, QuotaWindow};
pub use crate::row::{Cell, CellKind, Column, ColumnOrigin, ColumnType, RowChunk, RowView};
pub use crate::schema::{ConfigSchema, PluginConfig};
pub use crate::scraper::{Ending, Listing, RowSink, Scraper, SourcePaths};
pub use crate::secret::Secret;
pub use log;
pub use serde::{Deserialize, Serialize};
pub use serde_json::{self, Value, json};
