//! Stage 5: writes the text and schema of a call. Pure.
//!
//! The constant part of a run (role, task, rules) comes first and holds no row data, so that services can cache it. Rows
//! come last, as JSON, with a note that they are data.

use super::anchor::{self, AnchorSource, Anchors};
use super::batch::{Batch, CHARS_PER_TOKEN, row_tokens};
use super::learning::CallSizes;
use super::own_text::{OwnText, PromptTexts, REJECTED_FIELD, RowText};
use super::prompt_sentences;
use super::question::Question;
use crate::rules::answer_schema::{self, RowSchema};
use crate::rules::{OutputColumn, answer_size, canonical};
use crate::settings::Pairing;
use rowsmith_plugin_api::completion::{CompletionRequest, SchemaKeyword};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// The shape of answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AnswerShape {
    /// One object with keys `r0`, `r1`, …, for services that decode under a schema.
    Keyed,
    /// An array of objects with ids, for all other services.
    Array {
        /// True if the service is asked for JSON mode; then the array is the member of an object, because services enforce
        /// one.
        json_mode: bool,
    },
}

/// The parts of requests that depend on the provider and on `[batch]`.
#[derive(Debug, Clone, Default)]
pub struct PromptOptions {
    /// The constraints that the service enforces in schemas.
    pub keywords: Vec<SchemaKeyword>,
    /// The source of anchors.
    pub anchor: AnchorSource,
    /// True if answers that are about another row of the call are rejected.
    pub check_content: bool,
}

/// Writes the requests of a run.
pub struct Prompter {
    outputs: Vec<OutputColumn>,
    pairing: Pairing,
    options: PromptOptions,
    /// The field that holds the anchor of an answer.
    anchor_field: &'static str,
    keyed_system: String,
    /// For arrays inside an object.
    wrapped_system: String,
    array_system: String,
    rules: String,
    texts: Arc<PromptTexts>,
    /// Schemas by number of rows and pairing; full batches share one.
    schemas: Mutex<HashMap<(usize, bool), Arc<str>>>,
}

/// A request with the data that its response is validated against. Its output cap and its tokens are set by
/// [`SizeLearner::fit`](super::learning::SizeLearner::fit).
#[derive(Default)]
pub struct Asked {
    /// The request.
    pub request: CompletionRequest,
    /// The id of each question in the response.
    pub ids: Vec<String>,
    /// The tag that each answer must copy, when pairing is on.
    pub tags: Option<Vec<String>>,
    /// The field that the schema fixes to the title of each row, and these titles.
    pub anchors: Option<(&'static str, Vec<Option<String>>)>,
    /// The texts of the prompt that are never values.
    pub own_text: OwnText,
    /// The sizes of the call.
    pub sizes: CallSizes,
    /// True if answers that are about another row of the call are rejected.
    pub check_content: bool,
    /// Estimated tokens of the prompt.
    pub input_tokens: u64,
    /// Maximum tokens of the answer.
    pub max_output_tokens: u32,
}

const ECHO_CHARS: usize = 120;

impl Prompter {
    /// Creates a prompter and renders the constant part.
    pub fn new(instructions: &str, outputs: &[OutputColumn], pairing: Pairing) -> Self {
        let systems =
            [AnswerShape::Keyed, AnswerShape::Array { json_mode: true }, AnswerShape::Array { json_mode: false }];
        let [keyed_system, wrapped_system, array_system] =
            systems.map(|shape| prompt_sentences::system_text(instructions, outputs, shape));
        Self {
            outputs: outputs.to_vec(),
            texts: Arc::new(PromptTexts::new(&prompt_sentences::all(), instructions, outputs)),
            pairing,
            options: PromptOptions::default(),
            anchor_field: anchor::field_name(outputs),
            keyed_system,
            wrapped_system,
            array_system,
            rules: canonical::rules_json(outputs),
            schemas: Mutex::new(HashMap::new()),
        }
    }

    /// Sets the options.
    #[must_use]
    pub fn with_options(mut self, options: PromptOptions) -> Self {
        self.options = options;
        self
    }

    /// Returns the rules as JSON text.
    pub fn rules(&self) -> &str {
        &self.rules
    }

    /// Writes the request of a batch.
    pub fn request(&self, batch: &Batch, shape: AnswerShape) -> Asked {
        let questions = &batch.questions;
        let anchors = if shape == AnswerShape::Keyed { anchor::anchors(&self.options.anchor, questions) } else { None };
        let tags = self.tags(questions);
        let ids = match shape {
            AnswerShape::Keyed => (0..questions.len()).map(answer_schema::row_key).collect(),
            AnswerShape::Array { .. } => unique_ids(questions),
        };
        let rows = rows_json(questions, &ids, tags.as_deref(), shape);
        let system = match shape {
            AnswerShape::Keyed => &self.keyed_system,
            AnswerShape::Array { json_mode: true } => &self.wrapped_system,
            AnswerShape::Array { json_mode: false } => &self.array_system,
        };
        let anchor = anchors.as_ref().map(|anchors| (self.anchor_field, anchors.column.as_str()));
        let note = prompt_sentences::note(questions, tags.is_some().then_some(&self.pairing), anchor);
        let fixed = system.len() + note.len();
        let input_chars = fixed + CHARS_PER_TOKEN * questions.iter().map(row_tokens).sum::<usize>();
        let schema = (shape == AnswerShape::Keyed).then(|| match &anchors {
            Some(anchors) => self.anchored_schema(anchors, tags.as_deref()),
            None => self.schema(questions.len(), tags.is_some()).to_string(),
        });
        let request = CompletionRequest {
            system: system.clone(),
            note,
            rows,
            schema,
            rules: self.rules.clone(),
            max_output_tokens: None,
            row_count: u32::try_from(questions.len()).unwrap_or(u32::MAX),
            json_mode: matches!(shape, AnswerShape::Array { json_mode: true }),
        };
        let own_text = self.own_text(questions, &ids, tags.as_deref(), shape);
        let anchors = anchors.map(|anchors| (self.anchor_field, anchors.values));
        let sizes = CallSizes::new(questions.len(), input_chars, fixed, self.answer_tokens(questions.len()));
        let check_content = self.options.check_content;
        Asked { request, ids, tags, anchors, own_text, check_content, sizes, input_tokens: 0, max_output_tokens: 0 }
    }

