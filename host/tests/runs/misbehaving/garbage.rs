//! Replies that break the protocol. No plugin written with the traits can send them.

use rowsmith::limit::stop::{Stop, StopReason};
use rowsmith::plugin::call_guard::{GuardOptions, guard};
use rowsmith::redact::Redactor;
use rowsmith_abi::{Buffer, Callee, Instance, PanicMessage, ReplyFuture};
use rowsmith_plugin_api::bridge::client::{CacheClient, ExporterClient, ProviderClient, Remote, ScraperClient};
use rowsmith_plugin_api::exporter::FinishMode;
use rowsmith_plugin_api::manifest::PluginKind;
use rowsmith_plugin_api::{CompletionRequest, Error, ErrorKind, RowChunk};
use std::future::{pending, ready};
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::time::advance;

const LIMIT: Duration = Duration::from_secs(600);

/// A plugin that sends the same reply to every call, or none.
struct ConstantReply(Option<Result<Vec<u8>, Vec<u8>>>);

impl Callee for ConstantReply {
    fn call(&self, _: u32, _: Buffer) -> ReplyFuture {
        match self.0.clone() {
            Some(reply) => Box::pin(ready(reply.map(Buffer::from).map_err(Buffer::from))),
            None => Box::pin(pending()),
        }
    }

    fn panicked(&self, message: PanicMessage) -> Buffer {
        Buffer::from(message.0)
    }
}

fn plugin(kind: PluginKind, reply: Option<Result<Vec<u8>, Vec<u8>>>, stop: &Stop) -> Remote {
    let redactor = Redactor::default();
    redactor.add(["secret-1234".to_owned()]);
    let options = GuardOptions {
        kind,
        name: "x".to_owned(),
        timeout: LIMIT,
        calls: Handle::current(),
        stop: stop.clone(),
        redactor,
    };
    guard(Remote::new(Arc::new(Instance::new(Arc::new(ConstantReply(reply))))), options)
}

/// Returns the errors of this reply to every method of a kind.
async fn errors(kind: PluginKind, reply: Result<&[u8], &[u8]>) -> Vec<(&'static str, Error)> {
    let reply = Some(reply.map(<[u8]>::to_vec).map_err(<[u8]>::to_vec));
    let remote = plugin(kind, reply, &Stop::default());
    let key = [0; 32];
    let mut errors = Vec::new();
    let mut note = |method, error: Option<Error>| errors.extend(error.map(|error| (method, error)));
    match kind {
        PluginKind::Scraper => note("list", ScraperClient(remote).list().await.err()),
        PluginKind::Provider => {
            let provider = ProviderClient(remote);
            note("info", provider.info().await.err());
            note("complete", provider.complete(&CompletionRequest::default()).await.err());
            note("verify", provider.verify().await.err());
        }
        PluginKind::Cache => {
            let cache = CacheClient(remote);
            note("store", cache.store().await.err());
            let values = cache.get_many(&[key]).await;
            note("get_many", values.and_then(|values| values.all().map(drop)).err());
            note("scan", cache.scan(None, 1).await.err());
            note("delete_many", cache.delete_many(&[key]).await.err());
            note("clear", cache.clear().await.err());
            note("stats", cache.stats().await.err());
            note("verify", cache.verify().await.err());
        }
        PluginKind::Exporter => {
            let exporter = ExporterClient(remote);
            note("target", exporter.target().await.err());
            note("finish", exporter.finish(FinishMode::Complete).await.err());
        }
    }
    errors
}

const METHODS: [(PluginKind, usize); 4] =
    [(PluginKind::Scraper, 1), (PluginKind::Provider, 3), (PluginKind::Cache, 7), (PluginKind::Exporter, 2)];

#[tokio::test]
async fn unreadable_replies_are_errors_of_plugin_and_method() {
    for (kind, count) in METHODS {
        for reply in [&b""[..], b"{", b"\xff\xff\xff\xfe", b"secret-1234", &[0x41; 100]] {
            let errors = errors(kind, Ok(reply)).await;
            assert_eq!(errors.len(), count, "{kind}: {reply:?}: {errors:?}");
            for (method, error) in errors {
                let names = [format!("{kind} plugin `x`"), format!("`{method}`")];
                assert!(names.iter().all(|name| error.message.contains(name)), "{reply:?}: {error}");
                assert_eq!(error.kind, ErrorKind::InvalidData, "{kind} {method}");
                assert!(!error.message.contains("secret-1234"), "{error}");
            }
        }
    }
}

#[tokio::test]
async fn unreadable_errors_are_errors() {
    for (kind, count) in METHODS {
        for reply in [&b""[..], b"no", b"{}", br#"{"kind":7}"#] {
            let errors = errors(kind, Err(reply)).await;
            assert_eq!(errors.len(), count, "{kind}: {errors:?}");
            assert!(errors.iter().all(|(_, error)| error.kind == ErrorKind::Other), "{errors:?}");
        }
    }
}

#[tokio::test]
async fn unknown_kinds_of_errors_are_other_errors() {
    let error =
        br#"{"kind":"martian","message":"no secret-1234","hint":"a\nb","context":[["key","secret-1234"]],"more":1}"#;
    for (kind, _) in METHODS {
        for (_, error) in errors(kind, Err(error)).await {
            assert_eq!((error.kind, error.message.as_str()), (ErrorKind::Other, "no [secret]"));
            assert_eq!((error.hint.as_deref(), error.context("key")), (Some("a b"), Some("[secret]")));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn call_without_reply_ends_at_its_deadline() {
    let exporter = ExporterClient(plugin(PluginKind::Exporter, None, &Stop::default()));
    let call = tokio::spawn(async move { exporter.finish(FinishMode::Complete).await });
    tokio::task::yield_now().await;
    advance(Duration::from_secs(599)).await;
    tokio::task::yield_now().await;
    assert!(!call.is_finished());
    advance(Duration::from_secs(2)).await;
    let error = call.await.unwrap().unwrap_err();
    assert!(error.message.contains("`finish`") && error.message.contains("600 s"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn signals_shorten_the_deadline_and_limits_do_not() {
    for (reason, seconds) in [(StopReason::Interrupted, 5), (StopReason::Terminated, 5), (StopReason::RowFailed, 600)] {
        let stop = Stop::default();
        let exporter = ExporterClient(plugin(PluginKind::Exporter, None, &stop));
        let rows = RowChunk::decode(b"RSC1\0\0\0\0\0\0\0\0\0\0\0\0").unwrap();
        let call = tokio::spawn(async move { exporter.write(&rows).await });
        tokio::task::yield_now().await;
        stop.request(reason.clone());
        tokio::task::yield_now().await;
        advance(Duration::from_millis(seconds * 1_000 - 500)).await;
        tokio::task::yield_now().await;
        assert!(!call.is_finished(), "{reason:?}");
        advance(Duration::from_secs(1)).await;
        let error = call.await.unwrap().unwrap_err();
        assert!(error.message.contains("`write`") && error.message.contains(&format!("{seconds} s")), "{error}");
    }
}
