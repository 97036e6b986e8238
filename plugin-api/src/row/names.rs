//! The names of columns, with their positions.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

/// Number of names up to which they are compared one by one.
const FEW: usize = 32;

/// A growing list of names that finds a name in constant time.
#[derive(Debug)]
pub(super) struct ColumnNames {
    names: Vec<String>,
    /// Positions by name; empty while there are few names.
    positions: HashMap<String, usize>,
    /// The list as chunks share it, until a name is added.
    shared: OnceLock<Arc<[String]>>,
}

impl ColumnNames {
    pub(super) fn new(names: Arc<[String]>) -> Self {
        let mut list = Self { names: names.to_vec(), positions: HashMap::new(), shared: OnceLock::from(names) };
        if list.names.len() > FEW {
            list.index();
        }
        list
    }

    pub(super) fn len(&self) -> usize {
        self.names.len()
    }

    pub(super) fn get(&self, at: usize) -> Option<&str> {
        self.names.get(at).map(String::as_str)
    }

    pub(super) fn position(&self, name: &str) -> Option<usize> {
        if self.names.len() <= FEW {
            return self.names.iter().position(|known| known == name);
        }
        self.positions.get(name).copied()
    }

    pub(super) fn push(&mut self, name: &str) {
        self.shared.take();
        self.names.push(name.to_owned());
        match self.names.len() {
            ..=FEW => {}
            len if self.positions.is_empty() => {
                debug_assert_eq!(len, FEW + 1);
                self.index();
            }
            len => {
                self.positions.entry(name.to_owned()).or_insert(len - 1);
            }
        }
    }

    pub(super) fn shared(&self) -> &Arc<[String]> {
        self.shared.get_or_init(|| self.names.as_slice().into())
    }

    /// Fills the positions; of two equal names the first one counts.
    fn index(&mut self) {
        for (at, name) in self.names.iter().enumerate() {
            self.positions.entry(name.clone()).or_insert(at);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_in_short_and_long_lists() {
        let mut list = ColumnNames::new(Arc::from([]));
        for at in 0..100 {
            let name = format!("c{at}");
            assert_eq!(list.position(&name), None);
            list.push(&name);
            assert_eq!((list.position("c0"), list.position(&name)), (Some(0), Some(at)));
            assert_eq!((list.get(at), list.shared().len()), (Some(name.as_str()), at + 1));
        }
        let copy = ColumnNames::new(Arc::clone(list.shared()));
        assert_eq!((copy.len(), copy.position("c99"), copy.position("d")), (100, Some(99), None));
    }
}
