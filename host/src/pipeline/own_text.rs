//! Recognizes texts of the prompt in values: weak models copy sentences, tags and ids instead of answering. Pure.
//!
//! A text that also occurs in the row is data and therefore valid, and so are single words of the prompt: a false alarm
//! costs a row. Only whole sentences of the user's instructions count, because they can contain the values to select from.

use super::question::Rejection;
use crate::rules::texts::{TextProblem, control_character, damaged_character};
use crate::rules::{Constraint, OutputColumn, Rule, ValueType, describe};
use serde_json::Value;
use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

/// Words of a run that is compared.
const RUN: usize = 4;
/// Minimum words of a run that is copied, if the value has further words.
const LONG_RUN: usize = 6;
/// Minimum words of a sentence that is compared as a whole.
const SENTENCE: usize = 3;

/// The field of a row that names the rejection of its previous answer.
pub(super) const REJECTED_FIELD: &str = "rejected";

/// The texts that the prompts of a run share.
#[derive(Debug, Default)]
pub struct PromptTexts {
    /// Hashes of all runs of [`RUN`] words in the sentences of the host.
    runs: HashSet<u64>,
    /// Sentences of the instructions, and descriptions and allowed values of columns, as words.
    whole: HashSet<String>,
    /// The lines of the prompt that describe a column, as words.
    lines: HashSet<String>,
}

/// The texts of one call.
#[derive(Debug, Default)]
pub struct OwnText {
    /// The texts that the prompts of a run share.
    pub prompt: Arc<PromptTexts>,
    /// Tags, and ids that are derived from the rows.
    pub tokens: Vec<String>,
    /// Ids that are positions, such as `r0`.
    pub positions: Vec<String>,
    /// The rows, in the order of the questions.
    pub rows: Vec<RowText>,
}

/// The texts of one row of a call.
#[derive(Debug, Default)]
pub struct RowText {
    /// The input columns as a JSON object.
    pub body: Arc<str>,
    /// The rejection of the previous answer.
    pub rejected: Option<Arc<Rejection>>,
}

impl PromptTexts {
    /// Reads the sentences of the host, the user's instructions, and the output columns.
    pub fn new(host: &[&str], instructions: &str, outputs: &[OutputColumn]) -> Self {
        let mut texts = Self::default();
        for text in host {
            texts.runs.extend(runs(&words(text)));
        }
        for output in outputs {
            texts.runs.extend(runs(&words(&describe::line(&undescribed(&output.rule)))));
            for rule in [&output.rule, &undescribed(&output.rule)] {
                texts.lines.insert(words(&format!("{} ({})", output.name, describe::line(rule))).join(" "));
            }
            texts.add_descriptions(&output.rule);
        }
        texts.whole.extend(sentences(instructions).filter_map(whole));
        texts
    }

    fn add_descriptions(&mut self, rule: &Rule) {
        self.whole.extend(whole(&rule.description));
        // Only the whole list: a single allowed value can be the value of another column.
        let lists = describe::line(rule).split(';').map(|part| words(part).join(" ")).collect::<Vec<_>>();
        self.whole.extend(lists.into_iter().filter(|list| list.starts_with("one of ")));
        match &rule.value_type {
            ValueType::Array { items: Some(items) } => self.add_descriptions(items),
            ValueType::Object { properties } => properties.iter().for_each(|(_, rule)| self.add_descriptions(rule)),
            _ => {}
        }
    }
}

impl OwnText {
    /// Returns the reason why a text is not a value of a row.
    pub fn problem_of(&self, row: usize, text: &str) -> Option<TextProblem> {
        if let Some(found) = control_character(text) {
            return Some(TextProblem::Control(found));
        }
        let row = self.rows.get(row);
        let body = || row.map_or_else(String::new, |row| texts_of(&row.body));
        if let Some(found) = damaged_character(text).filter(|found| !body().contains(*found)) {
            return Some(TextProblem::Control(found));
        }
        let copied = self.copied(row, text)?;
        (!padded(&words(&body())).contains(&padded(&copied))).then_some(TextProblem::Prompt)
    }

    /// Returns the words of the prompt that a text repeats.
    fn copied(&self, row: Option<&RowText>, text: &str) -> Option<Vec<String>> {
        if let Some(token) = self.token_in(text) {
            return Some(words(token));
        }
        let words = words(text);
        let rejected = row.and_then(|row| row.rejected.as_deref());
        let rejection_runs =
            rejected.map_or_else(HashSet::new, |rejected| runs(&self::words(&rejected.message)).collect());
        let is_whole =
            !self.prompt.whole.is_empty() && words.len() >= SENTENCE && self.prompt.whole.contains(&words.join(" "));
        let is_line = words.len() > 1 && self.prompt.lines.contains(&words.join(" "));
        if is_whole || is_line || rejected.is_some_and(|rejected| repeats_code(text, &rejected.code)) {
            return Some(words);
        }
        longest_run(&words, |run| self.prompt.runs.contains(&run) || rejection_runs.contains(&run))
    }

