//! Supervises a plugin's process: forwards calls, reports its end, and starts the next one where that is safe.
//!
//! A provider and a cache hold no state that a new process could not read again, so they get one. The work of a scraper or
//! an exporter ends with its process.

use super::connection::Failed;
use super::launch::Launch;
use super::restart_policy::RestartPolicy;
use super::session::ChildSession;
use super::start::Refusal;
use crate::settings::test_time::scaled;
use rowsmith_abi::Buffer;
use rowsmith_plugin_api::bridge::client::Caller;
use rowsmith_plugin_api::bridge::method;
use rowsmith_plugin_api::host::BoxFuture;
use rowsmith_plugin_api::manifest::PluginKind;
use rowsmith_plugin_api::{Error, ErrorKind};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, PoisonError};
use std::time::Duration;
use tokio::sync::Mutex;

/// Maximum consecutive ends without an answer. The pipeline stops using a provider much earlier; this limit bounds the
/// other kinds.
const MAX_ENDS: u32 = 20;
/// The pause before a process whose two predecessors ended without an answer; it doubles with each further end.
const PAUSE: Duration = Duration::from_millis(250);
/// Maximum number of doublings.
const MAX_DOUBLINGS: u32 = 2;

/// A plugin in a process of its own.
pub(super) struct Isolated {
    kind: PluginKind,
    /// The subject of messages about its process.
    subject: String,
    launch: Box<dyn Launch>,
    /// The first message to each process.
    start: Vec<u8>,
    /// Maximum time for the creation of the plugin.
    start_limit: Duration,
    session: Mutex<Option<Arc<ChildSession>>>,
    /// Ends since the last answer.
    ends: AtomicU32,
    /// The first pause.
    pause: Duration,
    /// Decides which completions share a process.
    restart_policy: RestartPolicy,
    /// The end of the last process.
    last: std::sync::Mutex<String>,
}

/// The result of a call.
enum Came {
    /// The plugin's answer, or the reason why there is no process.
    Reply(Result<Buffer, Error>),
    /// The process ended with the call.
    Gone(String),
}

impl Isolated {
    pub(super) fn new(
        kind: PluginKind,
        name: &str,
        launch: Box<dyn Launch>,
        start: Vec<u8>,
        start_limit: Duration,
    ) -> Self {
        let subject = format!("the process of {kind} plugin `{name}`");
        Self {
            kind,
            subject,
            launch,
            start,
            start_limit,
            session: Mutex::new(None),
            ends: AtomicU32::new(0),
            pause: scaled(PAUSE),
            restart_policy: RestartPolicy::default(),
            last: std::sync::Mutex::default(),
        }
    }

    /// Creates the plugin for the first time.
    pub(super) async fn make(&self) -> Result<(), Failed> {
        let session = self.start_one().await?;
        self.session.lock().await.replace(Arc::new(session));
        Ok(())
    }

    /// Returns the error of a call that was lost with its process.
    pub(super) fn lost(&self, how: &str) -> Error {
        self.error(ErrorKind::Other, how)
    }

    async fn start_one(&self) -> Result<ChildSession, Failed> {
        let session = self.launch.launch().map_err(|error| Failed::Gone(format!("cannot be started: {error}")))?;
        let made = tokio::time::timeout(scaled(self.start_limit), session.start(&self.start)).await;
        let seconds = self.start_limit.as_secs();
        made.unwrap_or_else(|_| Err(Failed::Gone(format!("was killed, since it was not ready after {seconds} s"))))?;
        Ok(session)
    }

    async fn run(&self, method: u32, payload: Buffer) -> Result<Buffer, Error> {
        let completes = self.kind == PluginKind::Provider && method == method::COMPLETE;
        if !completes {
            return self.repeat(method, &payload).await;
        }
        let turn = self.restart_policy.enter(&payload).await;
        match self.once(method, &payload).await {
            Came::Reply(reply) => {
                turn.answered();
                reply
            }
            // The call may be billed, so the pipeline decides about a retry.
            Came::Gone(how) => {
                turn.lost();
                Err(self.error(ErrorKind::Retryable, &how).maybe_billed())
            }
        }
    }

    /// Makes a call, and retries it in the next process where that is safe.
    async fn repeat(&self, method: u32, payload: &[u8]) -> Result<Buffer, Error> {
        let how = match self.once(method, payload).await {
            Came::Reply(reply) => return reply,
            Came::Gone(how) => how,
        };
        if !self.can_begin_again() {
            return Err(self.lost(&how));
        }
        tracing::warn!("{} {how}; a new process retries it", self.subject);
        match self.once(method, payload).await {
            Came::Reply(reply) => reply,
            Came::Gone(how) => Err(self.lost(&how)),
        }
    }

    /// Makes a call once.
    async fn once(&self, method: u32, payload: &[u8]) -> Came {
        let session = match self.session().await {
            Ok(session) => session,
            Err(error) => return Came::Reply(Err(error)),
        };
        let reply = match session.call(method, payload).await {
            Ok(reply) => Ok(reply),
            Err(Failed::Answered(refusal)) => Err(answered(refusal)),
            Err(Failed::Gone(how)) => {
                self.bury(&session, &how).await;
                return Came::Gone(how);
            }
        };
        self.ends.store(0, Ordering::Relaxed);
        Came::Reply(reply)
    }

    /// Returns the process, or starts the next one.
    async fn session(&self) -> Result<Arc<ChildSession>, Error> {
        let mut current = self.session.lock().await;
        if let Some(session) = current.as_ref() {
            if !session.is_over() {
                return Ok(Arc::clone(session));
            }
            if !self.can_begin_again() {
                let how = session.how_it_ended().unwrap_or_else(|| "is being ended".to_owned());
                return Err(self.error(ErrorKind::Other, &format!("{how}, and its state is lost")));
            }
            self.count_end(&session.how_it_ended().unwrap_or_else(|| "was ended".to_owned()));
            *current = None;
        }
        let ends = self.ends.load(Ordering::Relaxed);
        if ends >= MAX_ENDS {
            let last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
            let how = format!("ended {ends} times in a row without an answer; the last time it {last}");
            return Err(self.error(ErrorKind::Other, &how));
        }
        if let Some(doublings) = ends.checked_sub(2) {
            tokio::time::sleep(self.pause * (1 << doublings.min(MAX_DOUBLINGS))).await;
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

    /// Forgets a process that has ended, once, even if it ended in several calls.
    async fn bury(&self, session: &Arc<ChildSession>, how: &str) {
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
