//! Runs the program as a plugin's process: opens one plugin and serves its calls until the host ends it.

use super::frame::{self, Frame, Kind, MAX_BYTES};
use super::host_services::RemoteHostServices;
use super::start::{Refusal, Start, StartFile};
use super::wire::{self, Wire};
use crate::exit_code::ExitCode;
use crate::plugin::error::PluginError;
use crate::plugin::image::Image;
use crate::plugin::registry::{Source, make};
use crate::redact::Redactor;
use rowsmith_abi::{HostHandle, Instance};
use rowsmith_plugin_api::manifest::PluginKind;
use rowsmith_plugin_api::{Error, ErrorKind, Manifest};
use std::collections::HashMap;
use std::ffi::OsString;
use std::io::BufReader;
use std::os::unix::net::UnixStream;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::runtime::{Builder, Handle, Runtime};
use tokio::signal::unix::{SignalKind, signal};
use tokio::task::AbortHandle;

/// The internal first argument of a plugin's process; the second is the plugin's kind.
pub(super) const ARGUMENT: &str = "__plugin";
/// Maximum time that blocking calls may delay the end.
const LINGER: Duration = Duration::from_millis(200);
/// Maximum time that the plugin's destructors may take; longer than the exec plugins wait for their programs.
const LAST_WORDS: Duration = Duration::from_secs(3);
/// Minimum threads, so that a few blocking calls do not delay all others.
const FEWEST_THREADS: usize = 4;

/// Returns the plugin's kind when the command line starts a plugin's process.
pub fn is_asked_for(mut arguments: impl Iterator<Item = OsString>) -> Option<String> {
    let asked = arguments.nth(1)? == ARGUMENT;
    asked.then(|| arguments.next().unwrap_or_default().to_string_lossy().into_owned())
}

/// Serves a plugin until the host ends it. Errors are reported to the host.
pub fn serve(kind: &str) -> ExitCode {
    rowsmith_abi::install_panic_hook();
    let Some(stream) = PluginKind::from_name(kind).and_then(|kind| wire::take(kind).ok()) else {
        crate::printer::Printer::new(false, false, Redactor::default())
            .error("this command is internal: rowsmith uses it to start the process of a plugin");
        return ExitCode::Usage;
    };
    // The runtime is created first: a signal to the process group may arrive before the host's first message.
    let opened = new_runtime().and_then(|runtime| {
        let half = stream.try_clone()?;
        let mut reader = BufReader::new(stream);
        let first = frame::read(&mut reader)?;
        Ok((Arc::new(Wire::new(half)), reader, first, runtime))
    });
    match opened {
        Ok((wire, reader, Some(first), runtime)) if first.kind == Kind::Start => {
            Service::run(&wire, reader, &first, runtime);
            ExitCode::Success
        }
        _ => ExitCode::Unexpected,
    }
}

fn new_runtime() -> std::io::Result<Runtime> {
    let threads = std::thread::available_parallelism().map_or(FEWEST_THREADS, |n| n.get().max(FEWEST_THREADS));
    let runtime = Builder::new_multi_thread().worker_threads(threads).enable_all().thread_name("plugin").build()?;
    let _guard = runtime.enter();
    // The terminal sends Ctrl-C to this process too, but the host decides what it means. A listener keeps the signal from
    // ending the process.
    // A write over the limit of file sizes fails with an error instead of a signal.
    let size_limit = SignalKind::from_raw(libc::SIGXFSZ);
    for kind in [SignalKind::interrupt(), SignalKind::terminate(), size_limit] {
        drop(signal(kind)?);
    }
    Ok(runtime)
}

/// The plugin, shared by the reading thread and the calls.
struct Service {
    wire: Arc<Wire>,
    host: Arc<RemoteHostServices>,
    /// `None` before the creation and after the end.
    instance: Mutex<Option<Arc<Instance>>>,
    calls: Mutex<HashMap<u64, AbortHandle>>,
    runtime: Handle,
}

impl Service {
    fn run(wire: &Arc<Wire>, reader: BufReader<UnixStream>, first: &Frame, runtime: Runtime) {
        let start = match serde_json::from_slice::<Start>(&first.payload) {
            Ok(start) => start,
            Err(error) => return refuse(wire, &Refusal::Failed(error.into())),
        };
        let service = Arc::new(Self {
            wire: Arc::clone(wire),
            host: Arc::new(RemoteHostServices::new(Arc::clone(wire), start.log_level, start.line_recording)),
            instance: Mutex::default(),
            calls: Mutex::default(),
            runtime: runtime.handle().clone(),
        });
        let (over, ended) = sync_channel(1);
        // Nothing is sent: the channel closes when this function returns.
        let (_alive, gone) = sync_channel::<()>(0);
        let listening = Arc::clone(&service);
        std::thread::spawn(move || listening.listen(reader, &over, &gone));
        match open(&start, Arc::clone(&service.host)) {
            Ok(instance) => {
                service.instance.lock().unwrap_or_else(PoisonError::into_inner).replace(Arc::new(instance));
                wire.send(Kind::Ok, 0, 0, &[]);
            }
            Err(error) => return refuse(wire, &error.into()),
        }
        // Ends when the host asks for it; when the host is gone, the reading thread ends the process.
        ended.recv().unwrap_or_default();
        runtime.shutdown_timeout(LINGER);
        // Calls that do not block have ended, so the plugin's destructors run here.
        drop(service.instance.lock().unwrap_or_else(PoisonError::into_inner).take());
    }

