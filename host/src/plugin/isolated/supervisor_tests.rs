use super::super::child_stub::{Script, Services, Then, send, session};
use super::Isolated;
use crate::limit::stop::Stop;
use crate::plugin::isolated::frame::{Frame, Kind};
use crate::plugin::isolated::launch::Launch;
use crate::plugin::isolated::session::ChildSession;
use rowsmith_abi::Buffer;
use rowsmith_plugin_api::bridge::client::Caller as _;
use rowsmith_plugin_api::bridge::method;
use rowsmith_plugin_api::manifest::PluginKind;
use rowsmith_plugin_api::{Error, ErrorKind};
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// Starts one child per script; the last script repeats.
struct Scripts {
    scripts: Vec<Script>,
    started: Arc<AtomicUsize>,
}

impl Launch for Scripts {
    fn launch(&self) -> std::io::Result<ChildSession> {
        let at = self.started.fetch_add(1, Ordering::Relaxed).min(self.scripts.len() - 1);
        Ok(session(self.scripts[at], Arc::new(Services::default()), &Stop::default()))
    }
}

fn isolated(kind: PluginKind, scripts: &[Script]) -> (Arc<Isolated>, Arc<AtomicUsize>) {
    let started = Arc::new(AtomicUsize::new(0));
    let launch = Scripts { scripts: scripts.to_vec(), started: Arc::clone(&started) };
    let mut isolated = Isolated::new(kind, "fake", Box::new(launch), Vec::new(), Duration::from_secs(7));
    isolated.pause = Duration::ZERO;
    (Arc::new(isolated), started)
}

/// Answers every call and ends on request.
fn answers(frame: &Frame, stream: &mut UnixStream) -> Then {
    match frame.kind {
        Kind::Start => send(stream, Kind::Ok, 0, 0, b""),
        Kind::Call => send(stream, Kind::Ok, frame.id, 0, &frame.payload),
        Kind::End => return Then::Dies,
        _ => {}
    }
    Then::Goes
}

/// Is created, and dies in its first call.
fn dies(frame: &Frame, stream: &mut UnixStream) -> Then {
    if frame.kind == Kind::Call { Then::Dies } else { answers(frame, stream) }
}

async fn call(isolated: &Arc<Isolated>, method: u32) -> Result<Vec<u8>, Error> {
    let reply = Arc::clone(isolated).call(method, Buffer::from("payload".to_owned())).await;
    reply.map(Buffer::into_vec)
}

#[tokio::test]
async fn a_cache_call_is_repeated_once_in_the_next_process() {
    let (cache, started) = isolated(PluginKind::Cache, &[dies, answers]);
    assert_eq!(call(&cache, method::PUT_MANY).await.unwrap(), b"payload");
    assert_eq!(started.load(Ordering::Relaxed), 2);

    let (cache, started) = isolated(PluginKind::Cache, &[dies, dies, answers]);
    let error = call(&cache, method::GET_MANY).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Other);
    assert!(error.message.contains("`fake`") && error.message.contains("SIGSEGV"), "{error}");
    assert_eq!(started.load(Ordering::Relaxed), 2);
    assert!(call(&cache, method::GET_MANY).await.is_ok(), "the next call has the next process");
}

#[tokio::test]
async fn a_completion_is_not_repeated_since_it_may_be_billed() {
    let (provider, started) = isolated(PluginKind::Provider, &[dies, answers]);
    let error = call(&provider, method::COMPLETE).await.unwrap_err();
    assert_eq!((error.kind, error.may_be_billed), (ErrorKind::Retryable, true));
    assert_eq!(started.load(Ordering::Relaxed), 1);
    assert!(call(&provider, method::COMPLETE).await.is_ok());
    let (provider, _) = isolated(PluginKind::Provider, &[dies, answers]);
    assert!(call(&provider, method::INFO).await.is_ok(), "a free call is retried");
}

#[tokio::test]
async fn after_20_ends_in_a_row_no_further_process_is_started() {
    let (provider, started) = isolated(PluginKind::Provider, &[dies]);
    for _ in 0..20 {
        assert_eq!(call(&provider, method::COMPLETE).await.unwrap_err().kind, ErrorKind::Retryable);
    }
    let error = call(&provider, method::COMPLETE).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Other);
    assert!(["`fake`", "20 times", "SIGSEGV"].iter().all(|part| error.message.contains(part)), "{error}");
    assert_eq!(started.load(Ordering::Relaxed), 20);
}

