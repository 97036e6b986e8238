//! Converts panics to values.
//!
//! A panic that reaches an `extern "C"` function ends the process, and the host cannot catch it. So every entry of a
//! plugin runs under [`catch`], including the polling and dropping of its futures.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::future::Future;
use std::panic::{self, AssertUnwindSafe};
use std::pin::Pin;
use std::sync::Once;
use std::task::{Context, Poll};

/// Message of a panic, with its position in the source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PanicMessage(pub String);

thread_local! {
    static GUARDED: Cell<u32> = const { Cell::new(0) };
    static LAST_PANIC: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Installs a panic hook that records panics inside [`catch`] without printing them; the previous hook handles others.
///
/// Each library has its own copy of the standard library and its own hook. A plugin calls this function when it is
/// opened; the host calls it for plugins that are linked into it.
pub fn install_panic_hook() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let previous = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if GUARDED.get() == 0 {
                previous(info);
                return;
            }
            let position = info.location().map(|l| format!(" (at {}:{}:{})", l.file(), l.line(), l.column()));
            let text = format!("{}{}", payload_text(info.payload()), position.unwrap_or_default());
            LAST_PANIC.with(|last| *last.borrow_mut() = Some(text));
        }));
    });
}

/// Runs `work` and returns its value, or the message of its panic.
pub fn catch<T>(work: impl FnOnce() -> T) -> Result<T, PanicMessage> {
    GUARDED.set(GUARDED.get() + 1);
    let result = panic::catch_unwind(AssertUnwindSafe(work));
    GUARDED.set(GUARDED.get() - 1);
    result.map_err(|payload| {
        let recorded = LAST_PANIC.with(|last| last.borrow_mut().take());
        let text = recorded.unwrap_or_else(|| payload_text(payload.as_ref()));
        // The destructor of the payload is code of the plugin and may panic as well.
        let dropped = panic::catch_unwind(AssertUnwindSafe(|| drop(payload)));
        if let Err(second) = dropped {
            std::mem::forget(second);
        }
        PanicMessage(text)
    })
}

fn payload_text(payload: &(dyn Any + Send)) -> String {
    if let Some(text) = payload.downcast_ref::<&str>() {
        (*text).to_owned()
    } else if let Some(text) = payload.downcast_ref::<String>() {
        text.clone()
    } else {
        "a panic without a message".to_owned()
    }
}

/// A future whose panics are caught while it is polled and while it is dropped.
pub struct GuardedFuture<F> {
    inner: Option<Pin<Box<F>>>,
}

impl<F: Future> GuardedFuture<F> {
    /// Wraps a future.
    pub fn new(future: F) -> Self {
        Self { inner: Some(Box::pin(future)) }
    }
}

impl<F: Future> Future for GuardedFuture<F> {
    type Output = Result<F::Output, PanicMessage>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let Some(future) = self.inner.as_mut() else {
            return Poll::Ready(Err(PanicMessage("polled after its end".to_owned())));
        };
        let polled = match catch(|| future.as_mut().poll(context)) {
            Ok(Poll::Pending) => return Poll::Pending,
            Ok(Poll::Ready(output)) => Ok(output),
            Err(message) => Err(message),
        };
        let inner = self.inner.take();
        // A result counts, even if the destructor fails after it.
        match (polled, catch(|| drop(inner))) {
            (Ok(output), _) => Poll::Ready(Ok(output)),
            (Err(message), _) => Poll::Ready(Err(message)),
        }
    }
}

impl<F> Drop for GuardedFuture<F> {
    fn drop(&mut self) {
        let inner = self.inner.take();
        if inner.is_some() {
            // A dropped future has no caller for the message.
            drop(catch(|| drop(inner)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_message_and_position() {
        install_panic_hook();
        let message = catch(|| panic!("boom {}", 7)).unwrap_err();
        assert!(message.0.starts_with("boom 7 (at "), "{}", message.0);
        assert!(message.0.contains("guard.rs:"), "{}", message.0);
    }

    #[test]
    fn a_panic_in_the_drop_of_a_future_is_caught() {
        struct Bomb;
        impl Drop for Bomb {
            fn drop(&mut self) {
                panic!("in drop");
            }
        }
        let bomb = Bomb;
        drop(GuardedFuture::new(async move {
            let _bomb = bomb;
            std::future::pending::<()>().await;
        }));
    }
}
