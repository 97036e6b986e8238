//! The header pages of an LMDB file, read without LMDB.
//!
//! LMDB trusts these pages, so they are checked here first. The layout is that of LMDB 0.9 on 64-bit machines, in native
//! byte order. The input may be any bytes.

#[cfg(not(target_pointer_width = "64"))]
compile_error!("the store supports only the layout of LMDB on 64-bit machines");

use std::fmt::Write as _;

/// Bytes of a header page that are read.
pub(crate) const META_LENGTH: usize = 152;
/// Length of the header of any page.
pub(crate) const PAGE_HEADER: usize = 16;

const MAGIC: u32 = 0xBEEF_C0DE;
/// Data format of the linked LMDB.
const DATA_VERSION: u32 = 1;
const FLAG_META: u16 = 0x08;
/// Offset of the record of the tree of free pages; that of the named tables follows.
const FREE_TREE: usize = 40;
/// Root of an empty tree.
const NO_PAGE: u64 = u64::MAX;

/// The fields of a header page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Meta {
    /// Size of a page in bytes.
    pub(crate) page_size: u64,
    /// Highest page number in use.
    pub(crate) last_page: u64,
    /// Transaction that wrote this page.
    pub(crate) transaction: u64,
    /// The tree of free pages.
    pub(crate) free: Tree,
    /// The tree of named tables.
    pub(crate) main: Tree,
}

/// Length of the record of a tree.
pub(crate) const TREE_LENGTH: usize = 48;

/// The record of a tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Tree {
    /// Flags of its keys and values.
    pub(crate) flags: u16,
    /// Number of levels.
    pub(crate) depth: u16,
    /// Number of pages with children.
    pub(crate) branch_pages: u64,
    /// Number of pages with entries.
    pub(crate) leaf_pages: u64,
    /// Number of pages of large values.
    pub(crate) overflow_pages: u64,
    /// Number of entries.
    pub(crate) entries: u64,
    /// Page of the root; none for an empty tree.
    pub(crate) root: Option<u64>,
}

impl Tree {
    /// Reads a record; `None` if it is too short.
    pub(crate) fn parse(bytes: &[u8]) -> Option<Self> {
        Some(Self {
            flags: u16_at(bytes, 4)?,
            depth: u16_at(bytes, 6)?,
            branch_pages: u64_at(bytes, 8)?,
            leaf_pages: u64_at(bytes, 16)?,
            overflow_pages: u64_at(bytes, 24)?,
            entries: u64_at(bytes, 32)?,
            root: Some(u64_at(bytes, 40)?).filter(|root| *root != NO_PAGE),
        })
    }
}

/// Reason why a page is not a header page of a store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Unreadable {
    /// The file is of another kind, which the text names.
    Foreign(String),
    /// The file has another data format of LMDB.
    Version(u32),
    /// The page is damaged, as the text explains.
    Damaged(String),
}

/// Returns the number at an offset.
pub(crate) fn u64_at(bytes: &[u8], offset: usize) -> Option<u64> {
    Some(u64::from_ne_bytes(bytes.get(offset..)?.first_chunk().copied()?))
}

/// Returns the number at an offset.
pub(crate) fn u32_at(bytes: &[u8], offset: usize) -> Option<u32> {
    Some(u32::from_ne_bytes(bytes.get(offset..)?.first_chunk().copied()?))
}

/// Returns the number at an offset.
pub(crate) fn u16_at(bytes: &[u8], offset: usize) -> Option<u16> {
    Some(u16::from_ne_bytes(bytes.get(offset..)?.first_chunk().copied()?))
}

impl Meta {
    /// Reads the first bytes of a header page.
    ///
    /// # Errors
    /// [`Unreadable`].
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, Unreadable> {
        if u32_at(bytes, 16) != Some(MAGIC) {
            return Err(Unreadable::Foreign(describe(bytes)));
        }
        match u32_at(bytes, 20) {
            Some(DATA_VERSION) => Self::fields(bytes),
            Some(other) => Err(Unreadable::Version(other)),
            None => Err(truncated()),
        }
    }

    fn fields(bytes: &[u8]) -> Result<Self, Unreadable> {
        let damaged = |what: String| Err(Unreadable::Damaged(what));
        let number = |offset| u64_at(bytes, offset).ok_or_else(truncated);
        if u16_at(bytes, 10).is_none_or(|flags| flags & FLAG_META == 0) {
            return damaged("its header page has no mark of one".to_owned());
        }
        let page_size = u64::from(u32_at(bytes, 40).ok_or_else(truncated)?);
        if !page_size.is_power_of_two() || !(512..=65_536).contains(&page_size) {
            return damaged(format!("its header names pages of {page_size} bytes"));
        }
        let last_page = number(136)?;
        let tree = |offset: usize| bytes.get(offset..).and_then(Tree::parse).ok_or_else(truncated);
        let (free, main) = (tree(FREE_TREE)?, tree(FREE_TREE + TREE_LENGTH)?);
        if last_page.checked_add(1).and_then(|pages| pages.checked_mul(page_size)).is_none() {
            return damaged(format!("its header counts {last_page} pages"));
        }
        if let Some(root) = [free.root, main.root].into_iter().flatten().find(|root| *root > last_page) {
            return damaged(format!("its header points to page {root} of {last_page}"));
        }
        Ok(Self { page_size, last_page, transaction: number(144)?, free, main })
    }

