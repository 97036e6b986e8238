//! Stages 2 and 3: fingerprints rows, looks them up, and routes them.

use super::open_questions::Route;
use super::run_loop::Run;
use super::source_columns;
use crate::limit::stop::StopReason;
use crate::pipeline::batch::{Batch, Stage};
use crate::pipeline::fingerprint::InputPlan;
use crate::pipeline::lookup::{LookupResult, look_up};
use crate::pipeline::question::{Outcome, Question, RowKey, SkipReason};
use crate::pipeline::row_buffer::{BufferedRow, RowIndex};
use crate::plugin::row_intake::ScrapedChunk;
use crate::settings::Pairing;
use rowsmith_plugin_api::RowChunk;
use rowsmith_plugin_api::row::Column;
use std::sync::Arc;

impl Run<'_> {
    /// Fingerprints and routes the rows of a chunk.
    pub(super) async fn ingest(&mut self, mut chunk: ScrapedChunk) {
        self.apply_limit(&mut chunk);
        let chunk = Arc::new(chunk);
        let plan = match self.plan_for(&chunk) {
            Ok(plan) => plan,
            Err(problem) => {
                self.stop.request(StopReason::Config(problem));
                return;
            }
        };
        self.tally.rows.scraped += chunk.len() as u64;
        let keys: Vec<Option<RowKey>> = (0..chunk.len())
            .map(|row| (!plan.is_blank(&chunk, row)).then(|| self.fingerprinter.key(&plan, &chunk, row)))
            .collect();
        let asked: Vec<RowKey> = keys.iter().flatten().copied().collect();
        let LookupResult { answers, held, .. } = self.cached_answers(&asked).await;
        let mut answers = answers.into_iter();
        let mut checks = Vec::new();
        for (row, key) in keys.into_iter().enumerate() {
            let buffered = BufferedRow { chunk: Arc::clone(&chunk), row, key, outcome: None, duplicate: false };
            let index = self.rows.push(buffered);
            match key {
                None => self.end(index, Outcome::Skipped(SkipReason::NothingToAsk), false),
                Some(key) => {
                    let question = || question(&plan, &chunk, row, key, &self.settings.batch.pairing);
                    let route = self.questions.route(index, key, answers.next().flatten());
                    match held.get(&key).filter(|_| route == Route::New && !self.settings.run.offline) {
                        Some(held) => {
                            self.open(index, key);
                            checks.push((question(), held.clone()));
                        }
                        None => self.follow(route, index, key, question),
                    }
                }
            }
        }
        self.continue_checks(checks);
        self.input_plan = Some(plan);
    }

    /// Checks the columns of the source before its rows, and passes them to the exporters.
    pub(super) async fn announce(&mut self, columns: Vec<Column>) {
        let names: Arc<[String]> = columns.iter().map(|column| column.name.clone()).collect();
        let plan = self.fingerprinter.plan(&names);
        match source_columns::check(self.settings, &plan, &names, self.input_plan.is_none()) {
            Ok(()) => self.exporters.announce(columns).await,
            Err(problem) => self.stop.request(StopReason::Config(problem)),
        }
    }

    /// Cuts a chunk at `--limit`.
    fn apply_limit(&mut self, chunk: &mut ScrapedChunk) {
        let Some(limit) = self.settings.run.limit else { return };
        let left = usize::try_from(limit - self.tally.rows.scraped).unwrap_or(usize::MAX);
        if chunk.len() >= left {
            chunk.truncate(left);
            self.source_ended = true;
        }
    }

    /// Returns the positions of the input columns; a chunk of a new shape is checked first.
    fn plan_for(&mut self, chunk: &RowChunk) -> Result<InputPlan, String> {
        match self.input_plan.take() {
            Some(plan) if plan.fits(chunk) => Ok(plan),
            earlier => {
                let plan = self.fingerprinter.plan(chunk.columns());
                source_columns::check(self.settings, &plan, chunk.columns(), earlier.is_none())?;
                Ok(plan)
            }
        }
    }

    /// Reads answers from the cache. With `--refresh`, only those of questions that this run has asked.
    async fn cached_answers(&mut self, keys: &[RowKey]) -> LookupResult {
        let none = || LookupResult { answers: vec![None; keys.len()], ..LookupResult::default() };
        let refresh = self.settings.run.refresh;
        if refresh && !keys.iter().any(|key| self.questions.was_asked(key)) {
            return none();
        }
        match look_up(&self.cache, keys).await {
            Ok(mut found) => {
                self.tally.damaged += found.damaged;
                if refresh {
                    found.held.clear();
                    for (answer, key) in found.answers.iter_mut().zip(keys) {
                        if !self.questions.was_asked(key) {
                            *answer = None;
                        }
                    }
                }
                found
            }
            Err(error) => {
                self.stop.request(StopReason::Cache(error));
                none()
            }
        }
    }

    /// Ends a row, lets it wait for an open question, or opens a new one.
    fn follow(&mut self, route: Route, index: RowIndex, key: RowKey, question: impl FnOnce() -> Question) {
        match route {
            Route::Join => {}
            Route::Failed(failure) => self.end(index, Outcome::Failed(failure), true),
            Route::Cached(answer) => {
                // Valid answers to the same question exist.
                self.brake.open();
                self.end(index, Outcome::Cached(answer), false);
            }
            Route::AnsweredEarlier(answer) => self.end(index, Outcome::Enriched(answer), true),
            Route::New if self.settings.run.offline => self.end(index, Outcome::Skipped(SkipReason::Offline), false),
            Route::New => {
                self.open(index, key);
                if self.dispatcher.unanswered_rows.contains(&key) {
                    self.queue.push_last(question());
                } else {
                    self.queue.push(question());
                }
            }
        }
    }

    fn open(&mut self, index: RowIndex, key: RowKey) {
        self.questions.open(index, key);
        self.tally.asked += 1;
    }

    /// Looks up the questions again that another process was asking.
    pub(super) async fn retry_deferred(&mut self) {
        let questions = self.queue.take_deferred();
        let keys: Vec<_> = questions.iter().map(|(question, _)| question.key).collect();
        // With `--refresh` a stored answer may be an old one, so the questions are leased and asked after all.
        let refresh = self.settings.run.refresh;
        let found = if refresh { Vec::new() } else { look_up(&self.cache, &keys).await.unwrap_or_default().answers };
        let mut found = found.into_iter();
        for (question, stage) in questions {
            match found.next().flatten() {
                Some(answer) => self.resolve(question.key, &Outcome::Cached(answer)),
                // The answer alone decides whether a suspected text is accepted.
                None if stage == Stage::Single => self.queue.push_batch(Batch { questions: vec![question], stage }),
                None => self.queue.push(question),
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
