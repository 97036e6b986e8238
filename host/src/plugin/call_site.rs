//! Which plugin's code the current thread is running, for the sentence on a plugin that ends the process.

use std::cell::Cell;

/// A plugin's method.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CallSite {
    /// Kind and name of the plugin, as people read them.
    pub plugin: &'static str,
    /// The name of the method.
    pub method: &'static str,
}

thread_local! {
    // Without a destructor, so that it can still be read while the process ends.
    static CURRENT: Cell<Option<CallSite>> = const { Cell::new(None) };
}

/// The thread is inside a plugin until this is dropped.
pub struct CallScope(Option<CallSite>);

/// The thread enters a method of a plugin.
pub fn enter(site: CallSite) -> CallScope {
    CallScope(CURRENT.replace(Some(site)))
}

/// Where the thread is.
pub fn current() -> Option<CallSite> {
    CURRENT.get()
}

impl Drop for CallScope {
    fn drop(&mut self) {
        CURRENT.set(self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_outer_place_comes_back() {
        let outer = CallSite { plugin: "scraper plugin `a`", method: "scrape" };
        let inner = CallSite { plugin: "cache plugin `b`", method: "store" };
        let entered = enter(outer);
        drop(enter(inner));
        assert_eq!(current(), Some(outer));
        drop(entered);
        assert_eq!(current(), None);
    }
}
