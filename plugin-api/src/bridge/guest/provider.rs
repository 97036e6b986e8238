//! The plugin side of the bridge for a provider.

use crate::bridge::method;
use crate::bridge::setup::{build, encode_panic, json, reply, unknown};
use crate::completion::CompletionRequest;
use crate::provider::Provider;
pub use crate::provider::Provider as Trait;
use rowsmith_abi::{Buffer, Callee, HostHandle, PanicMessage, ReplyFuture};
use std::sync::Arc;

struct Adapter<P>(Arc<P>);

/// Creates the provider `P` behind the bridge.
pub fn create<P: Provider>(config: &Buffer, host: HostHandle) -> Result<Arc<dyn Callee>, Buffer> {
    build(config, host, P::new, |provider, _| Arc::new(Adapter(Arc::new(provider))))
}

impl<P: Provider> Callee for Adapter<P> {
    fn call(&self, method: u32, payload: Buffer) -> ReplyFuture {
        let provider = Arc::clone(&self.0);
        match method {
            method::INFO => reply(async move { json(&provider.info()) }),
            method::COMPLETE => {
                reply(async move { provider.complete(CompletionRequest::decode(&payload)?).await?.encode() })
            }
            method::VERIFY => reply(async move { json(&provider.verify().await?) }),
            method::COUNT_TOKENS => {
                reply(async move { json(&provider.count_tokens(CompletionRequest::decode(&payload)?).await?) })
            }
            method::MODEL_INFO => reply(async move { json(&provider.model_info().await?) }),
            _ => unknown(method),
        }
    }

    fn panicked(&self, message: PanicMessage) -> Buffer {
        encode_panic(&message)
    }
}
