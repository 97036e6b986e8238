//! Keeps a plugin's process: carries calls to it, says what happened to it, and starts the next one where that is safe.
//!
//! A provider and a cache keep nothing that a new process could not read again, so they get one. What a scraper has read
//! or an exporter has written ends with its process.

use super::process::{self, Program};
use super::session::{Failed, Session};
use super::start::{Refusal, Start, StartFile};
use crate::limit::stop::Stop;
use crate::plugin::error::PluginError;
use crate::plugin::registry::Source;
use crate::plugin::services::SharedServices;
use rowsmith_abi::{Buffer, HostSide};
use rowsmith_plugin_api::glue::client::Caller;
use rowsmith_plugin_api::glue::method;
use rowsmith_plugin_api::host::{BoxFuture, question};
use rowsmith_plugin_api::manifest::PluginKind;
use rowsmith_plugin_api::{Error, ErrorKind};
use serde_json::Value;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, PoisonError};
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::sync::Mutex;

/// After so many ends in a row without an answer in between, there is no new process.
const MOST_ENDS: u32 = 3;
/// The pause before a process whose two predecessors ended without an answer.
const PAUSE: Duration = Duration::from_millis(250);
/// How long a plugin may take to be made.
const START_LIMIT: Duration = Duration::from_secs(60);

/// Starts sessions, all alike.
trait Launch: Send + Sync + 'static {
    fn launch(&self) -> std::io::Result<Session>;
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
    fn launch(&self) -> std::io::Result<Session> {
        let (stream, process) = process::start(&self.program, self.kind, &self.name, &self.services)?;
        Session::new(stream, process, Arc::clone(&self.services), &self.runtime, &self.stop)
    }
}

/// A plugin in a process of its own.
struct Isolated {
    kind: PluginKind,
    /// The subject of what is said about its process.
    subject: String,
    launch: Box<dyn Launch>,
    /// The first message to each process.
    start: Vec<u8>,
    session: Mutex<Option<Arc<Session>>>,
    /// Ends since the last answer.
    ends: AtomicU32,
    /// The pause before the third process in a row.
    pause: Duration,
    /// How the last process ended.
    last: std::sync::Mutex<String>,
}

/// Starts a process for a plugin, and makes the plugin in it. Blocks until it is made.
///
/// # Errors
/// When there is no process, the library cannot be opened, or the plugin refuses its config.
pub fn isolate(
    program: Program,
    source: &Source,
    config: &Value,
    services: Arc<dyn HostSide>,
    shared: &SharedServices,
) -> Result<Arc<dyn Caller>, PluginError> {
    let manifest = source.manifest();
    let file = match source {
        Source::File(image) => Some(StartFile { path: absolute(&image.path), sha256: image.sha256() }),
        Source::Linked(..) => None,
    };
    let (kind, name) = (manifest.kind, manifest.name.clone());
    let failed = |error: Error| PluginError::Failed { kind, name: name.clone(), error };
    let log_level = services.query(question::LOG_LEVEL);
    let start = Start { kind, name: name.clone(), file, config: config.clone(), log_level };
    let start = serde_json::to_vec(&start).map_err(|error| failed(error.into()))?;
    let (runtime, stop) = (shared.runtime.clone(), shared.stop.clone());
    let launch = Box::new(Launcher { program, kind, name: name.clone(), services, runtime, stop });
    let isolated = Isolated::new(kind, &name, launch, start);
    let first = shared.runtime.block_on(isolated.start_one());
    let session = first.map_err(|why| match why {
        Failed::Answered(Refusal::Unusable { reason, hint }) => {
            PluginError::Unusable { path: PathBuf::from(source.place()), reason, hint }
        }
        Failed::Answered(Refusal::Failed(error)) => failed(error),
        Failed::Gone(how) => failed(isolated.error(ErrorKind::Other, &format!("{how} while the plugin was made"))),
    })?;
    *isolated.session.blocking_lock() = Some(Arc::new(session));
    Ok(Arc::new(isolated))
}

