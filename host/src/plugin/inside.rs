//! Which plugin's code the current thread is running, for the sentence on a plugin that ends the process.

use std::cell::Cell;

/// A plugin's method.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Kind and name of the plugin, as people read them.
    pub plugin: &'static str,
    /// The name of the method.
    pub method: &'static str,
}

thread_local! {
    // Without a destructor, so that it can still be read while the process ends.
    static INSIDE: Cell<Option<Place>> = const { Cell::new(None) };
}

/// The thread is inside a plugin until this is dropped.
pub struct Entered(Option<Place>);

/// The thread enters a method of a plugin.
pub fn enter(place: Place) -> Entered {
    Entered(INSIDE.replace(Some(place)))
}

/// Where the thread is.
pub fn current() -> Option<Place> {
    INSIDE.get()
}

impl Drop for Entered {
    fn drop(&mut self) {
        INSIDE.set(self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_outer_place_comes_back() {
        let outer = Place { plugin: "scraper plugin `a`", method: "scrape" };
        let inner = Place { plugin: "cache plugin `b`", method: "store" };
        let entered = enter(outer);
        drop(enter(inner));
        assert_eq!(current(), Some(outer));
        drop(entered);
        assert_eq!(current(), None);
    }
}
