//! Turns a panic into a value.
//!
//! A panic that reaches an `extern "C"` edge ends the process, and nothing on the host's side can catch
//! it. So every entry of a plugin, the polling and the dropping of its futures included, runs in here.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::future::Future;
use std::panic::{self, AssertUnwindSafe};
use std::pin::Pin;
use std::sync::Once;
use std::task::{Context, Poll};

/// What a panic said, with the place in the source where it happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PanicMessage(pub String);

thread_local! {
    static GUARDED: Cell<u32> = const { Cell::new(0) };
    static LAST_PANIC: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Makes panics inside [`catch`] silent and remembers what they said; all others go to the hook before it.
///
/// Each library has its own copy of the standard library and so its own hook: a plugin calls this once
/// when it is opened, and so does the host, for plugins that are linked into it.
pub fn install_panic_hook() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let previous = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if GUARDED.get() == 0 {
                previous(info);
                return;
            }
            let place = info.location().map(|l| format!(" (at {}:{}:{})", l.file(), l.line(), l.column()));
            let text = format!("{}{}", payload_text(info.payload()), place.unwrap_or_default());
            LAST_PANIC.with(|last| *last.borrow_mut() = Some(text));
        }));
    });
}

/// Runs `work` and returns its value, or what its panic said.
pub fn catch<T>(work: impl FnOnce() -> T) -> Result<T, PanicMessage> {
    GUARDED.set(GUARDED.get() + 1);
    let result = panic::catch_unwind(AssertUnwindSafe(work));
    GUARDED.set(GUARDED.get() - 1);
    result.map_err(|payload| {
        let remembered = LAST_PANIC.with(|last| last.borrow_mut().take());
        let text = remembered.unwrap_or_else(|| payload_text(payload.as_ref()));
        // The payload's own destructor is the plugin's code as well, and it may panic too.
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
        "a panic without a text".to_owned()
    }
}

/// A future whose panics, while polled and while dropped, stay inside.
pub struct GuardedFuture<F> {
    inner: Option<Pin<Box<F>>>,
}

impl<F: Future> GuardedFuture<F> {
    /// Puts `future` under guard.
    pub fn new(future: F) -> Self {
        Self { inner: Some(Box::pin(future)) }
    }
}

impl<F: Future> Future for GuardedFuture<F> {
    type Output = Result<F::Output, PanicMessage>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let Some(future) = self.inner.as_mut() else {
            return Poll::Ready(Err(PanicMessage("polled after it had ended".to_owned())));
        };
        let polled = match catch(|| future.as_mut().poll(context)) {
            Ok(Poll::Pending) => return Poll::Pending,
            Ok(Poll::Ready(output)) => Ok(output),
            Err(message) => Err(message),
        };
        let inner = self.inner.take();
        // An answer that was made is worth more than a destructor that failed after it.
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
            // Nobody waits for a dropped future, so there is nobody to tell.
            drop(catch(|| drop(inner)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_its_text_and_place() {
        install_panic_hook();
        let message = catch(|| panic!("boom {}", 7)).unwrap_err();
        assert!(message.0.starts_with("boom 7 (at "), "{}", message.0);
        assert!(message.0.contains("guard.rs:"), "{}", message.0);
    }

    #[test]
    fn a_panic_in_drop_of_a_cancelled_future_stays_inside() {
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
