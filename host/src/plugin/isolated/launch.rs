//! Creates a plugin in a process of its own.

use super::connection::Failed;
use super::process::{self, Program};
use super::session::ChildSession;
use super::start::{Refusal, Start, StartFile};
use super::supervisor::Isolated;
use crate::limit::stop::Stop;
use crate::plugin::error::PluginError;
use crate::plugin::host_services::HostServices;
use crate::plugin::registry::Source;
use rowsmith_abi::HostSide;
use rowsmith_plugin_api::Error;
use rowsmith_plugin_api::bridge::client::Caller;
use rowsmith_plugin_api::host::query;
use rowsmith_plugin_api::manifest::PluginKind;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::Handle;

/// Starts equal sessions.
pub(super) trait Launch: Send + Sync + 'static {
    /// Starts a process without creating the plugin in it.
    fn launch(&self) -> std::io::Result<ChildSession>;
}

/// Starts the processes of one plugin.
struct Launcher {
    program: Program,
    kind: PluginKind,
    name: String,
    services: Arc<dyn HostSide>,
    runtime: Handle,
    stop: Stop,
}

impl Launch for Launcher {
    fn launch(&self) -> std::io::Result<ChildSession> {
        let (stream, process) = process::start(&self.program, self.kind, &self.name, &self.services)?;
        ChildSession::new(stream, process, Arc::clone(&self.services), &self.runtime, &self.stop)
    }
}

/// Starts a process for a plugin and creates the plugin in it, each time within `timeout`. Blocks until the plugin is
/// created.
///
/// # Errors
/// When the process cannot be started, the library cannot be opened, or the plugin rejects its config.
pub fn isolate(
    program: Program,
    source: &Source,
    config: &Value,
    services: Arc<dyn HostSide>,
    shared: &HostServices,
    timeout: Duration,
) -> Result<Arc<dyn Caller>, PluginError> {
    let manifest = source.manifest();
    let file = match source {
        Source::File(image) => {
            let copy = image.shared_copy().map(Path::to_owned);
            Some(StartFile { path: absolute(&image.path), copy, sha256: image.sha256() })
        }
        Source::Linked(..) => None,
    };
    let (kind, name) = (manifest.kind, manifest.name.clone());
    let failed = |error: Error| PluginError::Failed { kind, name: name.clone(), error: Box::new(error) };
    let log_level = services.query(query::LOG_LEVEL);
    let line_recording = services.query(query::LINE_RECORDING);
    let start = Start { kind, name: name.clone(), file, config: config.clone(), log_level, line_recording };
    let start = serde_json::to_vec(&start).map_err(|error| failed(error.into()))?;
    let (runtime, stop) = (shared.runtime.clone(), shared.stop.clone());
    let launch = Box::new(Launcher { program, kind, name: name.clone(), services, runtime, stop });
    let isolated = Isolated::new(kind, &name, launch, start, timeout);
    shared.runtime.block_on(isolated.make()).map_err(|why| match why {
        Failed::Answered(Refusal::Unusable { reason, hint }) => {
            PluginError::Unusable { path: PathBuf::from(source.place()), reason, hint }
        }
        Failed::Answered(Refusal::Failed(error)) => failed(error),
        Failed::Gone(how) => failed(isolated.lost(&format!("{how} while the plugin was created"))),
    })?;
    Ok(Arc::new(isolated))
}

/// A relative path would work for the first child only, if the host changes its working directory.
fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}