/// The child begins where this process is now, so a relative path would do; this one is right later too.
fn absolute(path: &std::path::Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

/// What the end of a process means for the call that it happened in.
enum Loss {
    /// The call may be made again, unseen.
    Repeat,
    /// The pipeline decides whether to ask again: it may have cost something.
    Retry,
    /// What the process held is lost.
    Final,
}

impl Isolated {
    fn new(kind: PluginKind, name: &str, launch: Box<dyn Launch>, start: Vec<u8>) -> Self {
        let subject = format!("the process of {kind} plugin `{name}`");
        Self {
            kind,
            subject,
            launch,
            start,
            session: Mutex::new(None),
            ends: AtomicU32::new(0),
            pause: PAUSE,
            last: std::sync::Mutex::default(),
        }
    }

    async fn start_one(&self) -> Result<Session, Failed> {
        let session = self.launch.launch().map_err(|error| Failed::Gone(format!("cannot be started: {error}")))?;
        let made = tokio::time::timeout(START_LIMIT, session.start(&self.start)).await;
        let seconds = START_LIMIT.as_secs();
        made.unwrap_or_else(|_| Err(Failed::Gone(format!("was ended after {seconds} s, since it was not ready"))))?;
        Ok(session)
    }

    async fn run(&self, method: u32, payload: Buffer) -> Result<Buffer, Error> {
        let mut repeated = false;
        loop {
            let session = self.session().await?;
            let how = match session.call(method, &payload).await {
                Ok(reply) => {
                    self.ends.store(0, Ordering::Relaxed);
                    return Ok(reply);
                }
                Err(Failed::Answered(refusal)) => {
                    self.ends.store(0, Ordering::Relaxed);
                    return Err(answered(refusal));
                }
                Err(Failed::Gone(how)) => format!("{how} in the middle of a call"),
            };
            self.bury(&session, &how).await;
            match self.loss(method) {
                Loss::Repeat if !repeated => repeated = true,
                Loss::Retry => return Err(self.error(ErrorKind::Retryable, &how).with("sent", "true")),
                Loss::Repeat | Loss::Final => return Err(self.error(ErrorKind::Other, &how)),
            }
            tracing::warn!("{} {how}; a new one repeats it", self.subject);
        }
    }

    /// The process, or the next one.
    async fn session(&self) -> Result<Arc<Session>, Error> {
        let mut current = self.session.lock().await;
        if let Some(session) = current.as_ref() {
            if !session.is_over() {
                return Ok(Arc::clone(session));
            }
            if !self.can_begin_again() {
                let how = session.how_it_ended().unwrap_or_else(|| "is being ended".to_owned());
                return Err(self.error(ErrorKind::Other, &format!("{how}, and what it held is lost")));
            }
            self.count_end(&session.how_it_ended().unwrap_or_else(|| "was ended".to_owned()));
            *current = None;
        }
        let ends = self.ends.load(Ordering::Relaxed);
        if ends >= MOST_ENDS {
            let last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
            let how = format!("has ended {ends} times in a row without an answer; the last time it {last}");
            return Err(self.error(ErrorKind::Other, &how));
        }
        if ends > 1 {
            tokio::time::sleep(self.pause).await;
        }
        match self.start_one().await {
            Ok(session) => Ok(Arc::clone(current.insert(Arc::new(session)))),
            Err(Failed::Answered(refusal)) => Err(answered(refusal)),
            Err(Failed::Gone(how)) => {
                self.count_end(&how);
                Err(self.error(ErrorKind::Retryable, &how))
            }
        }
    }

    /// Forgets a process that has ended, once, however many calls it ended in.
    async fn bury(&self, session: &Arc<Session>, how: &str) {
        if !self.can_begin_again() {
            return;
        }
        let mut current = self.session.lock().await;
        if current.as_ref().is_some_and(|now| Arc::ptr_eq(now, session)) {
            *current = None;
            self.count_end(how);
        }
    }

    fn count_end(&self, how: &str) {
        self.ends.fetch_add(1, Ordering::Relaxed);
        how.clone_into(&mut self.last.lock().unwrap_or_else(PoisonError::into_inner));
    }

    fn can_begin_again(&self) -> bool {
        matches!(self.kind, PluginKind::Provider | PluginKind::Cache)
    }

    fn loss(&self, method: u32) -> Loss {
        match self.kind {
            PluginKind::Provider if method == method::COMPLETE => Loss::Retry,
            PluginKind::Provider | PluginKind::Cache => Loss::Repeat,
            PluginKind::Scraper | PluginKind::Exporter => Loss::Final,
        }
    }

    fn error(&self, kind: ErrorKind, how: &str) -> Error {
        Error::new(kind, format!("{} {how}", self.subject))
    }
}

fn answered(refusal: Refusal) -> Error {
    match refusal {
        Refusal::Failed(error) => error,
        Refusal::Unusable { reason, hint } => {
            let error = Error::new(ErrorKind::Other, format!("the plugin {reason}"));
            match hint {
                Some(hint) => error.hint(hint),
                None => error,
            }
        }
    }
}

impl Caller for Isolated {
    fn call(self: Arc<Self>, method: u32, payload: Buffer) -> BoxFuture<Result<Buffer, Error>> {
        Box::pin(async move { self.run(method, payload).await })
    }
}

#[cfg(test)]
#[path = "supervisor_tests.rs"]
mod tests;
