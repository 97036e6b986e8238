//! The columns of a row, in their order.

use crate::ancestry::Categories;
use crate::content::Content;
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
