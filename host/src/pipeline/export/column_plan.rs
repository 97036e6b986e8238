//! The positions of columns in the output, for chunks of one shape. Pure.

use rowsmith_plugin_api::row::ChunkBuilder;
use std::collections::HashMap;
use std::sync::Arc;

/// The positions of the columns of a chunk, and of the columns that the run adds.
pub(super) struct ColumnPlan {
    /// The columns of the chunks.
    source: Arc<[String]>,
    /// The output position of each of these columns.
    pub(super) columns: Vec<usize>,
    /// The positions of the added columns.
    pub(super) added: Vec<usize>,
}

impl ColumnPlan {
    /// Places columns behind the known ones of a builder, and adds new ones to it. A column of the source that has the name
    /// of an added one shares its position.
    pub(super) fn new(source: &Arc<[String]>, added: &[String], builder: &mut ChunkBuilder) -> Self {
        let mut known: Vec<String> = builder.columns().to_vec();
        let mut positions: HashMap<String, usize> =
            known.iter().enumerate().rev().map(|(at, name)| (name.clone(), at)).collect();
        let mut position_of = |name: &String| {
            *positions.entry(name.clone()).or_insert_with(|| {
                known.push(name.clone());
                known.len() - 1
            })
        };
        let columns = source.iter().map(&mut position_of).collect();
        let added = added.iter().map(&mut position_of).collect();
        if builder.is_empty() {
            *builder = ChunkBuilder::with_columns(known.into());
        } else {
            builder.set_columns(known);
        }
        Self { source: Arc::clone(source), columns, added }
    }

    /// Returns whether the plan is for chunks with these columns.
    pub(super) fn is_for(&self, source: &Arc<[String]>) -> bool {
        Arc::ptr_eq(&self.source, source)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn new_columns_come_last_and_equal_names_share_a_position() {
        let names = |list: &[&str]| list.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let mut builder = ChunkBuilder::new();
        let first: Arc<[String]> = names(&["a", "T"]).into();
        let plan = ColumnPlan::new(&first, &names(&["T", "status"]), &mut builder);
        assert_eq!((plan.columns.as_slice(), plan.added.as_slice()), (&[0, 1][..], &[1, 2][..]));
        assert!(plan.is_for(&first));
        let second: Arc<[String]> = names(&["b", "a"]).into();
        let plan = ColumnPlan::new(&second, &names(&["T", "status"]), &mut builder);
        assert_eq!((plan.columns.as_slice(), plan.added.as_slice()), (&[3, 0][..], &[1, 2][..]));
        assert_eq!(builder.columns()[..], names(&["a", "T", "status", "b"]));
        assert!(!plan.is_for(&first));
    }
}
