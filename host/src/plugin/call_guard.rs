//! Guards every call of a plugin: it ends at its deadline, and its errors are sanitized.
//!
//! Calls run on threads where they may block. A call is cancelled at its deadline; a thread that does not return is leaked.
//! Errors that are the plugin's fault name the plugin and the method. The deadlines of calls are here, the maximum silence of
//! a scraper is in [`super::silence`]; `isolated` bounds the start and the end of a plugin's process.

use super::call_site::{CallScope, CallSite};
use super::sanitize::sanitize_error;
use crate::limit::stop::{Stop, StopReason};
use crate::redact::Redactor;
use crate::settings::test_time::scaled;
use rowsmith_abi::Buffer;
use rowsmith_plugin_api::bridge::client::{Caller, Remote};
use rowsmith_plugin_api::bridge::method;
use rowsmith_plugin_api::host::BoxFuture;
use rowsmith_plugin_api::manifest::PluginKind;
use rowsmith_plugin_api::{Error, ErrorKind, Result};
use std::future::poll_fn;
use std::sync::Arc;
use std::sync::mpsc::RecvTimeoutError;
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::sync::oneshot;
use tokio::time::sleep;

/// Time that a call may still take after Ctrl-C or SIGTERM. Provider calls keep their own deadline: they are paid for.
const GRACE: Duration = Duration::from_secs(5);
/// Time that the release of an instance may take; longer than the exec plugins wait for their programs.
pub const RELEASE: Duration = Duration::from_secs(3);
/// Maximum size of a model's answer in bytes.
const MAX_ANSWER_BYTES: usize = 64 << 20;
/// The context key of errors whose message names the plugin already.
pub const NAMED: &str = "plugin";

/// Options of a [`guard`].
pub struct GuardOptions {
    /// The plugin's kind.
    pub kind: PluginKind,
    /// The plugin's name.
    pub name: String,
    /// Maximum duration of a call.
    pub timeout: Duration,
    /// The runtime on whose blocking threads calls run.
    pub calls: Handle,
    /// The stop signal.
    pub stop: Stop,
    /// The secrets of the run.
    pub redactor: Redactor,
}

struct CallGuard {
    /// The plugin, until it is released.
    inner: Option<Arc<dyn Caller>>,
    /// Kind and name.
    plugin: &'static str,
    timeout: Duration,
    calls: Handle,
    stop: Stop,
    redactor: Redactor,
}

/// Returns kind and name of a plugin for messages that a leaked thread may still need while the process ends.
///
/// The text is leaked on purpose, once per plugin: a thread-local with a destructor is gone when exit handlers run.
pub fn label(kind: PluginKind, name: &str) -> &'static str {
    String::leak(format!("{kind} plugin `{name}`"))
}

/// Wraps a plugin in a guard.
pub fn guard(remote: Remote, options: GuardOptions) -> Remote {
    let GuardOptions { kind, name, timeout, calls, stop, redactor } = options;
    let plugin = label(kind, &name);
    Remote::new(Arc::new(CallGuard { inner: Some(remote.into_caller()), plugin, timeout, calls, stop, redactor }))
}

/// Runs the creation of an instance on a blocking thread, within the deadline of a call.
///
/// # Errors
/// When the creation reaches the deadline, is interrupted by a signal, or ends unexpectedly.
pub async fn create<T: Send + 'static>(
    options: &GuardOptions,
    create: impl FnOnce() -> T + Send + 'static,
) -> Result<T> {
    let site = CallSite { plugin: label(options.kind, &options.name), method: "new" };
    let work = options.calls.spawn_blocking(move || {
        let _scope = CallScope::enter(site);
        create()
    });
    let failed = |message: String| Error::new(ErrorKind::Other, message);
    tokio::select! {
        biased;
        created = work => created.map_err(|error| failed(format!("the creation ended unexpectedly: {error}"))),
        () = sleep(scaled(options.timeout)) => {
            Err(failed(format!("did not return from `new` within {} s", options.timeout.as_secs())))
        }
        () = grace(&options.stop) => Err(Error::new(ErrorKind::Cancelled, "the creation was interrupted")),
    }
}

/// Waits for the end of the grace period after a signal.
async fn grace(stop: &Stop) {
    stop.requested().await;
    match stop.reason() {
        Some(StopReason::Interrupted | StopReason::Terminated) => sleep(scaled(GRACE)).await,
        _ => std::future::pending().await,
    }
}

/// Returns the kind of the error for a call that reached its deadline.
fn deadline_error_kind(method: u32) -> ErrorKind {
    if method == method::COMPLETE { ErrorKind::Retryable } else { ErrorKind::Other }
}

impl Caller for CallGuard {
    fn call(self: Arc<Self>, method: u32, payload: Buffer) -> BoxFuture<Result<Buffer>> {
        Box::pin(async move {
            let result = match method {
                // A scraper has its own thread, and its deadline limits its silence.
                method::SCRAPE => self.on_this_thread(method, payload).await,
                _ => self.within_deadline(method, payload).await,
            };
            let result = result.and_then(|reply| self.check_size(method, reply));
            result.map_err(|error| self.name_method(method, sanitize_error(error, &self.redactor)))
        })
    }