    fn tags(&self, questions: &[Question]) -> Option<Vec<String>> {
        match &self.pairing {
            Pairing::Off => None,
            _ if questions.len() < 2 => None,
            Pairing::Tag => Some(questions.iter().map(|q| q.key.tag()).collect()),
            Pairing::Column(_) => Some(
                questions
                    .iter()
                    .map(|q| q.echo.as_deref().unwrap_or_default().chars().take(ECHO_CHARS).collect())
                    .collect(),
            ),
        }
    }

    fn own_text(&self, questions: &[Question], ids: &[String], tags: Option<&[String]>, shape: AnswerShape) -> OwnText {
        let (positions, mut tokens) = match shape {
            AnswerShape::Keyed => (ids.to_vec(), Vec::new()),
            AnswerShape::Array { .. } => (Vec::new(), ids.to_vec()),
        };
        // The value of a column is a text of the row.
        if self.pairing == Pairing::Tag {
            tokens.extend(tags.into_iter().flatten().cloned());
        }
        let row = |q: &Question| RowText { body: Arc::clone(&q.body), rejected: q.rejected.clone() };
        OwnText { prompt: Arc::clone(&self.texts), tokens, positions, rows: questions.iter().map(row).collect() }
    }

    fn row_schema(&self) -> RowSchema<'_> {
        RowSchema { outputs: &self.outputs, keywords: &self.options.keywords }
    }

    fn schema(&self, rows: usize, tagged: bool) -> Arc<str> {
        let mut schemas = self.schemas.lock().unwrap_or_else(PoisonError::into_inner);
        let schema = schemas.entry((rows, tagged)).or_insert_with(|| {
            let tag = tagged.then_some(prompt_sentences::TAG_DESCRIPTION);
            self.row_schema().keyed(rows, tag).to_string().into()
        });
        Arc::clone(schema)
    }

    /// Returns the schema of one call, which fixes the anchor and the tag of each row.
    fn anchored_schema(&self, anchors: &Anchors, tags: Option<&[String]>) -> String {
        let rows = anchors.values.iter().enumerate().map(|(at, anchor)| {
            let anchor = anchor.as_deref().map(|anchor| (self.anchor_field, anchor));
            let tag = tags.and_then(|tags| tags.get(at)).map(|tag| ("tag", tag.as_str()));
            anchor.into_iter().chain(tag).collect()
        });
        self.row_schema().fixed(rows).to_string()
    }

    /// Returns output tokens that a valid answer never reaches; they bound runaway answers.
    fn answer_tokens(&self, rows: usize) -> u32 {
        const LEAST: u32 = 1_024;
        const FRAME: u32 = 64;
        let fields = self.outputs.iter().map(|output| answer_size::field_tokens(&output.rule));
        let one = fields.fold(24, u32::saturating_add);
        let answer =
            one.saturating_mul(u32::try_from(rows).unwrap_or(u32::MAX)).saturating_mul(2).saturating_add(FRAME);
        answer.max(LEAST)
    }
}

fn rows_json(questions: &[Question], ids: &[String], tags: Option<&[String]>, shape: AnswerShape) -> String {
    let keyed = shape == AnswerShape::Keyed;
    let size = questions.iter().map(|q| q.body.len() + 64).sum();
    let mut out = String::with_capacity(size);
    out.push(if keyed { '{' } else { '[' });
    for (at, question) in questions.iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        let id = ids.get(at).map_or("", String::as_str);
        out.push_str(if keyed { "\"" } else { "{\"id\":\"" });
        out.push_str(id);
        out.push_str(if keyed { "\":{" } else { "\"," });
        if let Some(tag) = tags.and_then(|tags| tags.get(at)) {
            push_field(&mut out, "tag", tag);
            out.push(',');
        }
        out.push_str("\"row\":");
        out.push_str(&question.body);
        if let Some(rejected) = &question.rejected {
            out.push(',');
            push_field(&mut out, REJECTED_FIELD, &rejected.code);
        }
        out.push('}');
    }
    out.push(if keyed { '}' } else { ']' });
    out
}

fn push_field(out: &mut String, name: &str, value: &str) {
    out.push('"');
    out.push_str(name);
    out.push_str("\":");
    out.push_str(&serde_json::to_string(value).unwrap_or_default());
}

/// Returns short, distinct ids that depend on the row keys and not on positions.
fn unique_ids(questions: &[Question]) -> Vec<String> {
    const SHORT: usize = 5;
    const LONG: usize = 24;
    let mut ids: Vec<String> = Vec::with_capacity(questions.len());
    for question in questions {
        let id = (SHORT..=LONG).map(|len| question.key.id(len)).find(|id| !ids.contains(id));
        ids.push(id.unwrap_or_else(|| question.key.hex()));
    }
    ids
}

#[cfg(test)]
#[path = "prompt_tests.rs"]
mod tests;
