//! A plugin under watch: whatever it does in a call, the call ends.
//!
//! Calls run on threads where they may block, and are given up when their time is over; a thread that does not come
//! back is left behind. Errors are made fit to be shown, and those that are the plugin's fault name it.

use super::call_site::{CallSite, enter};
use super::method_name::method_name;
use super::redact::Redactor;
use super::sanitize::sanitize_error;
use crate::limit::stop::{Stop, StopReason};
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

/// How long a call may still take after Ctrl-C or SIGTERM. Calls of providers are not cut short: they are paid for.
const GRACE: Duration = Duration::from_secs(5);
/// How long the end of an instance is waited for: longer than the exec plugins wait for their programs.
pub const RELEASE: Duration = Duration::from_secs(3);
/// A longer answer of a model is no answer.
const MAX_ANSWER_BYTES: usize = 64 << 20;
/// The fact of errors whose message names the plugin already.
pub const NAMED: &str = "plugin";

/// What watching a plugin takes.
pub struct GuardOptions {
    /// Its kind.
    pub kind: PluginKind,
    /// Its name.
    pub name: String,
    /// Longest time of a call.
    pub timeout: Duration,
    /// The runtime on whose threads for blocking work its calls run.
    pub calls: Handle,
    /// The wish to stop.
    pub stop: Stop,
    /// The secrets of the run.
    pub redactor: Redactor,
}

/// A plugin under watch.
struct CallGuard {
    /// The plugin, until it is released.
    inner: Option<Arc<dyn Caller>>,
    /// Kind and name, for the life of the process: a thread that is left behind may end it later.
    plugin: &'static str,
    timeout: Duration,
    calls: Handle,
    stop: Stop,
    redactor: Redactor,
}

/// The kind and name of a plugin, for sentences that outlive everything. One a plugin, so the leak is small.
pub fn label(kind: PluginKind, name: &str) -> &'static str {
    String::leak(format!("{kind} plugin `{name}`"))
}

/// Puts a plugin under watch.
pub fn guard(remote: Remote, options: GuardOptions) -> Remote {
    let GuardOptions { kind, name, timeout, calls, stop, redactor } = options;
    let plugin = label(kind, &name);
    Remote::new(Arc::new(CallGuard { inner: Some(remote.into_caller()), plugin, timeout, calls, stop, redactor }))
}

impl Caller for CallGuard {
    fn call(self: Arc<Self>, method: u32, payload: Buffer) -> BoxFuture<Result<Buffer>> {
        Box::pin(async move {
            let result = match method {
                // Scrapers have a thread of their own, and their time is that of their silence.
                method::SCRAPE => self.here(method, payload).await,
                // The time of a provider's call begins with the call and ends where its batch is asked.
                method::COMPLETE => self.apart(method, payload).await,
                _ => self.in_time(method, payload).await,
            };
            let result = result.and_then(|reply| self.sized(method, reply));
            result.map_err(|error| self.named(method, sanitize_error(error, &self.redactor)))
        })
    }

    fn unreadable(&self, method: u32, error: Error) -> Error {
        let error = sanitize_error(error, &self.redactor);
        self.fault(ErrorKind::InvalidData, method, &format!("answered `{}` with", method_name(method)), &error.message)
    }
}

impl CallGuard {
    /// Runs a call on this thread.
    async fn here(&self, method: u32, payload: Buffer) -> Result<Buffer> {
        let mut call = self.start(method, payload)?;
        let site = self.site(method);
        poll_fn(|context| {
            let _inside = enter(site);
            call.as_mut().poll(context)
        })
        .await
    }

    /// Runs a call on a thread where it may block. When nobody waits any more it is dropped there, if it lets go of it.
    async fn apart(&self, method: u32, payload: Buffer) -> Result<Buffer> {
        let call = self.start(method, payload)?;
        let (site, runtime) = (self.site(method), self.calls.clone());
        let (waiting, nobody_waits) = oneshot::channel::<()>();
        let work = self.calls.spawn_blocking(move || {
            let _inside = enter(site);
            runtime.block_on(async {
                tokio::select! {
                    biased;
                    result = call => Some(result),
                    _ = nobody_waits => None,
                }
            })
        });
        let result = work.await;
        drop(waiting);
        match result {
            Ok(Some(result)) => result,
            Ok(None) => Err(Error::new(ErrorKind::Cancelled, "the call was given up")),
            Err(error) => Err(Error::new(ErrorKind::Other, format!("the call broke off: {error}"))),
        }
    }

    async fn in_time(&self, method: u32, payload: Buffer) -> Result<Buffer> {
        tokio::select! {
            biased;
            result = self.apart(method, payload) => result,
            () = sleep(self.timeout) => Err(self.late(method, self.timeout)),
            () = self.grace() => Err(self.late(method, GRACE)),
        }
    }

    /// Ends a while after the user has asked for the end.
    async fn grace(&self) {
        self.stop.requested().await;
        match self.stop.reason() {
            Some(StopReason::Interrupted | StopReason::Terminated) => sleep(GRACE).await,
            _ => std::future::pending().await,
        }
    }

    fn start(&self, method: u32, payload: Buffer) -> Result<BoxFuture<Result<Buffer>>> {
        let inner = self.inner.as_ref().map(Arc::clone);
        let inner = inner.ok_or_else(|| Error::new(ErrorKind::Other, "the plugin was released already"))?;
        // Nothing of the plugin runs before the first poll.
        Ok(Box::pin(async move { inner.call(method, payload).await }))
    }

    fn sized(&self, method: u32, reply: Buffer) -> Result<Buffer> {
        if method == method::COMPLETE && reply.len() > MAX_ANSWER_BYTES {
            let size = format!("{} MiB, which no answer has", reply.len() >> 20);
            return Err(self.fault(ErrorKind::InvalidData, method, "answered `complete` with", &size));
        }
        Ok(reply)
    }

    fn late(&self, method: u32, limit: Duration) -> Error {
        let rest = format!("`{}` within {} s", method_name(method), limit.as_secs());
        self.fault(ErrorKind::Other, method, "did not return from", &rest)
    }

    /// A panic names the plugin; what a plugin says itself stays as it is.
    fn named(&self, method: u32, error: Error) -> Error {
        if error.kind != ErrorKind::Panic {
            return error;
        }
        let text = error.message.strip_prefix("panicked: ").unwrap_or(&error.message);
        self.fault(ErrorKind::Panic, method, &format!("panicked in `{}`:", method_name(method)), text)
    }

    fn fault(&self, kind: ErrorKind, method: u32, what: &str, detail: &str) -> Error {
        let error = Error::new(kind, format!("the {} {what} {detail}", self.plugin));
        error.with_context(NAMED, self.plugin).with_context("method", method_name(method))
    }

    fn site(&self, method: u32) -> CallSite {
        CallSite { plugin: self.plugin, method: method_name(method) }
    }
}

impl Drop for CallGuard {
    /// The plugin's own end is its code too: it may block, and it may end the process.
    fn drop(&mut self) {
        let Some(inner) = self.inner.take() else { return };
        let site = CallSite { plugin: self.plugin, method: "drop" };
        let (at_work, ended) = std::sync::mpsc::channel::<()>();
        std::thread::spawn(move || {
            let _inside = enter(site);
            drop(inner);
            drop(at_work);
        });
        if ended.recv_timeout(RELEASE) == Err(RecvTimeoutError::Timeout) {
            tracing::warn!("the {} does not end; its thread is left behind", self.plugin);
        }
    }
}