    fn unreadable(&self, method: u32, error: Error) -> Error {
        let error = sanitize_error(error, &self.redactor);
        self.fault(ErrorKind::InvalidData, method, &format!("answered `{}` with", method::name(method)), &error.message)
    }
}

impl CallGuard {
    async fn on_this_thread(&self, method: u32, payload: Buffer) -> Result<Buffer> {
        let mut call = self.start(method, payload)?;
        let site = self.site(method);
        poll_fn(|context| {
            let _scope = CallScope::enter(site);
            call.as_mut().poll(context)
        })
        .await
    }

    /// Runs a call on a blocking thread. A cancelled call is dropped there, once it yields.
    async fn on_blocking_thread(&self, method: u32, payload: Buffer) -> Result<Buffer> {
        let call = self.start(method, payload)?;
        let (site, runtime) = (self.site(method), self.calls.clone());
        let (caller, caller_gone) = oneshot::channel::<()>();
        let work = self.calls.spawn_blocking(move || {
            let _scope = CallScope::enter(site);
            runtime.block_on(async {
                tokio::select! {
                    biased;
                    result = call => Some(result),
                    _ = caller_gone => None,
                }
            })
        });
        let result = work.await;
        drop(caller);
        match result {
            Ok(Some(result)) => result,
            Ok(None) => Err(Error::new(ErrorKind::Cancelled, "the call was cancelled")),
            Err(error) => Err(Error::new(ErrorKind::Other, format!("the call ended unexpectedly: {error}"))),
        }
    }

    async fn within_deadline(&self, method: u32, payload: Buffer) -> Result<Buffer> {
        tokio::select! {
            biased;
            result = self.on_blocking_thread(method, payload) => result,
            () = sleep(scaled(self.timeout)) => Err(self.deadline_error(method, self.timeout)),
            () = grace(&self.stop), if method != method::COMPLETE => Err(self.deadline_error(method, GRACE)),
        }
    }

    fn start(&self, method: u32, payload: Buffer) -> Result<BoxFuture<Result<Buffer>>> {
        let inner = self.inner.as_ref().map(Arc::clone);
        let inner = inner.ok_or_else(|| Error::new(ErrorKind::Other, "the plugin was released"))?;
        // No plugin code runs before the first poll.
        Ok(Box::pin(async move { inner.call(method, payload).await }))
    }

    fn check_size(&self, method: u32, reply: Buffer) -> Result<Buffer> {
        if method == method::COMPLETE && reply.len() > MAX_ANSWER_BYTES {
            let size = format!("{} MiB, over the maximum of {} MiB", reply.len() >> 20, MAX_ANSWER_BYTES >> 20);
            return Err(self.fault(ErrorKind::InvalidData, method, "answered `complete` with", &size));
        }
        Ok(reply)
    }

    /// A provider call without a response may be charged, so its error is marked.
    fn deadline_error(&self, method: u32, limit: Duration) -> Error {
        let rest = format!("`{}` within {} s", method::name(method), limit.as_secs());
        let error = self.fault(deadline_error_kind(method), method, "did not return from", &rest);
        if method == method::COMPLETE { error.maybe_billed().timed_out() } else { error }
    }

    /// Names plugin and method in errors whose message does not: those of panics and of other libraries.
    fn name_method(&self, method: u32, error: Error) -> Error {
        let what = match error.kind {
            ErrorKind::Panic => "panicked in",
            _ if error.is_foreign => "failed in",
            _ => return error,
        };
        let what = format!("{what} `{}`:", method::name(method));
        let Error { message, context, .. } = self.fault(error.kind, method, &what, &error.message);
        Error { message, context: [context, error.context].concat(), is_foreign: false, ..error }
    }

    fn fault(&self, kind: ErrorKind, method: u32, what: &str, detail: &str) -> Error {
        let error = Error::new(kind, format!("the {} {what} {detail}", self.plugin));
        error.with_context(NAMED, self.plugin).with_context("method", method::name(method))
    }

    fn site(&self, method: u32) -> CallSite {
        CallSite { plugin: self.plugin, method: method::name(method) }
    }
}

impl Drop for CallGuard {
    /// Releases the instance on a thread of its own: its destructor may block or end the process.
    fn drop(&mut self) {
        let Some(inner) = self.inner.take() else { return };
        let site = CallSite { plugin: self.plugin, method: "drop" };
        let (running, ended) = std::sync::mpsc::channel::<()>();
        // Without a further thread, the instance is released on this one.
        let thread = std::thread::Builder::new().name("release".to_owned());
        drop(thread.spawn(move || {
            let _scope = CallScope::enter(site);
            drop(inner);
            drop(running);
        }));
        if ended.recv_timeout(scaled(RELEASE)) == Err(RecvTimeoutError::Timeout) {
            tracing::warn!("the {} does not end; its thread is leaked", self.plugin);
        }
    }
}
