//! The HTTP client that all plugins share.

use super::record_replay::RecordReplay;
use crate::limit::backoff::{Backoff, jitter};
use crate::redact::Redactor;
use crate::settings::test_time::scaled;
use reqwest::header::{HeaderMap, HeaderValue, LOCATION, RETRY_AFTER};
use reqwest::{Client, Method, Response, Url};
use rowsmith_plugin_api::{Error, ErrorKind, HttpRequest, HttpResponse, Result};
use std::net::IpAddr;
use std::sync::OnceLock;
use std::time::{Duration, SystemTime};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(120);
const DEFAULT_BODY_BYTES: u64 = 32 << 20;
const USER_AGENT: &str = concat!("rowsmith/", env!("CARGO_PKG_VERSION"));
/// Headers that may hold keys; they are not sent to another host.
const CREDENTIALS: [&str; 5] = ["authorization", "proxy-authorization", "cookie", "x-api-key", "x-goog-api-key"];
const LOCAL_HINT: &str = "is the server running? start it (for example `ollama serve` or `llama-server -m MODEL`), and compare \
                          its port with that of `base_url`";
const RETRY: Backoff = Backoff { base: Duration::from_millis(500), cap: Duration::from_secs(8) };
/// Maximum wait that a server may request.
const MAX_WAIT: Duration = Duration::from_secs(120);

/// Sends requests; the client is created for the first one.
pub struct HttpService {
    client: OnceLock<std::result::Result<Client, String>>,
    redactor: Redactor,
    record_replay: RecordReplay,
}

impl HttpService {
    /// Creates a service whose errors hold no secret of `redactor`.
    pub fn new(redactor: Redactor) -> Self {
        Self::with_record_replay(redactor, RecordReplay::Off)
    }

    /// Creates a service that records its exchanges, or replays them.
    pub fn with_record_replay(redactor: Redactor, record_replay: RecordReplay) -> Self {
        Self { client: OnceLock::new(), redactor, record_replay }
    }

    /// Returns the way in which requests are answered.
    pub fn record_replay(&self) -> &RecordReplay {
        &self.record_replay
    }

    /// Returns whether requests are replayed, so that waiting has no use.
    pub fn is_replayed(&self) -> bool {
        matches!(self.record_replay, RecordReplay::Replay(_))
    }

    fn client(&self) -> Result<&Client> {
        let made = self.client.get_or_init(|| {
            // Fails only if another part of the process has installed a provider, which works too.
            drop(rustls::crypto::ring::default_provider().install_default());
            Client::builder()
                .user_agent(USER_AGENT)
                .connect_timeout(CONNECT_TIMEOUT)
                .redirect(reqwest::redirect::Policy::none())
                .build()
                .map_err(|error| chain(&error))
        });
        made.as_ref().map_err(|error| Error::new(ErrorKind::Other, format!("cannot create the HTTP client: {error}")))
    }

    /// Sends a request of a plugin, or replays its response.
    pub async fn send(&self, plugin: &str, request: HttpRequest) -> Result<HttpResponse> {
        match &self.record_replay {
            RecordReplay::Off => self.send_live(request).await,
            RecordReplay::Record(recorder) => recorder.record(plugin, request, async |r| self.send_live(r).await).await,
            RecordReplay::Replay(replayer) => replayer.answer(plugin, &request).await,
        }
    }

    /// Sends a request with the redirects and retries that it allows.
    async fn send_live(&self, request: HttpRequest) -> Result<HttpResponse> {
        let timeout = request.timeout_ms.map_or(DEFAULT_TIMEOUT, Duration::from_millis);
        let mut attempt = 0;
        loop {
            attempt += 1;
            let result = match tokio::time::timeout(scaled(timeout), self.exchange(&request)).await {
                Ok(result) => result,
                Err(_) => Err(timed_out(format!("{} did not answer within {timeout:?}", shown(&request.url)))),
            };
            let wait = match &result {
                Ok(response) if matches!(response.status.as_u16(), 408 | 425 | 429 | 500..=599) => {
                    response.header("retry-after").and_then(rowsmith_plugin_api::duration::parse_wait)
                }
                Err(error) if error.kind == ErrorKind::Retryable => None,
                _ => return self.cleaned(result),
            };
            if attempt > u32::from(request.retries) || wait.is_some_and(|wait| wait > MAX_WAIT) {
                return self.cleaned(result);
            }
            let pause = wait.unwrap_or_else(|| RETRY.delay(attempt, jitter()));
            tracing::debug!(url = %shown(&request.url), attempt, ?pause, "retrying a request");
            tokio::time::sleep(scaled(pause)).await;
        }
    }

    fn cleaned(&self, result: Result<HttpResponse>) -> Result<HttpResponse> {
        result.map_err(|mut error| {
            error.message = self.redactor.clean(&error.message).into_owned();
            error
        })
    }

