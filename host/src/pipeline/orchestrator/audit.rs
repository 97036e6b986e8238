//! Asks a sample of rows again on their own and compares the answers. Pure.

use crate::pipeline::batch::{Batch, Stage};
use crate::pipeline::question::{Answer, Question, RowKeyMap};
use crate::pipeline::reconcile::Verdict;
use crate::pipeline::tally::AuditCounts;
use crate::rules::OutputColumn;
use serde_json::Value;
use std::sync::Arc;

/// The sample of a run.
#[derive(Debug)]
pub(super) struct Audit {
    /// The share of rows to sample, 0 to 1.
    share: f64,
    /// Answers that wait for their comparison.
    pending: RowKeyMap<Answer>,
}

impl Audit {
    pub(super) fn new(share: f64) -> Self {
        Self { share, pending: RowKeyMap::default() }
    }

    /// Returns the call that asks a row again, when the row is part of the sample. Rows that were asked on their own are not.
    pub(super) fn sample(&mut self, question: &Question, answer: &Answer, rows_in_call: usize) -> Option<Batch> {
        if rows_in_call < 2 || question.key.fraction() >= self.share {
            return None;
        }
        self.pending.insert(question.key, Arc::clone(answer));
        let again = Question { rejected: None, ..question.clone() };
        Some(Batch { questions: vec![again], stage: Stage::Audit })
    }

    /// Compares the answers of a finished audit call and counts the result.
    pub(super) fn compare(
        &mut self,
        batch: &Batch,
        verdicts: &[Verdict],
        outputs: &[OutputColumn],
        counts: &mut AuditCounts,
    ) {
        for (question, verdict) in batch.questions.iter().zip(verdicts) {
            let (Some(batched), Ok(single)) = (self.pending.remove(&question.key), verdict) else {
                continue;
            };
            let read = |text: &str| serde_json::from_str::<Value>(text).unwrap_or_default();
            let (batched, single) = (read(&batched), read(single));
            counts.rows += 1;
            for output in outputs {
                let same = u64::from(batched.get(&output.name) == single.get(&output.name));
                *counts.agree.entry(output.column.clone()).or_default() += same;
            }
        }
    }

    /// Forgets the rows of an audit call that was not made or got no response.
    pub(super) fn cancel(&mut self, batch: &Batch) {
        for question in &batch.questions {
            self.pending.remove(&question.key);
        }
    }

    /// Returns whether every sampled row was compared.
    pub(super) fn is_complete(&self) -> bool {
        self.pending.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pipeline::question::{Rejection, RowKey};
    use crate::rules::{Rule, ValueType};

    fn question() -> Question {
        Question {
            key: RowKey([0; 32]),
            body: "{}".into(),
            echo: None,
            asked: 1,
            rejected: Some(Arc::new(Rejection { code: "swapped".into(), message: "why".into() })),
        }
    }

    #[test]
    fn the_share_and_the_size_of_the_call_decide_about_the_sample() {
        let answer: Answer = "{}".into();
        assert!(Audit::new(0.0).sample(&question(), &answer, 20).is_none());
        assert!(Audit::new(1.0).sample(&question(), &answer, 1).is_none(), "the row was on its own");
        let batch = Audit::new(1.0).sample(&question(), &answer, 20).unwrap();
        assert_eq!((batch.stage, batch.questions[0].rejected.as_ref()), (Stage::Audit, None));
    }

    #[test]
    fn agreement_is_counted_by_column() {
        let column = |name: &str| OutputColumn {
            name: name.to_owned(),
            column: name.to_uppercase(),
            rule: Rule::new(ValueType::String),
        };
        let outputs = [column("a"), column("b")];
        let mut audit = Audit::new(1.0);
        let mut counts = AuditCounts::default();
        let batch = audit.sample(&question(), &r#"{"a":"x","b":"y"}"#.into(), 20).unwrap();
        assert!(!audit.is_complete());
        audit.compare(&batch, &[Ok(r#"{"a":"x","b":"z"}"#.into())], &outputs, &mut counts);
        assert!(audit.is_complete());
        assert_eq!((counts.rows, counts.agree["A"], counts.agree["B"]), (1, 1, 0));
    }
}
