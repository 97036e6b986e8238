//! The trees of an LMDB file, checked without LMDB.
//!
//! LMDB trusts every page. A changed bit can make it read outside of the file, or write over pages in use. This check
//! follows all trees from the header and compares every number that LMDB relies on. It does not look at keys and values:
//! a changed value has a wrong checksum, which the host detects. The input may be any bytes.

use crate::free_list::read_at;
use crate::inspect::FileFlaw;
use crate::meta::{Meta, TREE_LENGTH, Tree, Unreadable};
use crate::page::{Node, NodeValue, PageKind, nodes, overflow_pages};
use std::io::{Read, Seek, SeekFrom};

/// Flags of the tree of free pages: its keys are integers.
const INTEGER_KEYS: u16 = 0x08;
/// Maximum depth of a tree in LMDB.
const MAX_DEPTH: u16 = 32;
/// First page after the headers.
const FIRST_PAGE: u64 = 2;

/// Content of a tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Content {
    /// Lists of free pages.
    Free,
    /// The named tables.
    Tables,
    /// Entries of a table.
    Entries,
}

/// Checks all trees of a file. No other process may write to it, or its header must belong to an open transaction.
///
/// # Errors
/// The first damage, or an error of reading.
pub(crate) fn check(file: &mut (impl Read + Seek), meta: &Meta) -> Result<(), FileFlaw> {
    let pages = file.seek(SeekFrom::End(0))? / meta.page_size;
    let words = usize::try_from(pages.min(meta.last_page + 1).div_ceil(64)).unwrap_or(usize::MAX);
    let mut check =
        Check { file, meta, pages: pages.min(meta.last_page + 1), used: vec![0; words], tables: Vec::new() };
    if meta.main.flags != 0 || meta.free.flags != INTEGER_KEYS {
        return Err(damaged("its header has unknown flags"));
    }
    check.tree(&meta.main, Content::Tables)?;
    for table in std::mem::take(&mut check.tables) {
        if table.flags != 0 {
            return Err(damaged("a table has unknown flags"));
        }
        check.tree(&table, Content::Entries)?;
    }
    check.tree(&meta.free, Content::Free)
}

fn damaged(what: impl Into<String>) -> FileFlaw {
    Unreadable::Damaged(what.into()).into()
}

struct Check<'a, F> {
    file: &'a mut F,
    meta: &'a Meta,
    /// Number of pages that the file has and the header counts.
    pages: u64,
    /// One bit for each page that a tree has used so far.
    used: Vec<u64>,
    /// The named tables.
    tables: Vec<Tree>,
}

