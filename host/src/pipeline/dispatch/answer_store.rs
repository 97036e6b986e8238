//! Stores the valid answers of a call, with their provenance.

use crate::limit::clock::Clock;
use crate::limit::memory::HeldBytes;
use crate::pipeline::batch::{Batch, Stage};
use crate::pipeline::equal_texts::EqualText;
use crate::pipeline::persist::Persister;
use crate::pipeline::question::RowKey;
use crate::pipeline::question_digest::QuestionDigest;
use crate::pipeline::reconcile::Verdict;
use crate::pipeline::record::{self, Record, RecordMeta, SuspectedText};
use rowsmith_plugin_api::Error;
use rowsmith_plugin_api::completion::Usage;

/// Stores answers, and the data that is stored with each.
pub struct AnswerStore {
    /// Makes answers durable.
    pub persister: Persister,
    /// The provider's name in the config.
    pub provider_name: String,
    /// The configured model, for responses that name none.
    pub model: String,
    /// Digests of the parts of the question.
    pub question_digest: QuestionDigest,
    /// Wall-clock time.
    pub clock: Clock,
}

/// Usage and model of a response.
#[derive(Default)]
pub(super) struct Provenance {
    pub(super) usage: Usage,
    pub(super) model: Option<String>,
    /// The memory of the response.
    pub(super) _held: Option<HeldBytes>,
}

impl AnswerStore {
    /// Makes valid answers durable, those of a suspected text as answers whose check has not ended. Answers of audits are
    /// compared and not kept.
    pub(super) async fn store(
        &self,
        batch: &Batch,
        verdicts: &[Verdict],
        suspected: Option<&EqualText>,
        from: Provenance,
    ) -> Result<(), Error> {
        if batch.stage == Stage::Audit {
            return Ok(());
        }
        let share = |tokens: Option<u64>| tokens.map(|n| n / batch.questions.len().max(1) as u64);
        let meta = RecordMeta {
            provider: self.provider_name.clone(),
            model: from.model.unwrap_or_else(|| self.model.clone()),
            time: self.clock.now_secs(),
            input_tokens: share(from.usage.input),
            output_tokens: share(from.usage.output),
            question: Some(self.question_digest.as_str().to_owned()),
            suspected: None,
        };
        let text = |meta: &RecordMeta| serde_json::to_string(meta).unwrap_or_default();
        let meta_of_accepted = text(&meta);
        let meta_of_held = suspected.map(|group| {
            let suspected = SuspectedText { column: group.column.clone(), text: group.text.clone() };
            text(&RecordMeta { suspected: Some(suspected), ..meta })
        });
        let is_held = |row: &usize| suspected.is_some_and(|group| group.rows.contains(row));
        let values: Vec<(RowKey, Vec<u8>)> = batch
            .questions
            .iter()
            .zip(verdicts)
            .enumerate()
            .filter_map(|(row, (question, verdict))| {
                let answer = verdict.as_ref().ok()?;
                let held = meta_of_held.as_ref().filter(|_| is_held(&row));
                let meta = held.unwrap_or(&meta_of_accepted);
                let record = Record { meta, answer, is_accepted: held.is_none() };
                Some((question.key, record::encode(&question.key, &record)))
            })
            .collect();
        self.persister.put(values).await
    }
}
