//! The host side of the bridge: clients with the methods of the traits.

pub use super::cache_client::{CacheClient, Values};

use super::method;
use crate::completion::{Completion, CompletionRequest, ModelInfo, ProviderInfo};
use crate::error::{Error, Result};
use crate::exporter::{ExportSummary, FinishMode, Target};
use crate::host::BoxFuture;
use crate::row::{Column, RowChunk};
use crate::scraper::{Ending, Listing, SourcePaths};
use rowsmith_abi::{Buffer, Instance};
use serde::de::DeserializeOwned;
use std::sync::Arc;

/// Carries calls to a plugin, wherever it runs.
pub trait Caller: Send + Sync + 'static {
    /// Calls one method. Dropping the future cancels the call.
    fn call(self: Arc<Self>, method: u32, payload: Buffer) -> BoxFuture<Result<Buffer>>;

    /// Returns the error for an unreadable reply. A caller that knows the plugin's name adds it.
    fn unreadable(&self, _method: u32, error: Error) -> Error {
        error
    }
}

impl Caller for Instance {
    fn call(self: Arc<Self>, method: u32, payload: Buffer) -> BoxFuture<Result<Buffer>> {
        Box::pin(async move {
            let result = Self::call(&self, method, payload).await;
            result.map_err(|bytes| Error::decode(&bytes))
        })
    }
}

/// A plugin of any kind.
#[derive(Clone)]
pub struct Remote(Arc<dyn Caller>);

impl Remote {
    /// Creates a remote whose calls go to `caller`.
    pub fn new(caller: Arc<dyn Caller>) -> Self {
        Self(caller)
    }

    /// Returns the caller, to wrap it.
    pub fn into_caller(self) -> Arc<dyn Caller> {
        self.0
    }

    pub(super) async fn call(&self, method: u32, payload: Buffer) -> Result<Buffer> {
        Arc::clone(&self.0).call(method, payload).await
    }

    /// Returns the error for an unreadable reply.
    pub(super) fn unreadable(&self, method: u32, error: Error) -> Error {
        self.0.unreadable(method, error)
    }

    pub(super) async fn read<T>(
        &self,
        method: u32,
        payload: Buffer,
        read: impl FnOnce(&[u8]) -> Result<T>,
    ) -> Result<T> {
        let reply = self.call(method, payload).await?;
        read(&reply).map_err(|error| self.0.unreadable(method, error))
    }

    pub(super) async fn json<T: DeserializeOwned>(&self, method: u32, payload: Buffer) -> Result<T> {
        self.read(method, payload, |reply| Ok(serde_json::from_slice(reply)?)).await
    }
}

/// A scraper behind the bridge.
#[derive(Clone)]
pub struct ScraperClient(pub Remote);

impl ScraperClient {
    /// See [`crate::Scraper::scrape`]; rows arrive at the host's `EMIT_ROWS` with this sink's number.
    ///
    /// # Errors
    /// Errors of the scraper.
    pub async fn scrape(&self, sink: u64) -> Result<()> {
        self.0.call(method::SCRAPE, Buffer::from(sink.to_string())).await.map(drop)
    }

    /// See [`crate::Scraper::list`].
    ///
    /// # Errors
    /// Errors of the scraper.
    pub async fn list(&self) -> Result<Vec<Listing>> {
        self.0.json(method::LIST, Buffer::default()).await
    }

    /// See [`crate::Scraper::source_paths`]. Empty for plugins built before 0.3.0, which do not have the method.
    ///
    /// # Errors
    /// When the scraper panics.
    pub async fn source_paths(&self) -> Result<SourcePaths> {
        let paths = Error::optional(self.0.json(method::SOURCE_PATHS, Buffer::default()).await)?;
        Ok(paths.unwrap_or_default())
    }

    /// See [`crate::Scraper::finish`]. Does nothing for plugins built before 0.3.0, which do not have the method.
    ///
    /// # Errors
    /// Errors of the scraper.
    pub async fn finish(&self, ending: Ending) -> Result<()> {
        let payload = Buffer::from(serde_json::to_vec(&ending)?);
        Error::optional(self.0.call(method::FINISH_SCRAPER, payload).await).map(drop)
    }
}

/// A provider behind the bridge.
#[derive(Clone)]
pub struct ProviderClient(pub Remote);

impl ProviderClient {
    /// See [`crate::Provider::info`].
    ///
    /// # Errors
    /// When the provider panics.
    pub async fn info(&self) -> Result<ProviderInfo> {
        self.0.json(method::INFO, Buffer::default()).await
    }

    /// See [`crate::Provider::complete`].
    ///
    /// # Errors
    /// Errors of the provider.
    pub async fn complete(&self, request: &CompletionRequest) -> Result<Completion> {
        self.complete_encoded(request.encode()?).await
    }

    /// As [`ProviderClient::complete`], with what [`CompletionRequest::encode`] wrote.
    ///
    /// # Errors
    /// Errors of the provider.
    pub async fn complete_encoded(&self, request: Buffer) -> Result<Completion> {
        self.0.read(method::COMPLETE, request, Completion::decode).await
    }

