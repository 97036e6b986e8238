//! The parts of a paragraph that are done with, and what they come to.

use super::emphasis::{Run, pair};

/// The longest type in `@type@`.
const LONGEST_TAG: usize = 20;

/// What a paragraph comes to.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Inline {
    pub(super) text: String,
    pub(super) links: Vec<String>,
    /// Whether there is a link, and nothing else that could be read.
    pub(super) only_links: bool,
    /// Whether a link's text begins with `@type@`, as the texts mark their resources.
    pub(super) tagged: bool,
}

#[derive(Default)]
struct Piece {
    text: String,
    run: Option<Run>,
    in_link: bool,
}

/// A paragraph's text and links, as far as it is read.
#[derive(Default)]
pub(super) struct Pieces {
    list: Vec<Piece>,
    links: Vec<String>,
    tagged: bool,
}

impl Pieces {
    /// Starts a piece and says which it is.
    pub(super) fn start(&mut self) -> usize {
        self.list.push(Piece::default());
        self.list.len() - 1
    }

    pub(super) fn push(&mut self, letter: char) {
        self.text().push(letter);
    }

    pub(super) fn push_str(&mut self, text: &str) {
        self.text().push_str(text);
    }

    /// Adds marks of which only the end of the paragraph tells whether they are emphasis.
    pub(super) fn push_run(&mut self, run: Run) {
        self.list.push(Piece { run: Some(run), ..Piece::default() });
    }

    /// Adds an address that is its own text.
    pub(super) fn push_link(&mut self, url: &str) {
        self.links.push(url.to_owned());
        self.list.push(Piece { text: url.to_owned(), run: None, in_link: true });
        self.start();
    }

    pub(super) fn add_link(&mut self, url: String) {
        self.links.push(url);
    }

    /// How many links there are.
    pub(super) fn links(&self) -> usize {
        self.links.len()
    }

    /// Takes back the text of a piece.
    pub(super) fn clear(&mut self, piece: usize) {
        if let Some(piece) = self.list.get_mut(piece) {
            piece.text.clear();
        }
    }

    /// Takes back all from a piece and a link on.
    pub(super) fn discard(&mut self, piece: usize, links: usize) {
        self.list.truncate(piece);
        self.links.truncate(links);
    }

    /// All from `first` on is the text of a link; a tag at its beginning goes.
    pub(super) fn mark_link(&mut self, first: usize) {
        let pieces = self.list.get_mut(first..).unwrap_or_default();
        let is_there = |piece: &&mut Piece| piece.run.is_some() || !piece.text.trim().is_empty();
        if let Some(piece) = pieces.iter_mut().find(is_there)
            && let Some(title) = untagged(&piece.text)
        {
            piece.text = title.to_owned();
            self.tagged = true;
        }
        for piece in pieces {
            piece.in_link = true;
        }
        self.start();
    }

    /// The paragraph, with emphasis resolved.
    pub(super) fn finish(self) -> Inline {
        let mut runs: Vec<Run> = self.list.iter().filter_map(|piece| piece.run).collect();
        pair(&mut runs);
        let mut runs = runs.into_iter();
        let readable = |piece: &Piece| !piece.in_link && piece.text.contains(char::is_alphanumeric);
        let only_links = !self.links.is_empty() && !self.list.iter().any(readable);
        let mut text = String::new();
        for piece in &self.list {
            text.push_str(&piece.text);
            if let Some(run) = piece.run.and_then(|_| runs.next()) {
                text.extend(std::iter::repeat_n(run.mark, run.left));
            }
        }
        Inline { text, links: self.links, only_links, tagged: self.tagged }
    }

    /// The text that goes on.
    fn text(&mut self) -> &mut String {
        if self.list.last().is_none_or(|piece| piece.run.is_some()) {
            self.start();
        }
        let last = self.list.len() - 1;
        &mut self.list[last].text
    }
}

/// The title without `@type@`.
fn untagged(title: &str) -> Option<&str> {
    let (tag, rest) = title.trim_start().strip_prefix('@')?.split_once('@')?;
    (!tag.is_empty() && tag.len() <= LONGEST_TAG && tag.chars().all(char::is_alphanumeric)).then_some(rest)
}
