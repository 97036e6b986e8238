//! Selects the value of an enum whose words are most similar to the row's.
//!
//! A value scores with its own words, with the words of the rule's description that follow its name, and with a few
//! built-in cues ([`crate::cues`]). The choice depends only on the row and the rule; of equal values the first wins.

use crate::cues::{FAMILIES, Family};
use crate::reading::Reading;
use crate::words::{Word, words};
use rowsmith_plugin_api::prelude::Value;

/// Maximum occurrences that count per word, so that one repeated word does not decide alone.
const MAX_COUNT: u32 = 3;

/// Sentences that are searched for instructions.
const MAX_SENTENCES: usize = 40;

/// Words that score for one value.
#[derive(Debug, Default)]
pub(crate) struct Profile {
    cues: Vec<(u64, f32)>,
    instructions: bool,
}

impl Profile {
    /// Returns the profiles of an enum's values, in their order.
    pub(crate) fn of_values(values: &[Value], description: &str) -> Vec<Self> {
        let names: Vec<Vec<u64>> = values.iter().map(|value| stems(&value_text(value))).collect();
        let mut profiles: Vec<Self> = names.iter().map(|name| Self::of_name(name)).collect();
        // Words of the description belong to the value that is named before them.
        let mut current = None;
        for word in words(description) {
            if let Some(value) = names.iter().position(|name| name.contains(&word.stem)) {
                current = Some(value);
            } else if word.is_content()
                && let Some(profile) = current.and_then(|value| profiles.get_mut(value))
            {
                profile.cues.push((word.stem, 1.0));
            }
        }
        profiles
    }

    fn of_name(name: &[u64]) -> Self {
        let mut profile = Self { cues: name.iter().map(|stem| (*stem, 2.0)).collect(), instructions: false };
        let belongs = |family: &&Family| words(family.names).any(|known| name.contains(&known.stem));
        if let Some(family) = FAMILIES.iter().find(belongs) {
            profile.cues.extend(words(family.cues).map(|word| (word.stem, family.weight)));
            profile.instructions = family.instructions;
        }
        profile
    }

    /// Returns the score of the value for a row; 0 without any match.
    pub(crate) fn score(&self, reading: &Reading<'_>) -> f32 {
        let words: f32 =
            self.cues.iter().map(|(stem, weight)| weight * small(reading.count(*stem).min(MAX_COUNT))).sum();
        if !self.instructions {
            return words;
        }
        let begins = |stem: u64| self.cues.iter().any(|(cue, _)| *cue == stem);
        let instructions =
            reading.sentences.iter().take(MAX_SENTENCES).filter(|sentence| begins(sentence.first)).count();
        words + small(u32::try_from(instructions).unwrap_or(u32::MAX).min(MAX_COUNT))
    }
}

/// Returns the index and the score of the value with the highest score.
pub(crate) fn nearest(profiles: &[Profile], reading: &Reading<'_>) -> (usize, f32) {
    let mut best = (0, 0.0);
    for (index, profile) in profiles.iter().enumerate() {
        let score = profile.score(reading);
        if score > best.1 {
            best = (index, score);
        }
    }
    best
}

/// Converts a capped count, which is exact as a float.
#[expect(clippy::cast_precision_loss, reason = "the counts are at most MAX_COUNT")]
fn small(count: u32) -> f32 {
    count as f32
}

fn stems(text: &str) -> Vec<u64> {
    words(text).filter(|word| !word.stop || text.len() == word.text.len()).map(|word: Word<'_>| word.stem).collect()
}

fn value_text(value: &Value) -> String {
    // Values like "in_progress" are several words.
    value.as_str().map_or_else(|| value.to_string(), |text| text.replace('_', " "))
}

#[cfg(test)]
mod tests {
    use super::{Profile, nearest};
    use crate::plain::blocks;
    use crate::reading::{Fields, Reading};
    use rowsmith_plugin_api::prelude::{Value, json};

    #[test]
    fn the_most_similar_value_wins() {
        let levels = json!(["practice", "expert"]);
        let cases = [
            ("instructions", &levels, "", "Use a tripod. Measure twice and write it down.", 0),
            ("theory", &levels, "", "The formula follows from the theory of gravity.", 1),
            ("no match", &levels, "", "Grey, grey, grey.", 0),
            ("own words", &json!(["open", "in_progress", "closed"]), "", "The work is in progress.", 1),
            (
                "description",
                &json!(["a1", "b2"]),
                "a1: animals such as cats or dogs; b2: plants such as trees",
                "All trees grow.",
                1,
            ),
            ("numbers", &json!([1, 2, 3]), "", "Chapter 3", 2),
            ("none", &json!([]), "", "x", 0),
        ];
        for (name, values, description, text, expected) in cases {
            let values: &[Value] = values.as_array().expect("values are a list");
            let fields = Fields { prose: text.to_owned(), ..Fields::default() };
            let blocks = blocks(text);
            let profiles = Profile::of_values(values, description);
            assert_eq!(nearest(&profiles, &Reading::new(&fields, &blocks)).0, expected, "{name}");
        }
    }
}