    /// See [`crate::Provider::verify`].
    ///
    /// # Errors
    /// Errors of the provider.
    pub async fn verify(&self) -> Result<String> {
        self.0.json(method::VERIFY, Buffer::default()).await
    }

    /// See [`crate::Provider::count_tokens`].
    ///
    /// # Errors
    /// Errors of the provider; [`crate::ErrorKind::Unsupported`] if it does not count.
    pub async fn count_tokens(&self, request: &CompletionRequest) -> Result<u64> {
        self.0.json(method::COUNT_TOKENS, request.encode()?).await
    }

    /// See [`crate::Provider::model_info`].
    ///
    /// # Errors
    /// Errors of the provider; [`crate::ErrorKind::Unsupported`] if it does not know the model.
    pub async fn model_info(&self) -> Result<ModelInfo> {
        self.0.json(method::MODEL_INFO, Buffer::default()).await
    }
}

/// An exporter behind the bridge.
#[derive(Clone)]
pub struct ExporterClient(pub Remote);

impl ExporterClient {
    /// See [`crate::Exporter::target`].
    ///
    /// # Errors
    /// When the exporter panics.
    pub async fn target(&self) -> Result<Target> {
        self.0.json(method::TARGET, Buffer::default()).await
    }

    /// See [`crate::Exporter::replace_existing`]. Returns false for a plugin without the method, which follows its config.
    ///
    /// # Errors
    /// Errors of the exporter.
    pub async fn replace_existing(&self) -> Result<bool> {
        let reply = Error::optional(self.0.call(method::REPLACE_EXISTING, Buffer::default()).await)?;
        Ok(reply.is_some())
    }

    /// See [`crate::Exporter::describe_columns`]. Does nothing for plugins without the method.
    ///
    /// # Errors
    /// Errors of the exporter.
    pub async fn describe_columns(&self, columns: &[Column]) -> Result<()> {
        let payload = Buffer::from(serde_json::to_vec(columns)?);
        Error::optional(self.0.call(method::DESCRIBE_COLUMNS, payload).await).map(drop)
    }

    /// See [`crate::Exporter::begin`].
    ///
    /// # Errors
    /// Errors of the exporter.
    pub async fn begin(&self, columns: &[String]) -> Result<()> {
        self.0.call(method::BEGIN, Buffer::from(serde_json::to_vec(columns)?)).await.map(drop)
    }

    /// See [`crate::Exporter::write`].
    ///
    /// # Errors
    /// Errors of the exporter.
    pub async fn write(&self, rows: &RowChunk) -> Result<()> {
        self.0.call(method::WRITE, rows.encode()?).await.map(drop)
    }

    /// See [`crate::Exporter::finish`].
    ///
    /// # Errors
    /// Errors of the exporter.
    pub async fn finish(&self, mode: FinishMode) -> Result<ExportSummary> {
        self.0.json(method::FINISH, Buffer::from(serde_json::to_vec(&mode)?)).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;
    use std::task::{Context, Poll, Waker};

    /// Answers every call with the same reply.
    struct FixedReply(Result<&'static str>);

    impl Caller for FixedReply {
        fn call(self: Arc<Self>, _: u32, _: Buffer) -> BoxFuture<Result<Buffer>> {
            Box::pin(async move { self.0.clone().map(|text| Buffer::from(text.to_owned())) })
        }
    }

    fn remote(reply: Result<&'static str>) -> Remote {
        Remote::new(Arc::new(FixedReply(reply)))
    }

    fn source_paths(reply: Result<&'static str>) -> Result<SourcePaths> {
        let client = ScraperClient(remote(reply));
        ready(client.source_paths())
    }

    fn ready<T>(call: impl Future<Output = T>) -> T {
        let mut call = std::pin::pin!(call);
        match call.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(result) => result,
            Poll::Pending => panic!("the call waits"),
        }
    }

    #[test]
    fn columns_are_not_described_to_plugins_without_the_method() {
        let describe = |reply| ready(ExporterClient(remote(reply)).describe_columns(&[Column::new("a")]));
        assert_eq!(describe(Err(Error::unsupported("method 45"))), Ok(()));
        assert_eq!(describe(Ok("")), Ok(()));
        let refused = Error::new(ErrorKind::InvalidData, "too many columns");
        assert_eq!(describe(Err(refused.clone())), Err(refused));
    }

    #[test]
    fn source_paths_are_empty_for_plugins_without_the_method() {
        assert_eq!(source_paths(Err(Error::unsupported("method 3"))), Ok(SourcePaths::default()));
        assert_eq!(source_paths(Ok("{}")), Ok(SourcePaths::default()));
        assert_eq!(source_paths(Ok(r#"{"files": ["a.csv"], "later": 1}"#)), Ok(SourcePaths::file("a.csv")));
        let error = source_paths(Err(Error::new(ErrorKind::Panic, "panicked"))).unwrap_err();
        assert_eq!(error.kind, ErrorKind::Panic);
    }
}
