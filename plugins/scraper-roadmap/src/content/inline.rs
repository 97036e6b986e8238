//! The inside of a paragraph: code, links, images, emphasis, tags, escapes.

use super::emphasis::Run;
use super::pieces::{Inline, Pieces};
use super::{entities, html, link};

/// Brackets that may be open at once. Of more, the oldest are just characters; it keeps the time proportional to the
/// text's length.
const MAX_BRACKETS: usize = 32;

/// Reads the inside of a paragraph.
pub(super) fn read(source: &str) -> Inline {
    let mut scanner = Scanner { rest: source, before: ' ', ..Scanner::default() };
    while let Some(letter) = scanner.rest.chars().next() {
        scanner.step(letter);
    }
    scanner.pieces.finish()
}

/// A `[` whose `]` has not come yet.
struct Bracket {
    piece: usize,
    links: usize,
    image: bool,
}

#[derive(Default)]
struct Scanner<'a> {
    rest: &'a str,
    before: char,
    pieces: Pieces,
    brackets: Vec<Bracket>,
    /// The piece after an `<a href>` that is not closed yet.
    anchor: Option<usize>,
}

impl<'a> Scanner<'a> {
    fn step(&mut self, letter: char) {
        let done = match letter {
            '\\' => self.escape(),
            '`' => self.code(),
            '[' | '!' => self.open_bracket(),
            ']' => self.close_bracket(),
            '<' => self.angle(),
            '&' => self.entity(),
            '*' | '_' | '~' => self.run(letter),
            'h' => self.bare_link(),
            _ => false,
        };
        if !done {
            self.advance(letter.len_utf8());
            self.pieces.push(letter);
        }
    }

    /// Goes on; `length` ends at a character.
    fn advance(&mut self, length: usize) {
        if let Some((passed, rest)) = self.rest.split_at_checked(length) {
            self.before = passed.chars().next_back().unwrap_or(self.before);
            self.rest = rest;
        } else {
            self.rest = "";
        }
    }

    fn go_to(&mut self, rest: &'a str) {
        self.advance(self.rest.len() - rest.len());
    }

    fn escape(&mut self) -> bool {
        let Some(letter) = self.rest.chars().nth(1).filter(|c| c.is_ascii_punctuation() || *c == '\n') else {
            return false;
        };
        self.advance(1 + letter.len_utf8());
        self.pieces.push(if letter == '\n' { ' ' } else { letter });
        true
    }

    /// A code span: as many backticks at its end as at its beginning.
    fn code(&mut self) -> bool {
        let inner = self.rest.trim_start_matches('`');
        let ticks = self.rest.len() - inner.len();
        let mut after = inner;
        while let Some(at) = after.find('`') {
            let Some((_, found)) = after.split_at_checked(at) else {
                break;
            };
            let rest = found.trim_start_matches('`');
            if found.len() - rest.len() == ticks {
                let code = inner.split_at_checked(inner.len() - found.len()).map_or("", |(code, _)| code);
                self.pieces.push_str(code);
                self.go_to(rest);
                return true;
            }
            after = rest;
        }
        // All of them are just characters; one alone would be tried again with fewer.
        self.pieces.push_str(&"`".repeat(ticks));
        self.go_to(inner);
        true
    }

    fn open_bracket(&mut self) -> bool {
        let image = self.rest.starts_with("![");
        if !image && !self.rest.starts_with('[') {
            return false;
        }
        if self.brackets.len() == MAX_BRACKETS {
            self.brackets.remove(0);
        }
        let (piece, links) = (self.pieces.start(), self.pieces.links());
        self.brackets.push(Bracket { piece, links, image });
        // Written now and taken back when it turns out to be a link.
        self.pieces.push_str(if image { "![" } else { "[" });
        self.pieces.start();
        self.advance(if image { 2 } else { 1 });
        true
    }

    fn close_bracket(&mut self) -> bool {
        let Some(bracket) = self.brackets.pop() else {
            return false;
        };
        let target = self.rest.strip_prefix(']').and_then(link::destination);
        let Some((url, rest)) = target else { return false };
        if bracket.image {
            self.pieces.discard(bracket.piece, bracket.links);
        } else {
            self.pieces.clear(bracket.piece);
            self.pieces.mark_link(bracket.piece);
            self.pieces.add_link(entities::decode_all(url));
        }
        self.go_to(rest);
        true
    }

    /// `<https://…>`, or a tag.
    fn angle(&mut self) -> bool {
        if let Some((url, rest)) = self.rest.strip_prefix('<').and_then(link::bare)
            && let Some(rest) = rest.strip_prefix('>')
        {
            self.pieces.push_link(url);
            self.go_to(rest);
            return true;
        }
        let Some((tag, rest)) = html::tag(self.rest).filter(|(tag, _)| tag.is_formatting()) else {
            return false;
        };
        match (tag.name.as_str(), tag.closing) {
            ("a", true) => {
                if let Some(first) = self.anchor.take() {
                    self.pieces.mark_link(first);
                }
            }
            ("a", false) => {
                if let Some(href) = tag.href() {
                    self.pieces.add_link(href);
                }
                self.anchor = Some(self.pieces.start());
            }
            _ if tag.breaks_line() => self.pieces.push(' '),
            _ => {}
        }
        self.go_to(rest);
        true
    }

    fn entity(&mut self) -> bool {
        let Some((letter, rest)) = entities::read(self.rest) else {
            return false;
        };
        self.pieces.push(letter);
        self.go_to(rest);
        true
    }

    fn run(&mut self, mark: char) -> bool {
        let rest = self.rest.trim_start_matches(mark);
        let length = self.rest.len() - rest.len();
        match Run::new(mark, length, self.before, rest.chars().next().unwrap_or(' ')) {
            Some(run) => self.pieces.push_run(run),
            None => self.pieces.push_str(&mark.to_string().repeat(length)),
        }
        self.go_to(rest);
        true
    }

    /// An address in the text; inside of a link it is only the link's text.
    fn bare_link(&mut self) -> bool {
        if self.before.is_alphanumeric() || !self.brackets.is_empty() || self.anchor.is_some() {
            return false;
        }
        let Some((url, rest)) = link::bare(self.rest) else {
            return false;
        };
        self.pieces.push_link(url);
        self.go_to(rest);
        true
    }
}