#[tokio::test(start_paused = true)]
async fn a_process_that_is_not_ready_in_time_is_killed() {
    let (provider, _) = isolated(PluginKind::Provider, &[|_, _| Then::Goes]);
    let start = tokio::time::Instant::now();
    let error = call(&provider, method::COMPLETE).await.unwrap_err();
    assert!(error.message.contains("`fake`") && error.message.contains("7 s"), "{error}");
    assert_eq!(start.elapsed().as_secs(), 7);
}

#[tokio::test]
async fn an_answer_resets_the_count_of_ends() {
    fn dies_in_its_second_call(frame: &Frame, stream: &mut UnixStream) -> Then {
        if frame.kind == Kind::Call && frame.id == 2 { Then::Dies } else { answers(frame, stream) }
    }
    let (provider, started) = isolated(PluginKind::Provider, &[dies_in_its_second_call]);
    for _ in 0..5 {
        assert!(call(&provider, method::COMPLETE).await.is_ok());
        assert!(call(&provider, method::COMPLETE).await.is_err());
    }
    assert_eq!(started.load(Ordering::Relaxed), 5);
}

#[tokio::test]
async fn many_calls_that_end_with_one_process_count_once() {
    fn dies_in_its_third_call(frame: &Frame, stream: &mut UnixStream) -> Then {
        match frame.kind {
            Kind::Call if frame.id == 3 => Then::Dies,
            Kind::Call => Then::Goes,
            _ => answers(frame, stream),
        }
    }
    let (provider, started) = isolated(PluginKind::Provider, &[dies_in_its_third_call, answers]);
    let call = || call(&provider, method::COMPLETE);
    let all = tokio::join!(call(), call(), call());
    assert!(all.0.is_err() && all.1.is_err() && all.2.is_err());
    assert!(call().await.is_ok());
    assert_eq!(started.load(Ordering::Relaxed), 2);
}

#[tokio::test]
async fn the_state_of_a_scraper_or_an_exporter_is_lost_with_its_process() {
    for (kind, method) in [(PluginKind::Scraper, method::SCRAPE), (PluginKind::Exporter, method::WRITE)] {
        let (plugin, started) = isolated(kind, &[dies, answers]);
        let first = call(&plugin, method).await.unwrap_err();
        let second = call(&plugin, method::FINISH).await.unwrap_err();
        for error in [first, second] {
            assert_eq!(error.kind, ErrorKind::Other);
            assert!(error.message.contains("`fake`") && error.message.contains("SIGSEGV"), "{error}");
        }
        assert_eq!(started.load(Ordering::Relaxed), 1);
    }
}

#[tokio::test]
async fn a_call_is_lost_to_another_one_at_most_once() {
    fn dies_of_poison(frame: &Frame, stream: &mut UnixStream) -> Then {
        if frame.kind == Kind::Call && frame.payload == b"poison" { Then::Dies } else { answers(frame, stream) }
    }
    // Holds the other call until the poisoned one arrives, so that both are in flight when the child dies.
    fn dies_of_poison_at_last(frame: &Frame, stream: &mut UnixStream) -> Then {
        if frame.payload == b"other" { Then::Goes } else { dies_of_poison(frame, stream) }
    }
    let (provider, started) = isolated(PluginKind::Provider, &[dies_of_poison_at_last, dies_of_poison]);
    provider.make().await.unwrap();
    let ask = |payload: &'static str| Arc::clone(&provider).call(method::COMPLETE, Buffer::from(payload.to_owned()));
    let (other, poison) = tokio::join!(ask("other"), ask("poison"));
    assert!(poison.is_err() && other.is_err());
    for _ in 0..3 {
        let (poison, other, new) = tokio::join!(ask("poison"), ask("other"), ask("new"));
        assert!(poison.is_err());
        assert_eq!((&other.unwrap()[..], &new.unwrap()[..]), (&b"other"[..], &b"new"[..]));
    }
    assert_eq!(started.load(Ordering::Relaxed), 5);
}
