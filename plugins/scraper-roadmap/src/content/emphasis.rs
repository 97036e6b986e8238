//! Which `*`, `_` and `~~` are marks of emphasis and which are just characters.
//!
//! The rules are those of `CommonMark`, without the one about multiples of three, which no text on a roadmap needs.

/// A run of the same mark in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Run {
    pub(super) mark: char,
    /// How many of them are still just characters.
    pub(super) left: usize,
    can_open: bool,
    can_close: bool,
}

impl Run {
    /// A run between two characters (a space at either end of the text); `None` when it cannot be emphasis at all.
    pub(super) fn new(mark: char, length: usize, before: char, after: char) -> Option<Self> {
        let punctuation = |c: char| !c.is_alphanumeric() && !c.is_whitespace();
        let leans_right =
            !after.is_whitespace() && (!punctuation(after) || before.is_whitespace() || punctuation(before));
        let leans_left =
            !before.is_whitespace() && (!punctuation(before) || after.is_whitespace() || punctuation(after));
        let (can_open, can_close) = match mark {
            // Inside a word an underscore is a part of the word.
            '_' => (
                leans_right && (!leans_left || punctuation(before)),
                leans_left && (!leans_right || punctuation(after)),
            ),
            '~' if length != 2 => (false, false),
            _ => (leans_right, leans_left),
        };
        (can_open || can_close).then_some(Self { mark, left: length, can_open, can_close })
    }
}

/// Pairs the runs of a text: what belongs to a pair is taken off `left`.
pub(super) fn pair(runs: &mut [Run]) {
    let mut open: [Vec<usize>; 3] = Default::default();
    for at in 0..runs.len() {
        let stack = &mut open[match runs[at].mark {
            '*' => 0,
            '_' => 1,
            _ => 2,
        }];
        if runs[at].can_close {
            close(runs, at, stack);
        }
        if runs[at].can_open && runs[at].left > 0 {
            stack.push(at);
        }
    }
}

fn close(runs: &mut [Run], at: usize, stack: &mut Vec<usize>) {
    while let Some(opener) = stack.last().copied().filter(|_| runs[at].left > 0) {
        let taken = runs[opener].left.min(runs[at].left);
        runs[opener].left -= taken;
        runs[at].left -= taken;
        if runs[opener].left == 0 {
            stack.pop();
        }
    }
}
