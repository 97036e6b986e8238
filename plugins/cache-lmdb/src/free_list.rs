//! The list of free pages of an LMDB file, read without LMDB.
//!
//! A sound file may be shorter than its header says: pages at its end that one transaction allocated and freed are never
//! written. The list of free pages has them, which distinguishes such a file from a truncated one. The input may be any
//! file; an invalid list covers nothing.

use crate::meta::{Meta, PAGE_HEADER, u16_at, u64_at};
use std::io::{self, Read, Seek, SeekFrom};

const FLAG_BRANCH: u16 = 0x01;
const FLAG_LEAF: u16 = 0x02;
const NODE_HEADER: usize = 8;
/// Flag of a node with its data on other pages.
const NODE_BIG: u16 = 0x01;

/// Reads up to `length` bytes; fewer at the end of the file.
pub(crate) fn read_at(file: &mut (impl Read + Seek), offset: u64, length: usize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(offset))?;
    file.take(length as u64).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Returns true if all pages from `first` to the header's last are free.
pub(crate) fn covers(file: &mut (impl Read + Seek), meta: &Meta, first: u64) -> io::Result<bool> {
    let Some(root) = meta.free.root else { return Ok(false) };
    let mut free = Vec::new();
    let mut open = vec![root];
    // A tree has no more pages than the file, so a circular list ends here.
    let mut budget = first;
    while let Some(number) = open.pop() {
        if number >= first || budget == 0 {
            return Ok(false);
        }
        budget -= 1;
        let page = read_at(file, number * meta.page_size, page_bytes(meta))?;
        let Some(nodes) = nodes(&page) else { return Ok(false) };
        for node in nodes {
            match node {
                Node::Child(child) => open.push(child),
                Node::List(list) => free.extend(numbers(list)),
                Node::Far { page, length } if page < first && length <= free_bytes(meta) => {
                    let list = read_at(file, page * meta.page_size + PAGE_HEADER as u64, length)?;
                    free.extend(numbers(&list));
                }
                Node::Far { .. } => return Ok(false),
            }
        }
    }
    free.retain(|number| (first..=meta.last_page).contains(number));
    free.sort_unstable();
    free.dedup();
    Ok(free.len() as u64 == meta.last_page + 1 - first)
}

fn page_bytes(meta: &Meta) -> usize {
    usize::try_from(meta.page_size).unwrap_or(0)
}

/// Maximum bytes of a list of free pages, which names every page.
fn free_bytes(meta: &Meta) -> usize {
    usize::try_from(meta.last_page).ok().and_then(|pages| pages.checked_add(2)?.checked_mul(8)).unwrap_or(0)
}

enum Node<'a> {
    Child(u64),
    List(&'a [u8]),
    Far { page: u64, length: usize },
}

/// Returns the nodes of a page of the tree, or `None` for any other page.
fn nodes(page: &[u8]) -> Option<Vec<Node<'_>>> {
    let flags = u16_at(page, 10)?;
    let count = usize::from(u16_at(page, 12)?).checked_sub(PAGE_HEADER)? / 2;
    (0..count)
        .map(|index| {
            let node = page.get(usize::from(u16_at(page, PAGE_HEADER + 2 * index)?)..)?;
            let low = u64::from(u16_at(node, 0)?) | u64::from(u16_at(node, 2)?) << 16;
            let node_flags = u16_at(node, 4)?;
            if flags & FLAG_BRANCH != 0 {
                return Some(Node::Child(low | u64::from(node_flags) << 32));
            }
            if flags & FLAG_LEAF == 0 {
                return None;
            }
            let length = usize::try_from(low).ok()?;
            let data = node.get(NODE_HEADER + usize::from(u16_at(node, 6)?)..)?;
            if node_flags & NODE_BIG != 0 {
                return Some(Node::Far { page: u64_at(data, 0)?, length });
            }
            data.get(..length).map(Node::List)
        })
        .collect()
}

/// Returns the page numbers of a list, which begins with their count.
fn numbers(list: &[u8]) -> impl Iterator<Item = u64> + '_ {
    let count = u64_at(list, 0).and_then(|count| usize::try_from(count).ok()).unwrap_or(0);
    let (words, _) = list.as_chunks::<8>();
    words.iter().skip(1).take(count).map(|word| u64::from_ne_bytes(*word))
}

#[cfg(test)]
mod tests {
    use super::{covers, numbers};
    use crate::meta::{Meta, Tree};
    use proptest::prelude::{any, prop, proptest};
    use std::io::Cursor;

    #[test]
    fn a_list_ends_at_its_count() {
        let list: Vec<u8> = [2_u64, 9, 8, 7].into_iter().flat_map(u64::to_ne_bytes).collect();
        assert_eq!(numbers(&list).collect::<Vec<_>>(), [9, 8]);
        assert_eq!(numbers(&u64::MAX.to_ne_bytes()).count(), 0);
        assert_eq!(numbers(&[1, 2]).count(), 0);
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_to_an_end(
            bytes in prop::collection::vec(any::<u8>(), 0..4096),
            flags in 0_u16..4,
            lower in 0_u16..64,
            root in 0_u64..8,
            last_page in 0_u64..40,
        ) {
            let mut bytes = bytes;
            for page in bytes.chunks_mut(512).filter(|page| page.len() > 14) {
                page[10..12].copy_from_slice(&flags.to_ne_bytes());
                page[12..14].copy_from_slice(&lower.to_ne_bytes());
            }
            let free = Tree { root: Some(root), ..Tree::default() };
            let meta = Meta { page_size: 512, last_page, transaction: 1, free, main: Tree::default() };
            let first = (bytes.len() as u64 / 512).min(last_page);
            covers(&mut Cursor::new(bytes), &meta, first).expect("a cursor does not fail");
        }
    }
}
