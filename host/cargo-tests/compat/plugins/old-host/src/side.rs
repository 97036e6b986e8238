//! What plugins are lent: somewhere to send rows, and nothing else.

use rowsmith_abi::{Buffer, HostSide, PanicMessage, ReplyFuture};
use rowsmith_plugin_api::glue::encode_panic;
use rowsmith_plugin_api::host::operation;
use rowsmith_plugin_api::prelude::*;
use rowsmith_plugin_api::scraper::decode_rows;
use std::sync::{Mutex, PoisonError};

/// Keeps the rows that come.
#[derive(Default)]
pub(crate) struct Side(Mutex<Vec<RowChunk>>);

impl Side {
    pub(crate) fn rows(&self) -> Vec<RowChunk> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn answer(&self, operation: u32, payload: &[u8]) -> Result<Buffer> {
        if operation != operation::EMIT_ROWS {
            return Err(Error::unsupported(&format!("host operation {operation}")));
        }
        let (_, rows) = decode_rows(payload)?;
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(rows);
        Ok(Buffer::default())
    }
}

impl HostSide for Side {
    fn call(&self, operation: u32, payload: Buffer) -> ReplyFuture {
        Box::pin(std::future::ready(self.answer(operation, &payload).map_err(|error| error.encode())))
    }

    fn log(&self, _level: u32, _target: &str, _message: &str) {}

    fn query(&self, _question: u32) -> u64 {
        0
    }

    fn panicked(&self, message: PanicMessage) -> Buffer {
        encode_panic(&message)
    }
}
