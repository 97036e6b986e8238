//! Checks equal texts in many rows of a call: a few of the rows are asked alone, and the others wait for the result. Pure.

use crate::pipeline::batch::{Batch, Stage};
use crate::pipeline::equal_texts::{EqualText, are_similar};
use crate::pipeline::question::{Answer, Question, RowKey};

/// Rows of a group that are asked alone. If all of them get the same text again, it is accepted for the whole group.
const SAMPLES: usize = 3;

/// The checks of a run.
#[derive(Debug, Default)]
pub(super) struct Suspicions {
    checks: Vec<Check>,
}

#[derive(Debug)]
struct Check {
    group: EqualText,
    /// Rows that are being asked alone, with their suspected answers.
    samples: Vec<(RowKey, Answer)>,
    /// Rows that wait for the result, with their suspected answers.
    waiting: Vec<(Question, Answer)>,
}

/// The end of a check.
#[derive(Debug)]
pub(super) enum CheckEnd {
    /// The rows that were asked alone got the same text: the answers of the others are accepted.
    Confirmed(EqualText, Vec<(Question, Answer)>),
    /// A row got another text: every row is asked alone.
    Refuted(Vec<Batch>),
}

impl Suspicions {
    /// Returns whether a row is being asked alone for a check.
    pub(super) fn is_sample(&self, key: &RowKey) -> bool {
        self.checks.iter().any(|check| check.samples.iter().any(|(sample, _)| sample == key))
    }

    /// Starts the check of a group; returns the calls to make. Rows whose text is being checked already wait for that result.
    pub(super) fn start(&mut self, group: EqualText, mut rows: Vec<(Question, Answer)>) -> Vec<Batch> {
        let same = |check: &&mut Check| check.group.column == group.column && check.group.text == group.text;
        if let Some(check) = self.checks.iter_mut().find(same) {
            check.waiting.append(&mut rows);
            return Vec::new();
        }
        let mut samples = Vec::new();
        for _ in 0..SAMPLES.min(rows.len()) {
            // The first, the last and one between, because rows that cause the text may be neighbours.
            let at = [0, rows.len() - 1, rows.len() / 2].get(samples.len()).copied().unwrap_or_default();
            samples.push(rows.remove(at));
        }
        let keys = samples.iter().map(|(question, answer)| (question.key, Answer::clone(answer))).collect();
        self.checks.push(Check { group, samples: keys, waiting: rows });
        samples.into_iter().map(|(question, _)| alone(question)).collect()
    }

    /// Records the answer of a row that was asked alone, if it has one.
    pub(super) fn record(&mut self, key: &RowKey, answer: Option<&Answer>) -> Option<CheckEnd> {
        let at = self.checks.iter().position(|check| check.samples.iter().any(|(sample, _)| sample == key))?;
        let check = self.checks.get_mut(at)?;
        let sample = check.samples.iter().position(|(sample, _)| sample == key)?;
        let (_, suspected) = check.samples.swap_remove(sample);
        let is_same = answer.is_some_and(|answer| are_similar(&check.group.column, &suspected, answer));
        if is_same && !check.samples.is_empty() {
            return None;
        }
        let Check { group, waiting, .. } = self.checks.swap_remove(at);
        Some(if is_same {
            CheckEnd::Confirmed(group, waiting)
        } else {
            CheckEnd::Refuted(waiting.into_iter().map(|(question, _)| alone(question)).collect())
        })
    }
}

fn alone(question: Question) -> Batch {
    Batch { questions: vec![Question { rejected: None, ..question }], stage: Stage::Single }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(keys: std::ops::Range<u8>) -> Vec<(Question, Answer)> {
        keys.map(|n| {
            let question = Question { key: RowKey([n; 32]), body: "{}".into(), echo: None, asked: 1, rejected: None };
            (question, r#"{"t":"same"}"#.into())
        })
        .collect()
    }

    fn group() -> EqualText {
        EqualText { column: "t".into(), text: "same".into(), rows: Vec::new() }
    }

    fn keys(batches: &[Batch]) -> Vec<u8> {
        batches.iter().flat_map(|batch| &batch.questions).map(|question| question.key.0[0]).collect()
    }

    #[test]
    fn a_text_is_accepted_if_every_sample_gets_it_alone() {
        let mut suspicions = Suspicions::default();
        let asked = keys(&suspicions.start(group(), rows(0..20)));
        assert_eq!(asked.len(), SAMPLES);
        assert!(suspicions.start(group(), rows(20..30)).is_empty(), "the text is being checked");
        let same: Answer = r#"{"t":"Same."}"#.into();
        for key in &asked[..2] {
            assert!(suspicions.is_sample(&RowKey([*key; 32])));
            assert!(suspicions.record(&RowKey([*key; 32]), Some(&same)).is_none());
        }
        let end = suspicions.record(&RowKey([asked[2]; 32]), Some(&same));
        assert!(matches!(end, Some(CheckEnd::Confirmed(_, waiting)) if waiting.len() == 27));
        assert!(suspicions.record(&RowKey([asked[2]; 32]), Some(&same)).is_none());
    }

    #[test]
    fn another_text_or_none_makes_every_row_asked_alone() {
        for answer in [Some(r#"{"t":"own"}"#.into()), None] {
            let mut suspicions = Suspicions::default();
            let asked = keys(&suspicions.start(group(), rows(0..5)));
            let Some(CheckEnd::Refuted(others)) = suspicions.record(&RowKey([asked[0]; 32]), answer.as_ref()) else {
                panic!("the text is another one");
            };
            let mut all = [asked, keys(&others)].concat();
            all.sort_unstable();
            assert_eq!(all, [0, 1, 2, 3, 4]);
        }
    }

    #[test]
    fn a_group_of_samples_only_is_confirmed_without_waiting_rows() {
        let mut suspicions = Suspicions::default();
        let asked = keys(&suspicions.start(group(), rows(0..2)));
        let same: Answer = r#"{"t":"same"}"#.into();
        assert!(suspicions.record(&RowKey([asked[0]; 32]), Some(&same)).is_none());
        let end = suspicions.record(&RowKey([asked[1]; 32]), Some(&same));
        assert!(matches!(end, Some(CheckEnd::Confirmed(_, waiting)) if waiting.is_empty()));
    }
}
