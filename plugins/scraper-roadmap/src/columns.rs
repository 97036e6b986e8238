//! The columns of a row, in their order.

use crate::ancestry::Place;
use crate::content::Content;
use serde::Serialize;

/// Between the links of a row; a `|` inside a link is percent-encoded.
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
    pub(crate) fn new(place: &Place<'a>, topic: &'a str, content: &'a Content) -> Self {
        Self {
            category: place.category,
            subcategory: place.subcategory,
            topic,
            description: &content.description,
            resources: content.links.join(LINK_SEPARATOR),
        }
    }
}