    fn listen(self: Arc<Self>, mut reader: BufReader<UnixStream>, over: &SyncSender<()>, gone: &Receiver<()>) {
        while let Ok(Some(frame)) = frame::read(&mut reader) {
            match frame.kind {
                Kind::Call => self.call(frame),
                Kind::Cancel => self.cancel(frame.id),
                Kind::ServiceOk | Kind::ServiceErr => self.host.replied(frame),
                Kind::Stopping => self.host.stop(),
                Kind::End => {
                    over.send(()).unwrap_or_default();
                    gone.recv_timeout(LAST_WORDS).unwrap_or_default();
                    return end_process();
                }
                _ => break,
            }
        }
        // The host is gone, so no result is used and no stop signal can arrive.
        end_process();
    }

    fn call(self: &Arc<Self>, frame: Frame) {
        let Frame { id, number, payload, .. } = frame;
        let instance = self.instance.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let Some(instance) = instance else {
            let error = Error::new(ErrorKind::Other, "the plugin was called before it was created");
            self.wire.send(Kind::Err, id, 0, &error.encode());
            return;
        };
        let mut calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
        // Created before the call's future and therefore dropped after it.
        let mut under_way = UnderWay { service: Arc::clone(self), id, answered: false };
        let task = self.runtime.spawn(async move {
            let result = instance.call(number, payload.into()).await;
            drop(instance);
            under_way.answer(&result);
        });
        calls.insert(id, task.abort_handle());
    }

    fn cancel(&self, id: u64) {
        if let Some(task) = self.calls.lock().unwrap_or_else(PoisonError::into_inner).get(&id) {
            task.abort();
        }
    }
}

/// A call that ends with exactly one message to the host.
struct UnderWay {
    service: Arc<Service>,
    id: u64,
    answered: bool,
}

impl UnderWay {
    fn answer(&mut self, result: &Result<rowsmith_abi::Buffer, rowsmith_abi::Buffer>) {
        self.answered = true;
        let (kind, bytes) = match result {
            Ok(bytes) => (Kind::Ok, bytes),
            Err(bytes) => (Kind::Err, bytes),
        };
        if !self.service.wire.send(kind, self.id, 0, bytes) {
            let most = MAX_BYTES >> 20;
            let error = Error::new(
                ErrorKind::TooLarge,
                format!("the plugin's answer is larger than the maximum of {most} MiB"),
            );
            self.service.wire.send(Kind::Err, self.id, 0, &error.encode());
        }
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.service.calls.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.id);
        if !self.answered {
            self.service.wire.send(Kind::Cancelled, self.id, 0, &[]);
        }
    }
}

/// Opens exactly the bytes that the host has checked.
fn open(start: &Start, host: Arc<RemoteHostServices>) -> Result<Instance, PluginError> {
    let source = match &start.file {
        Some(file) => Source::File(Arc::new(image(file)?)),
        None => linked(start)?,
    };
    make(&source, &start.config, HostHandle::new(host))
}

fn image(file: &StartFile) -> Result<Image, PluginError> {
    // The host's memory is not accessible everywhere; the file has the same bytes until it is replaced.
    let copy = file.copy.as_deref().and_then(|copy| Image::read(copy).ok());
    if let Some(mut copy) = copy.filter(|copy| copy.sha256() == file.sha256) {
        copy.path.clone_from(&file.path);
        return Ok(copy);
    }
    let image = Image::read(&file.path)?;
    if image.sha256() == file.sha256 {
        return Ok(image);
    }
    Err(PluginError::unusable(&file.path, "was changed while in use").with_hint("run again to use the new file"))
}

fn linked(start: &Start) -> Result<Source, PluginError> {
    let found = crate::builtin::plugins().into_iter().find_map(|plugin| {
        let manifest = Manifest::parse(plugin.manifest.as_bytes()).ok()?;
        let same = manifest.kind == start.kind && manifest.name == start.name;
        same.then(|| Source::Linked(Box::new(manifest), plugin))
    });
    found.ok_or_else(|| PluginError::unusable("(built in)", format!("has no {} plugin `{}`", start.kind, start.name)))
}

fn refuse(wire: &Wire, refusal: &Refusal) {
    wire.send(Kind::Err, 0, 0, &serde_json::to_vec(refusal).unwrap_or_default());
}

/// Ends this process without running plugin code, whose threads may hang.
fn end_process() {
    rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::KILL).unwrap_or_default();
}
