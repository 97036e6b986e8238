//! The plugin side of the bridge for a scraper.

use crate::bridge::method;
use crate::bridge::setup::{build, encode_panic, json, reply, unknown};
use crate::host::Host;
pub use crate::scraper::Scraper as Trait;
use crate::scraper::{RowSink, Scraper};
use rowsmith_abi::{Buffer, Callee, HostHandle, PanicMessage, ReplyFuture};
use std::sync::Arc;

struct Adapter<S> {
    scraper: Arc<S>,
    host: Host,
}

/// Creates the scraper `S` behind the bridge.
pub fn create<S: Scraper>(config: &Buffer, host: HostHandle) -> Result<Arc<dyn Callee>, Buffer> {
    build(config, host, S::new, |scraper, host| Arc::new(Adapter { scraper: Arc::new(scraper), host }))
}

impl<S: Scraper> Callee for Adapter<S> {
    fn call(&self, method: u32, payload: Buffer) -> ReplyFuture {
        let scraper = Arc::clone(&self.scraper);
        match method {
            method::SCRAPE => {
                let host = self.host.clone();
                reply(async move {
                    let mut sink = RowSink::new(host, serde_json::from_slice(&payload)?);
                    scraper.scrape(&mut sink).await?;
                    sink.flush().await?;
                    Ok(Buffer::default())
                })
            }
            method::LIST => reply(async move { json(&scraper.list().await?) }),
            method::SOURCE_PATHS => reply(async move { json(&scraper.source_paths()) }),
            method::FINISH_SCRAPER => reply(async move {
                scraper.finish(serde_json::from_slice(&payload)?).await?;
                Ok(Buffer::default())
            }),
            _ => unknown(method),
        }
    }

    fn panicked(&self, message: PanicMessage) -> Buffer {
        encode_panic(&message)
    }
}