    /// Returns the tag or id that a text contains, or the position that it consists of.
    fn token_in<'a>(&'a self, text: &'a str) -> Option<&'a str> {
        let parts = || text.split(|c: char| !c.is_alphanumeric()).filter(|part| !part.is_empty());
        let known = |list: &[String], part: &str| list.iter().any(|token| token == part);
        let token = parts().find(|part| known(&self.tokens, part));
        token.or_else(|| parts().next().filter(|_| parts().all(|part| known(&self.positions, part))))
    }
}

/// Returns the lower-case words of a text. Scripts without spaces are one word between two signs.
fn words(text: &str) -> Vec<String> {
    let parts = text.split(|c: char| !(c.is_alphanumeric() || c == '_')).filter(|part| !part.is_empty());
    parts.map(str::to_lowercase).collect()
}

fn padded(words: &[String]) -> String {
    format!(" {} ", words.join(" "))
}

fn runs(words: &[String]) -> impl Iterator<Item = u64> {
    words.windows(RUN).map(|run| {
        let mut hash = DefaultHasher::new();
        run.hash(&mut hash);
        hash.finish()
    })
}

/// Returns the longest run of words that is known, if it is long or makes up most of the text.
fn longest_run(words: &[String], known: impl Fn(u64) -> bool) -> Option<Vec<String>> {
    let (mut best, mut length) = (0..0, 0);
    for (at, run) in runs(words).enumerate() {
        length = if known(run) { length + 1 } else { 0 };
        if length > 0 && length + RUN - 1 > best.len() {
            best = at + 1 - length..at + RUN;
        }
    }
    let copied = best.len() >= LONG_RUN || (best.len() >= RUN && best.len() * 10 >= words.len() * 6);
    copied.then(|| words.get(best).unwrap_or_default().to_vec())
}

/// Returns whether a text holds the code of a rejection or its rule, or consists of the name of the field that has it.
fn repeats_code(text: &str, code: &str) -> bool {
    let text = text.trim_matches(|c: char| !c.is_alphanumeric());
    let rule = code.rsplit(':').next().unwrap_or_default();
    let holds_code = code.contains(':') && text.contains(code);
    // The names of most rules are no words of a language.
    let holds_rule = rule.contains('_') && words(text).iter().any(|word| word == rule);
    holds_code || holds_rule || [code, REJECTED_FIELD].iter().any(|whole| text.eq_ignore_ascii_case(whole))
}

/// Returns a sentence as words, if it is long enough to be recognized. A quotation can be a value.
fn whole(sentence: &str) -> Option<String> {
    let quoted = sentence.contains(['"', '“', '«', '`', '„', '「']);
    let words = words(sentence);
    (!quoted && words.len() >= SENTENCE).then(|| words.join(" "))
}

/// Returns the sentences of the prose of a text; list items, and lines after a colon, can be values.
fn sentences(text: &str) -> impl Iterator<Item = &str> {
    let mut after_colon = false;
    let prose = text.lines().map(str::trim).filter(move |line| {
        let listed = line.starts_with(|c: char| matches!(c, '-' | '*' | '•' | '+') || c.is_ascii_digit());
        let is_prose = !listed && !after_colon;
        after_colon = line.ends_with(':') || (after_colon && listed);
        is_prose
    });
    prose.flat_map(|line| line.split_inclusive(['.', '!', '?', '。', '！', '？']))
}

/// Returns a rule without the user's words: descriptions, allowed values and patterns.
fn undescribed(rule: &Rule) -> Rule {
    let value_type = match &rule.value_type {
        ValueType::Array { items } => {
            ValueType::Array { items: items.as_ref().map(|items| Box::new(undescribed(items))) }
        }
        ValueType::Object { properties } => ValueType::Object {
            properties: properties.iter().map(|(name, rule)| (name.clone(), undescribed(rule))).collect(),
        },
        other => other.clone(),
    };
    let of_user = |constraint: &&Constraint| matches!(constraint, Constraint::Enum(_) | Constraint::Pattern(_));
    let constraints = rule.constraints.iter().filter(|constraint| !of_user(constraint)).cloned().collect();
    Rule { value_type, constraints, optional: rule.optional, description: String::new() }
}

/// Returns all texts of a JSON object, names included.
fn texts_of(body: &str) -> String {
    fn add(value: &Value, out: &mut String) {
        match value {
            Value::String(text) => out.push_str(text),
            Value::Array(items) => items.iter().for_each(|item| add(item, out)),
            Value::Object(members) => members.iter().for_each(|(name, member)| {
                out.push_str(name);
                out.push(' ');
                add(member, out);
            }),
            other => out.push_str(&other.to_string()),
        }
        out.push(' ');
    }
    let mut out = String::with_capacity(body.len());
    add(&serde_json::from_str(body).unwrap_or_default(), &mut out);
    out
}

#[cfg(test)]
#[path = "own_text_tests.rs"]
mod tests;
