//! Joins blocks to prose on one line.

/// The prose so far.
#[derive(Debug, Default)]
pub(super) struct Prose {
    text: String,
    in_list: bool,
}

impl Prose {
    /// Adds a paragraph or code.
    pub(super) fn paragraph(&mut self, text: &str) {
        if !text.trim().is_empty() {
            self.end_list();
            self.push(text);
        }
    }

    /// Adds a list item. Items are separated by `;` unless an item ends with punctuation.
    pub(super) fn item(&mut self, text: &str) {
        if !text.trim().is_empty() {
            if self.in_list {
                self.close_with(';');
            }
            self.push(text);
            self.in_list = true;
        }
    }

    /// Ends an open list and returns the prose.
    pub(super) fn finish(mut self) -> String {
        self.end_list();
        self.text
    }

    fn end_list(&mut self) {
        if std::mem::take(&mut self.in_list) {
            self.close_with('.');
        }
    }

    fn close_with(&mut self, mark: char) {
        let closed = |c: char| matches!(c, '.' | '!' | '?' | ':' | ';' | ',' | '…' | '。');
        let last = self.text.trim_end_matches(['"', '\'', ')', ']', '”', '’']).chars().next_back();
        if !last.is_none_or(closed) {
            self.text.push(mark);
        }
    }

    fn push(&mut self, text: &str) {
        for word in text.split_whitespace() {
            if !self.text.is_empty() {
                self.text.push(' ');
            }
            self.text.push_str(word);
        }
    }
}