    /// Length of a file that has every page.
    pub(crate) fn length(&self) -> u64 {
        (self.last_page + 1) * self.page_size
    }
}

fn truncated() -> Unreadable {
    Unreadable::Damaged("it ends within its header".to_owned())
}

/// Describes bytes that are not from LMDB.
fn describe(bytes: &[u8]) -> String {
    let shown = bytes.get(..64).unwrap_or(bytes);
    if bytes.starts_with(b"SQLite format 3\0") {
        return "an SQLite database".to_owned();
    }
    if u32_at(bytes, 16) == Some(MAGIC.swap_bytes()) {
        return "an LMDB store of a machine with another byte order".to_owned();
    }
    if u32_at(bytes, 12) == Some(MAGIC) {
        return "an LMDB store of a 32-bit machine".to_owned();
    }
    if bytes.iter().all(|byte| *byte == 0) {
        return "nothing but zero bytes".to_owned();
    }
    if shown.iter().all(|byte| byte.is_ascii_graphic() || byte.is_ascii_whitespace()) {
        let line: String = String::from_utf8_lossy(shown).lines().next().unwrap_or_default().chars().take(30).collect();
        return format!("a text file that begins with \"{line}\"");
    }
    let mut text = "a file of an unknown format that begins with".to_owned();
    for byte in shown.iter().take(8) {
        // Writing to a string never fails.
        _ = write!(text, " {byte:02x}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{MAGIC, META_LENGTH, Meta, Unreadable};
    use proptest::prelude::{any, prop, proptest};

    fn page(magic: u32, version: u32, page_size: u32, last_page: u64, free_root: u64) -> Vec<u8> {
        let mut bytes = vec![0; META_LENGTH];
        bytes[10..12].copy_from_slice(&8_u16.to_ne_bytes());
        bytes[16..20].copy_from_slice(&magic.to_ne_bytes());
        bytes[20..24].copy_from_slice(&version.to_ne_bytes());
        bytes[40..44].copy_from_slice(&page_size.to_ne_bytes());
        bytes[80..88].copy_from_slice(&free_root.to_ne_bytes());
        bytes[128..136].copy_from_slice(&u64::MAX.to_ne_bytes());
        bytes[136..144].copy_from_slice(&last_page.to_ne_bytes());
        bytes[144..152].copy_from_slice(&7_u64.to_ne_bytes());
        bytes
    }

    #[test]
    fn a_header_page_has_the_length_of_the_file() {
        let meta = Meta::parse(&page(MAGIC, 1, 4096, 9, u64::MAX)).unwrap();
        assert_eq!((meta.page_size, meta.last_page, meta.transaction), (4096, 9, 7));
        assert_eq!((meta.free.root, meta.main.root), (None, None));
        assert_eq!(meta.length(), 40_960);
    }

    #[test]
    fn files_of_another_kind_are_described() {
        let cases = [
            ("text", b"name,age\nAda,36\n".repeat(8), "a text file that begins with \"name,age\""),
            ("sqlite", [b"SQLite format 3\0".to_vec(), vec![1; 90]].concat(), "an SQLite database"),
            ("zeros", vec![0; 4096], "nothing but zero bytes"),
            ("binary", vec![0x7f, 0x45, 0x00, 0xff], "begins with 7f 45 00 ff"),
            ("byte order", page(MAGIC.swap_bytes(), 1, 4096, 1, 0), "another byte order"),
        ];
        for (case, bytes, expected) in cases {
            match Meta::parse(&bytes) {
                Err(Unreadable::Foreign(what)) => assert!(what.contains(expected), "{case}: {what}"),
                other => panic!("{case}: {other:?}"),
            }
        }
        assert_eq!(Meta::parse(&page(MAGIC, 999, 4096, 1, 0)), Err(Unreadable::Version(999)));
    }

    #[test]
    fn impossible_numbers_are_damage() {
        let cases = [
            ("page size", page(MAGIC, 1, 4095, 1, 0)),
            ("tiny pages", page(MAGIC, 1, 16, 1, 0)),
            ("page count", page(MAGIC, 1, 4096, u64::MAX, 0)),
            ("root beyond the end", page(MAGIC, 1, 4096, 5, 6)),
            ("cut", page(MAGIC, 1, 4096, 5, 0)[..140].to_vec()),
            ("cut after the magic number", page(MAGIC, 1, 4096, 5, 0)[..20].to_vec()),
        ];
        for (case, bytes) in cases {
            assert!(matches!(Meta::parse(&bytes), Err(Unreadable::Damaged(_))), "{case}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_without_a_panic(
            bytes in prop::collection::vec(any::<u8>(), 0..200),
            version in 0_u32..3,
            page_size in any::<u32>(),
            last_page in any::<u64>(),
        ) {
            drop(Meta::parse(&bytes));
            drop(Meta::parse(&page(MAGIC, version, page_size, last_page, last_page)));
        }
    }
}