    async fn exchange(&self, request: &HttpRequest) -> Result<HttpResponse> {
        let mut url = parse_url(&request.url)?;
        let mut headers = credentials_marked(request.headers.clone());
        for _ in 0..=request.redirects {
            let idle = IdleLimit(request.idle_timeout_ms.map(Duration::from_millis));
            let place = shown(url.as_str());
            let response = idle.run(&place, self.once(request, url.clone(), headers.clone())).await?;
            let Some(next) = redirect_target(&response, &url) else {
                return read(response, request.max_body_bytes.unwrap_or(DEFAULT_BODY_BYTES), idle).await;
            };
            if request.redirects == 0 || request.method != Method::GET {
                return Err(Error::new(
                    ErrorKind::Auth,
                    format!(
                        "{} redirects to {}; keys are not sent to another address",
                        shown(url.as_str()),
                        shown(next.as_str())
                    ),
                )
                .hint("check `base_url`"));
            }
            if next.scheme() == "http" && url.scheme() == "https" {
                return Err(Error::new(
                    ErrorKind::BadRequest,
                    format!("{} redirects from https to http", shown(url.as_str())),
                ));
            }
            if next.origin() != url.origin() {
                for name in CREDENTIALS {
                    headers.remove(name);
                }
            }
            url = next;
        }
        Err(Error::new(
            ErrorKind::BadRequest,
            format!("{} redirects more than {} times", shown(&request.url), request.redirects),
        ))
    }

    async fn once(&self, request: &HttpRequest, url: Url, headers: HeaderMap) -> Result<Response> {
        let place = shown(url.as_str());
        let mut builder = self.client()?.request(request.method.clone(), url).headers(headers);
        if !request.body.is_empty() {
            builder = builder.body(request.body.clone());
        }
        tracing::trace!(method = request.method.as_str(), url = place, bytes = request.body.len(), "request");
        builder.send().await.map_err(|error| network_error(&place, &error))
    }
}

fn parse_url(text: &str) -> Result<Url> {
    let invalid =
        |why: String| Error::new(ErrorKind::BadRequest, format!("`{}` is not a valid address: {why}", shown(text)));
    let url = Url::parse(text).map_err(|error| invalid(error.to_string()))?;
    if matches!(url.scheme(), "http" | "https") {
        Ok(url)
    } else {
        Err(invalid("it must start with http:// or https://".to_owned()))
    }
}

/// Marks the values of credentials, so that no debug output shows them.
fn credentials_marked(mut headers: HeaderMap) -> HeaderMap {
    for name in CREDENTIALS {
        if let Some(value) = headers.get_mut(name) {
            value.set_sensitive(true);
        }
    }
    headers
}

fn redirect_target(response: &Response, from: &Url) -> Option<Url> {
    if !matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308) {
        return None;
    }
    from.join(response.headers().get(LOCATION)?.to_str().ok()?).ok()
}

/// The time without any byte of a response after which the exchange fails.
#[derive(Clone, Copy)]
struct IdleLimit(Option<Duration>);

impl IdleLimit {
    async fn run<T>(self, place: &str, step: impl Future<Output = Result<T>>) -> Result<T> {
        let Some(limit) = self.0 else { return step.await };
        tokio::time::timeout(scaled(limit), step)
            .await
            .unwrap_or_else(|_| Err(timed_out(format!("{place} sent nothing for {limit:?}"))))
    }
}

/// A request without a response may be charged.
fn timed_out(message: String) -> Error {
    Error::new(ErrorKind::Retryable, message).maybe_billed().timed_out()
}

async fn read(mut response: Response, most: u64, idle: IdleLimit) -> Result<HttpResponse> {
    let place = shown(response.url().as_str());
    let mut body = Vec::new();
    loop {
        let chunk = async { response.chunk().await.map_err(|error| network_error(&place, &error)) };
        let Some(chunk) = idle.run(&place, chunk).await? else { break };
        if body.len() as u64 + chunk.len() as u64 > most {
            return Err(Error::new(ErrorKind::InvalidData, format!("{place} answered with more than {most} bytes")));
        }
        body.extend_from_slice(&chunk);
    }
    let status = response.status();
    let mut headers = std::mem::take(response.headers_mut());
    if let Some(seconds) = headers.get(RETRY_AFTER).and_then(|date| seconds_until(date.to_str().ok()?)) {
        headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    Ok(HttpResponse { status, headers, url: place, body })
}

/// Converts a `Retry-After` date to seconds from now, since plugins have no clock.
fn seconds_until(text: &str) -> Option<u64> {
    let date = httpdate::parse_http_date(text.trim()).ok()?;
    let wait = date.duration_since(SystemTime::now()).unwrap_or_default();
    Some(wait.as_secs().saturating_add(1))
}

fn network_error(place: &str, error: &reqwest::Error) -> Error {
    let kind = if error.is_builder() { ErrorKind::BadRequest } else { ErrorKind::Retryable };
    let what = if error.is_connect() {
        "cannot be reached"
    } else if error.is_timeout() {
        "did not answer in time"
    } else {
        "closed the connection early"
    };
    let mapped = Error::new(kind, format!("{place} {what}: {}", chain(error))).with_context("url", place);
    let mapped = if error.is_timeout() && !error.is_connect() { mapped.timed_out() } else { mapped };
    let mapped = if error.is_connect() && is_local(place) { mapped.hint(LOCAL_HINT) } else { mapped };
    // After the connection is established, the service may have processed, and charged for, the request.
    if error.is_connect() || error.is_builder() { mapped } else { mapped.maybe_billed() }
}

/// Returns whether an address is one of this machine.
fn is_local(address: &str) -> bool {
    let url = Url::parse(address).ok();
    let host = url.as_ref().and_then(Url::host_str).unwrap_or_default().trim_matches(['[', ']']);
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback() || address.is_unspecified())
}

/// Returns the innermost cause of an error; reqwest's own text only repeats the address.
fn chain(error: &dyn std::error::Error) -> String {
    let mut last = error;
    while let Some(source) = last.source() {
        last = source;
    }
    last.to_string()
}

/// Returns an address without its query, which may hold keys.
fn shown(url: &str) -> String {
    url.split(['?', '#']).next().unwrap_or_default().to_owned()
}