impl<F: Read + Seek> Check<'_, F> {
    /// Follows a tree from its root and compares its size with its record.
    fn tree(&mut self, tree: &Tree, content: Content) -> Result<(), FileFlaw> {
        let mut found = Tree { flags: tree.flags, depth: tree.depth, root: tree.root, ..Tree::default() };
        if (tree.depth == 0) != tree.root.is_none() || tree.depth > MAX_DEPTH {
            return Err(damaged(format!("a tree has a depth of {}", tree.depth)));
        }
        let mut open: Vec<(u64, u16)> = tree.root.map(|root| (root, 1)).into_iter().collect();
        let mut last_key: Option<Vec<u8>> = None;
        while let Some((number, level)) = open.pop() {
            self.mark(number, 1)?;
            let page_size = usize::try_from(self.meta.page_size).unwrap_or(0);
            let page = read_at(self.file, number * self.meta.page_size, page_size)?;
            let kind = if level < tree.depth { PageKind::Branch } else { PageKind::Leaf };
            let nodes = nodes(&page, number, kind).map_err(|why| damaged(format!("page {number} {why}")))?;
            if kind == PageKind::Branch {
                found.branch_pages += 1;
                if nodes.len() < 2 && content != Content::Free {
                    return Err(damaged(format!("page {number} has a single child")));
                }
                // The last child first, so that leaves come in the order of their keys.
                open.extend(nodes.iter().rev().map(|node| (node.child, level + 1)));
                continue;
            }
            found.leaf_pages += 1;
            found.entries += nodes.len() as u64;
            for node in &nodes {
                if last_key.as_deref().is_some_and(|last| !is_ordered(last, node.key, content)) {
                    return Err(damaged(format!("page {number} has keys out of order")));
                }
                last_key.get_or_insert_default().clear();
                last_key.get_or_insert_default().extend_from_slice(node.key);
                found.overflow_pages += self.value(number, node, content)?;
            }
        }
        if found == *tree { Ok(()) } else { Err(damaged("a tree has another size than its record")) }
    }

    /// Checks the value of a leaf; returns the number of its own pages.
    fn value(&mut self, number: u64, node: &Node<'_>, content: Content) -> Result<u64, FileFlaw> {
        let (own_pages, first) = match node.value {
            NodeValue::Far { page, length } => (self.far_value(page, length)?, Some((page, length))),
            NodeValue::Near(_) | NodeValue::Table(_) => (0, None),
        };
        match (content, node.value) {
            (Content::Entries, NodeValue::Near(_) | NodeValue::Far { .. }) => {}
            (Content::Tables, NodeValue::Table(record)) if record.len() == TREE_LENGTH => {
                self.tables.extend(Tree::parse(record));
            }
            (Content::Free, NodeValue::Near(list)) if node.key.len() == 8 => self.free(list)?,
            (Content::Free, NodeValue::Far { .. }) if node.key.len() == 8 => {
                if let Some((page, length)) = first {
                    let offset = page * self.meta.page_size + crate::meta::PAGE_HEADER as u64;
                    let list = read_at(self.file, offset, length)?;
                    self.free(&list)?;
                }
            }
            _ => return Err(damaged(format!("page {number} has an entry of another kind"))),
        }
        Ok(own_pages)
    }

    /// Checks the pages of a large value; returns their number.
    fn far_value(&mut self, page: u64, length: usize) -> Result<u64, FileFlaw> {
        if page >= self.pages {
            return Err(damaged(format!("page {page} is outside of the file")));
        }
        let header = read_at(self.file, page.saturating_mul(self.meta.page_size), crate::meta::PAGE_HEADER)?;
        let Some(count) = overflow_pages(&header, page) else {
            return Err(damaged(format!("page {page} is not the begin of a value")));
        };
        let needed = (length as u64 + crate::meta::PAGE_HEADER as u64).div_ceil(self.meta.page_size);
        if count < needed {
            return Err(damaged(format!("page {page} has a value of {needed} pages in {count} pages")));
        }
        self.mark(page, count)?;
        Ok(count)
    }

    /// Checks a list of free pages: a count, and the numbers in descending order.
    fn free(&mut self, list: &[u8]) -> Result<(), FileFlaw> {
        let (words, _) = list.as_chunks::<8>();
        let mut numbers = words.iter().map(|word| u64::from_ne_bytes(*word));
        let count = numbers.next().and_then(|count| usize::try_from(count).ok());
        let Some(count) = count.filter(|count| *count < words.len()) else {
            return Err(damaged("a list of free pages is too short"));
        };
        let mut previous = self.meta.last_page + 1;
        for number in numbers.take(count) {
            if number >= previous {
                return Err(damaged(format!("a list of free pages has page {number} after page {previous}")));
            }
            previous = number;
            // Free pages at the end may never have been written.
            if number >= self.pages {
                continue;
            }
            self.mark(number, 1)?;
        }
        Ok(())
    }

    /// Marks pages as used. Each page has one use.
    fn mark(&mut self, first: u64, count: u64) -> Result<(), FileFlaw> {
        let end = first.checked_add(count).filter(|end| first >= FIRST_PAGE && *end <= self.pages);
        let Some(end) = end else {
            return Err(damaged(format!("page {first} is outside of the file")));
        };
        for number in first..end {
            let word = usize::try_from(number / 64).ok().and_then(|index| self.used.get_mut(index));
            let bit = 1 << (number % 64);
            match word {
                Some(word) if *word & bit == 0 => *word |= bit,
                _ => return Err(damaged(format!("page {number} is used twice"))),
            }
        }
        Ok(())
    }
}

fn is_ordered(earlier: &[u8], later: &[u8], content: Content) -> bool {
    let number = |key: &[u8]| key.first_chunk().map(|bytes| u64::from_ne_bytes(*bytes));
    if content == Content::Free { number(earlier) < number(later) } else { earlier < later }
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::meta::{META_LENGTH, Meta, Tree};
    use proptest::prelude::{any, prop, proptest};
    use std::io::Cursor;

    proptest! {
        #[test]
        fn any_bytes_are_read_to_an_end(
            bytes in prop::collection::vec(any::<u8>(), META_LENGTH..4_096),
            flags in 0_u16..6,
            lower in 0_u16..64,
            upper in 0_u16..512,
            root in 0_u64..8,
            depth in 0_u16..4,
            last_page in 0_u64..40,
        ) {
            let mut bytes = bytes;
            for (number, page) in bytes.chunks_mut(512).enumerate().filter(|(_, page)| page.len() > 16) {
                page[..8].copy_from_slice(&(number as u64).to_ne_bytes());
                page[10..12].copy_from_slice(&flags.to_ne_bytes());
                page[12..14].copy_from_slice(&lower.to_ne_bytes());
                page[14..16].copy_from_slice(&upper.to_ne_bytes());
            }
            let main = Tree { depth, root: Some(root), ..Tree::default() };
            let free = Tree { flags: super::INTEGER_KEYS, ..main };
            let meta = Meta { page_size: 512, last_page, transaction: 1, free, main };
            drop(check(&mut Cursor::new(bytes), &meta));
        }
    }
}
