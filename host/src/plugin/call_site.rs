//! The plugin method that the current thread runs, for the message about a plugin that ends the process.

use std::cell::Cell;

/// A plugin's method.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CallSite {
    /// Kind and name of the plugin, for messages.
    pub plugin: &'static str,
    /// The name of the method.
    pub method: &'static str,
}

thread_local! {
    // Has no destructor, so that exit handlers can still read it.
    static CURRENT: Cell<Option<CallSite>> = const { Cell::new(None) };
}

/// Marks the thread as running a plugin's method until it is dropped.
pub struct CallScope(Option<CallSite>);

impl CallScope {
    /// Enters a method of a plugin.
    pub fn enter(site: CallSite) -> Self {
        Self(CURRENT.replace(Some(site)))
    }
}

/// Returns the plugin method that the thread runs.
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
    fn leaving_a_nested_scope_restores_the_outer_one() {
        let outer = CallSite { plugin: "scraper plugin `a`", method: "scrape" };
        let inner = CallSite { plugin: "cache plugin `b`", method: "store" };
        let scope = CallScope::enter(outer);
        drop(CallScope::enter(inner));
        assert_eq!(current(), Some(outer));
        drop(scope);
        assert_eq!(current(), None);
    }
}
