//! Rows that come in: fingerprinted, looked up, and sent where they belong (stages 2 and 3).

use super::run_loop::{Places, Run};
use crate::limit::stop::StopReason;
use crate::pipeline::fingerprint::InputPlan;
use crate::pipeline::lookup::look_up;
use crate::pipeline::question::{Answer, Outcome, Question, RowKey, SkipReason};
use crate::pipeline::row_buffer::{RowIndex, Slot};
use crate::settings::{MissingInput, Pairing};
use rowsmith_plugin_api::RowChunk;
use std::sync::Arc;

impl Run<'_> {
    /// Stages 2 and 3: fingerprints rows and looks them up.
    pub(super) async fn ingest(&mut self, mut chunk: RowChunk) {
        if let Some(limit) = self.settings.run.limit {
            let left = usize::try_from(limit - self.tally.rows.scraped).unwrap_or(usize::MAX);
            if chunk.len() >= left {
                chunk.truncate(left);
                self.source_ended = true;
            }
        }
        let chunk = Arc::new(chunk);
        let plan = match self.plan.take() {
            Some(plan) if plan.fits(&chunk) => plan,
            earlier => {
                let plan = self.fingerprinter.plan(chunk.columns());
                if let Err(problem) = self.check_columns(&plan, &chunk, earlier.is_none()) {
                    self.stop.request(StopReason::Config(problem));
                    return;
                }
                plan
            }
        };
        self.tally.rows.scraped += chunk.len() as u64;
        let mut keys = Vec::with_capacity(chunk.len());
        let mut rows = Vec::with_capacity(chunk.len());
        for row in 0..chunk.len() {
            if plan.is_blank(&chunk, row) {
                rows.push(None);
            } else {
                let key = self.fingerprinter.key(&plan, &chunk, row);
                rows.push(Some(key));
                keys.push(key);
            }
        }
        let answers = self.answers(&keys).await;
        let mut answers = answers.into_iter();
        for (row, key) in rows.into_iter().enumerate() {
            let slot = Slot { chunk: Arc::clone(&chunk), row, key, outcome: None, duplicate: false };
            let place = self.window.push(slot);
            match key {
                None => self.end(place, Outcome::Skipped(SkipReason::NothingToAsk), false),
                Some(key) => {
                    let answer = answers.next().flatten();
                    self.route(place, key, answer, || question(&plan, &chunk, row, key, &self.settings.batch.pairing));
                }
            }
        }
        self.plan = Some(plan);
    }

    /// Answers from the cache. With `--refresh`, only those of questions that this run has asked itself.
    pub(super) async fn answers(&mut self, keys: &[RowKey]) -> Vec<Option<Answer>> {
        let refresh = self.settings.run.refresh;
        if refresh && !keys.iter().any(|key| self.asked.contains(key)) {
            return vec![None; keys.len()];
        }
        match look_up(&self.cache, keys).await {
            Ok(mut found) => {
                self.tally.damaged += found.damaged;
                if refresh {
                    for (answer, key) in found.answers.iter_mut().zip(keys) {
                        if !self.asked.contains(key) {
                            *answer = None;
                        }
                    }
                }
                found.answers
            }
            Err(error) => {
                self.stop.request(StopReason::Cache(error));
                vec![None; keys.len()]
            }
        }
    }

    /// Sends a row where it belongs: out, to an open question, or to a new one.
    pub(super) fn route(
        &mut self,
        place: RowIndex,
        key: RowKey,
        answer: Option<Answer>,
        question: impl FnOnce() -> Question,
    ) {
        let asked = !self.asked.is_empty() && self.asked.contains(&key);
        if let Some(places) = self.waiting.get_mut(&key) {
            // Before the cache: with `--refresh`, what it still holds is the answer of an earlier run.
            places.further.push(place);
        } else if let Some(failure) = self.failed.get(&key) {
            let outcome = Outcome::Failed(failure.clone());
            self.end(place, outcome, true);
        } else if let Some(answer) = answer {
            let outcome = if asked { Outcome::Enriched(answer) } else { Outcome::Cached(answer) };
            self.end(place, outcome, asked);
        } else if self.settings.run.offline {
            self.end(place, Outcome::Skipped(SkipReason::Offline), false);
        } else {
            self.waiting.insert(key, Places { first: place, further: Vec::new() });
            self.asked.insert(key);
            self.tally.asked += 1;
            self.packer.push(question());
        }
    }

    pub(super) fn check_columns(&self, plan: &InputPlan, chunk: &RowChunk, first: bool) -> Result<(), String> {
        let has = || chunk.columns().iter().map(|c| format!("`{c}`")).collect::<Vec<_>>().join(", ");
        if let Some(output) = self.settings.enrich.output.iter().find(|o| chunk.column(&o.column).is_some()) {
            return Err(format!(
                "the output column `{}` is already a column of the source; give it another name with `column` in [enrich.output.{}]",
                output.column, output.name
            ));
        }
        if let Some(status) = self.settings.run.status_column.as_ref().filter(|s| chunk.column(s).is_some()) {
            return Err(format!(
                "the status column `{status}` is already a column of the source; give it another name"
            ));
        }
        if !first || self.settings.enrich.missing_input == MissingInput::Ignore {
            return Ok(());
        }
        match plan.missing().next() {
            None => Ok(()),
            Some(missing) => {
                let near = crate::document::nearest(missing, chunk.columns().iter().map(String::as_str));
                let hint = near.map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
                Err(format!("the input column `{missing}` is not in the source, which has {}{hint}", has()))
            }
        }
    }

    /// Looks again for questions that another process was asking.
    pub(super) async fn retry_deferred(&mut self) {
        let questions = std::mem::take(&mut self.deferred);
        let keys: Vec<_> = questions.iter().map(|question| question.key).collect();
        // With `--refresh` a stored answer may be an old one, so these are claimed and asked after all.
        let refresh = self.settings.run.refresh;
        let found = if refresh { Vec::new() } else { look_up(&self.cache, &keys).await.unwrap_or_default().answers };
        let mut found = found.into_iter();
        for question in questions {
            match found.next().flatten() {
                Some(answer) => self.resolve(question.key, Outcome::Cached(answer)),
                None => self.packer.push(question),
            }
        }
    }
}

fn question(plan: &InputPlan, chunk: &RowChunk, row: usize, key: RowKey, pairing: &Pairing) -> Question {
    let echo = match pairing {
        Pairing::Column(column) => Some(chunk.row(row).get(column).display().into()),
        Pairing::Tag | Pairing::Off => None,
    };
    Question { key, body: plan.body(chunk, row).into(), echo, asked: 0, rejected: None }
}
