//! The columns of a row, in their order.

use crate::ancestry::Categories;
use crate::content::Content;
use rowsmith_plugin_api::row::{Column, ColumnType};
use serde::Serialize;

/// Separator between the links of a row; a `|` inside a link is percent-encoded.
const LINK_SEPARATOR: &str = "|";

/// One topic as a row.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Row<'a> {
    category: &'a str,
    subcategory: &'a str,
    topic: &'a str,
    description: &'a str,
    resources: String,
}

impl<'a> Row<'a> {
    /// The columns, in the order of the fields.
    pub(crate) fn columns() -> Vec<Column> {
        let names = ["Category", "Subcategory", "Topic", "Description", "Resources"];
        names.map(|name| Column::typed(name, ColumnType::String)).to_vec()
    }

    pub(crate) fn new(categories: &Categories<'a>, topic: &'a str, content: &'a Content) -> Self {
        Self {
            category: categories.category,
            subcategory: categories.subcategory,
            topic,
            description: &content.description,
            resources: content.links.join(LINK_SEPARATOR),
        }
    }
}
