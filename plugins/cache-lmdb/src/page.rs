//! One page of a tree of LMDB, checked completely. The input may be any bytes.

use crate::meta::{PAGE_HEADER, u16_at, u32_at, u64_at};

const FLAG_BRANCH: u16 = 0x01;
const FLAG_LEAF: u16 = 0x02;
const FLAG_OVERFLOW: u16 = 0x04;
const NODE_HEADER: usize = 8;
/// Flag of a node whose value is on other pages.
const NODE_BIG: u16 = 0x01;
/// Flag of a node whose value is the record of a table.
const NODE_TABLE: u16 = 0x02;
/// Maximum length of a key in bytes.
const MAX_KEY: usize = 511;

/// Kind of a page, which its depth in the tree determines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PageKind {
    /// Children.
    Branch,
    /// Entries.
    Leaf,
}

/// A node of a page.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Node<'p> {
    /// Key of the entry.
    pub(crate) key: &'p [u8],
    /// Page of the child; for branch pages.
    pub(crate) child: u64,
    /// Value of the entry; for leaf pages.
    pub(crate) value: NodeValue<'p>,
}

/// Value of a node.
#[derive(Debug, Clone, Copy)]
pub(crate) enum NodeValue<'p> {
    /// The bytes.
    Near(&'p [u8]),
    /// The record of a table.
    Table(&'p [u8]),
    /// The value is on pages of its own.
    Far {
        /// The first of them.
        page: u64,
        /// Length of the value in bytes.
        length: usize,
    },
}

/// Returns the nodes of a page.
///
/// # Errors
/// The damage.
pub(crate) fn nodes(page: &[u8], number: u64, kind: PageKind) -> Result<Vec<Node<'_>>, &'static str> {
    if u64_at(page, 0) != Some(number) {
        return Err("has another number");
    }
    let expected = if kind == PageKind::Branch { FLAG_BRANCH } else { FLAG_LEAF };
    if u16_at(page, 10) != Some(expected) {
        return Err("is of another kind");
    }
    let bound = |offset| u16_at(page, offset).map(usize::from);
    let (Some(lower), Some(upper)) = (bound(12), bound(14)) else { return Err("is truncated") };
    if lower < PAGE_HEADER + 2 || lower % 2 != 0 || lower > upper || upper > page.len() {
        return Err("has wrong bounds");
    }
    let mut nodes = Vec::with_capacity((lower - PAGE_HEADER) / 2);
    let mut places = Vec::with_capacity(nodes.capacity());
    for pointer in (PAGE_HEADER..lower).step_by(2) {
        let start = bound(pointer).ok_or("is truncated")?;
        let (node, length) = page.get(start..).and_then(|bytes| node(bytes, kind)).ok_or("has a damaged entry")?;
        nodes.push(node);
        // Nodes begin at even offsets.
        places.push((start, start + length.next_multiple_of(2)));
    }
    // The nodes fill the page from the upper bound to its end, in any order.
    places.sort_unstable();
    let mut end = upper;
    for (start, next) in places {
        if start != end {
            return Err("has overlapping entries");
        }
        end = next;
    }
    if end == page.len() { Ok(nodes) } else { Err("has a gap between its entries") }
}

/// Returns a node and its length.
fn node(bytes: &[u8], kind: PageKind) -> Option<(Node<'_>, usize)> {
    let low = u64::from(u16_at(bytes, 0)?) | u64::from(u16_at(bytes, 2)?) << 16;
    let flags = u16_at(bytes, 4)?;
    let key_length = usize::from(u16_at(bytes, 6)?);
    let key = bytes.get(NODE_HEADER..)?.get(..key_length)?;
    let rest = bytes.get(NODE_HEADER + key_length..)?;
    if key_length > MAX_KEY {
        return None;
    }
    let header = NODE_HEADER + key_length;
    if kind == PageKind::Branch {
        let child = low | u64::from(flags) << 32;
        return Some((Node { key, child, value: NodeValue::Near(&[]) }, header));
    }
    let length = usize::try_from(low).ok()?;
    let (value, stored) = match flags {
        0 => (NodeValue::Near(rest.get(..length)?), length),
        NODE_TABLE => (NodeValue::Table(rest.get(..length)?), length),
        NODE_BIG => (NodeValue::Far { page: u64_at(rest, 0)?, length }, 8),
        _ => return None,
    };
    (key_length > 0).then_some((Node { key, child: 0, value }, header + stored))
}

/// Returns the number of pages of a large value, by the header of its first page.
pub(crate) fn overflow_pages(header: &[u8], number: u64) -> Option<u64> {
    let is_overflow = u64_at(header, 0)? == number && u16_at(header, 10)? == FLAG_OVERFLOW;
    is_overflow.then_some(u64::from(u32_at(header, 12)?)).filter(|pages| *pages > 0)
}
