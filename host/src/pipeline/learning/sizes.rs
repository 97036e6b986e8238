//! The sizes of calls, as far as this run knows them. Pure.

use super::calibration::{Calibration, ModelSizes, QuestionSizes};
use super::change::LearnedChange;
use super::rows_per_call::SizeChange;
use rowsmith_plugin_api::completion::Usage;
use rowsmith_plugin_api::{Error, ErrorKind, ReportedSizes};

/// Estimated characters per token before a service has reported token counts.
const CHARS_PER_TOKEN: f64 = 4.0;
/// Believable characters per token.
const CHARS_PER_TOKEN_RANGE: std::ops::RangeInclusive<f64> = 0.5..=8.0;
/// Minimum output tokens of a row; a call with less room is too large.
const MIN_TOKENS_PER_ROW: u64 = 24;
/// Tokens of chat templates and separators, which no service counts in its limits.
const MARGIN: u64 = 64;
/// Maximum growth of the output cap after answers that were cut off.
const MAX_GROWTH: u32 = 8;
/// Minimum output tokens of a cap that may be over the maximum of a model.
const LARGE_CAP: u32 = 4_096;
/// Maximum changes of a call's cap before its error counts.
const MAX_RESIZES: u32 = 4;

/// The reason of sizes that an earlier run has learned.
pub(super) const KEPT: &str = "an earlier run has learned it";

/// The sizes of one call.
#[derive(Debug, Clone, Copy, Default)]
pub struct CallSizes {
    /// Rows.
    pub rows: usize,
    /// Characters of the prompt.
    pub chars: usize,
    /// Characters of the prompt besides its rows.
    pub fixed_chars: usize,
    /// Output tokens that valid answers may need.
    pub answer_tokens: u32,
    /// The output cap that is sent.
    pub cap: Option<u32>,
    /// Growth of the cap at that time.
    growth: u32,
    /// Number of times that the cap of this batch was changed after an error.
    pub resizes: u32,
}

impl CallSizes {
    /// Creates the sizes of a call whose cap is not set yet.
    pub fn new(rows: usize, chars: usize, fixed_chars: usize, answer_tokens: u32) -> Self {
        Self { rows, chars, fixed_chars, answer_tokens, ..Self::default() }
    }
}

/// The reaction to an error about sizes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reaction {
    /// The same rows are asked again with another cap.
    Resize,
    /// The rows go into smaller calls.
    Split,
    /// The error is not about sizes, or nothing is left to change.
    None,
}

/// The output cap for a call.
enum Cap {
    Tokens(u32),
    LeftOut,
    NoRoom,
}

/// The trial of a call without a cap after a rejection whose reason is unknown. A run makes one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Trial {
    NotMade,
    Made,
    Ended,
}

/// The sizes that a run knows.
#[derive(Debug, Clone)]
pub struct Sizes {
    thinking_tokens: u32,
    /// Maximum output tokens by the config or the published limits of the model.
    stated_max_output: Option<u32>,
    known: ModelSizes,
    /// True if the cap was halved because the service rejected it without naming its maximum.
    was_halved: bool,
    trial_without_cap: Trial,
    was_answered: bool,
    growth: u32,
    /// Characters of prompts besides their rows.
    fixed_chars: usize,
    calls: u64,
    changes: Vec<LearnedChange>,
}

impl Sizes {
    /// Creates the sizes of a model with this maximum of output tokens and this reserve for thinking.
    pub fn new(model_limit: Option<u32>, thinking_tokens: u32) -> Self {
        Self {
            thinking_tokens,
            stated_max_output: model_limit,
            known: ModelSizes { max_output_tokens: model_limit, ..ModelSizes::default() },
            was_halved: false,
            trial_without_cap: Trial::NotMade,
            was_answered: false,
            growth: 1,
            fixed_chars: 0,
            calls: 0,
            changes: Vec::new(),
        }
    }

    /// Starts with what earlier runs have learned.
    #[must_use]
    pub fn calibrated(mut self, kept: &Calibration) -> Self {
        self.known = kept.model.clone().plausible();
        let ModelSizes { max_output_tokens, context_tokens, .. } = self.known;
        self.fixed_chars = kept.question.fixed_prompt_chars;
        self.known.max_output_tokens = [self.stated_max_output, max_output_tokens].into_iter().flatten().min();
        self.growth = kept.question.output_cap_growth.unwrap_or(1).clamp(1, MAX_GROWTH);
        for (what, to) in [("output_cap", max_output_tokens.map(u64::from)), ("context_tokens", context_tokens)] {
            if to.is_some() {
                self.change(what, None, to, KEPT);
            }
        }
        if let Some(chars) = self.known.rejected_prompt_chars.and(self.max_prompt_chars()) {
            self.change("prompt_chars", None, Some(chars as u64), KEPT);
        }
        if let Some(rows) = kept.question.rows_per_call {
            self.change("rows_per_call", None, Some(rows as u64), KEPT);
        }
        self
    }

    /// Returns what later runs start with.
    pub fn calibration(&self) -> Calibration {
        let mut model = self.known.clone();
        model.max_output_tokens = model.max_output_tokens.filter(|max| Some(*max) != self.stated_max_output);
        let output_cap_growth = Some(self.growth).filter(|growth| *growth > 1);
        let fixed_prompt_chars = self.fixed_chars;
        let question = QuestionSizes { output_cap_growth, fixed_prompt_chars, ..QuestionSizes::default() };
        Calibration { model, question }
    }

    /// Returns what changed, in order.
    pub fn changes(&self) -> &[LearnedChange] {
        &self.changes
    }

    /// Counts a call that is sent.
    pub fn sent(&mut self) {
        self.calls += 1;
    }

    /// Returns the characters per token of prompts.
    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
    fn chars_per_token(&self) -> f64 {
        if self.known.counted_tokens == 0 {
            return CHARS_PER_TOKEN;
        }
        (self.known.counted_chars as f64 / self.known.counted_tokens as f64)
            .clamp(*CHARS_PER_TOKEN_RANGE.start(), *CHARS_PER_TOKEN_RANGE.end())
    }

    /// Estimates the tokens of a prompt.
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "prompts are small"
    )]
    pub fn input_tokens(&self, chars: usize) -> u64 {
        (chars as f64 / self.chars_per_token()) as u64
    }

    /// Sets the cap of a call. Without room for an answer the cap is the smallest one, and the service decides.
    pub fn fit(&self, call: &mut CallSizes) {
        call.growth = self.growth;
        call.cap = match self.cap(call) {
            Cap::Tokens(cap) => Some(cap),
            Cap::LeftOut => None,
            Cap::NoRoom => Some(u32::try_from(least(call)).unwrap_or(u32::MAX)),
        };
    }

    /// Returns the output tokens that a call without a cap may use, for the budget.
    pub fn wanted(&self, call: &CallSizes) -> u32 {
        let wanted = call.answer_tokens.saturating_add(self.thinking_tokens).saturating_mul(self.growth);
        self.known.max_output_tokens.map_or(wanted, |max| wanted.min(max))
    }

    fn cap(&self, call: &CallSizes) -> Cap {
        if self.known.output_cap_is_left_out {
            return Cap::LeftOut;
        }
        let wanted = self.wanted(call);
        let Some(context) = self.known.context_tokens else { return Cap::Tokens(wanted) };
        let input = self.input_tokens(call.chars);
        let room = context.saturating_sub(input + input / 10 + MARGIN);
        if room < least(call) {
            return Cap::NoRoom;
        }
        Cap::Tokens(u32::try_from(room).unwrap_or(u32::MAX).min(wanted))
    }

    /// Learns from an error of a call.
    pub fn failed(&mut self, error: &Error, call: &CallSizes) -> Reaction {
        self.fixed_chars = call.fixed_chars;
        let sizes = error.sizes.unwrap_or_default();
        let is_about_the_cap = match error.kind {
            ErrorKind::OutputLimit => true,
            ErrorKind::TooLarge => fits_without_cap(&sizes, call),
            ErrorKind::BadRequest if error.http_status.is_some() => return self.rejected(call),
            _ => return Reaction::None,
        };
        if let Some(tokens) = sizes.prompt_tokens.filter(|tokens| *tokens > 0) {
            self.known.count(call.chars, tokens);
        }
        if let Some(context) = sizes.context_tokens {
            self.set_context(context);
        }
        if !is_about_the_cap {
            self.too_large(call);
            return Reaction::Split;
        }
        let Some(sent) = call.cap else {
            return if call.rows > 1 { Reaction::Split } else { Reaction::None };
        };
        if call.resizes >= MAX_RESIZES {
            return Reaction::None;
        }
        if let Some(max) = sizes.max_output_tokens.filter(|max| *max > 0 && *max < sent) {
            self.set_max_output(Some(max), "the service names its maximum");
        }
        match self.cap(call) {
            Cap::NoRoom => {
                self.too_large(call);
                return Reaction::Split;
            }
            Cap::Tokens(cap) if cap >= sent => self.lower(sent),
            Cap::Tokens(_) | Cap::LeftOut => {}
        }
        Reaction::Resize
    }

    /// Tries a call without its cap if a service rejects the first calls for an unknown reason: the cap may be over its maximum.
    fn rejected(&mut self, call: &CallSizes) -> Reaction {
        match (self.trial_without_cap, call.cap) {
            (Trial::NotMade, Some(cap)) if cap >= LARGE_CAP && !self.was_answered => {
                self.trial_without_cap = Trial::Made;
                self.known.output_cap_is_left_out = true;
                Reaction::Resize
            }
            // Other calls were sent with the cap before.
            (Trial::Made, Some(_)) => Reaction::Resize,
            (Trial::Made, None) => {
                self.trial_without_cap = Trial::Ended;
                self.known.output_cap_is_left_out = false;
                Reaction::None
            }
            _ => Reaction::None,
        }
    }

    /// Lowers a cap that the service rejects without naming its maximum: to half, then no cap is sent.
    fn lower(&mut self, sent: u32) {
        if self.was_halved {
            self.known.output_cap_is_left_out = true;
            self.set_max_output(None, "the service rejects the output cap and names no maximum");
        } else {
            self.was_halved = true;
            self.set_max_output(Some((sent / 2).max(1)), "the service rejects the output cap");
        }
    }

    fn set_max_output(&mut self, max: Option<u32>, reason: &str) {
        if self.known.max_output_tokens != max || max.is_none() {
            self.change("output_cap", self.known.max_output_tokens.map(u64::from), max.map(u64::from), reason);
            self.known.max_output_tokens = max;
        }
    }

    fn set_context(&mut self, context: u64) {
        if context > 0 && self.known.context_tokens.is_none_or(|known| context < known) {
            self.change("context_tokens", self.known.context_tokens, Some(context), "the service names its context");
            self.known.context_tokens = Some(context);
        }
    }

    fn too_large(&mut self, call: &CallSizes) {
        if self.known.rejected_prompt_chars.is_some_and(|bad| bad <= call.chars) {
            return;
        }
        let before = self.max_prompt_chars();
        self.known.rejected_prompt_chars = Some(call.chars);
        if self.known.answered_prompt_chars >= call.chars {
            self.known.answered_prompt_chars = 0;
        }
        let after = self.max_prompt_chars().map(|chars| chars as u64);
        let reason = format!("a prompt of {} characters is too large", call.chars);
        self.change("prompt_chars", before.map(|chars| chars as u64), after, &reason);
    }

    /// Evaluates a response. `is_cut_off` is true if the answer reached a limit. Returns true if the cap was this limit
    /// and is larger from now on.
    pub fn answered(&mut self, call: &CallSizes, usage: &Usage, is_cut_off: bool) -> bool {
        self.was_answered = true;
        if self.trial_without_cap == Trial::Made && call.cap.is_none() {
            self.trial_without_cap = Trial::Ended;
            self.set_max_output(None, "the service rejects the output cap and names no reason");
        }
        self.known.answered_prompt_chars = self.known.answered_prompt_chars.max(call.chars);
        if let Some(input) = usage.input.filter(|input| *input > 0) {
            self.known.count(call.chars, input);
        }
        let Some(cap) = call.cap.filter(|_| is_cut_off) else { return false };
        // Some services report a wrong usage; a row on its own has no smaller call to go to.
        let used_up =
            call.rows == 1 || usage.output.is_none_or(|output| output.saturating_mul(10) >= u64::from(cap) * 9);
        if !used_up {
            return false;
        }
        if call.growth == self.growth && self.growth < MAX_GROWTH {
            self.growth *= 2;
            let Cap::Tokens(larger) = self.cap(call) else { return false };
            if larger <= cap {
                self.growth /= 2;
                return false;
            }
            self.change("output_cap", Some(cap.into()), Some(larger.into()), "an answer was cut off by the output cap");
        }
        matches!(self.cap(call), Cap::Tokens(larger) if larger > cap)
    }

    /// Returns the characters of the largest prompt that should fit, if there is a limit. `None` without one.
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "prompts are small"
    )]
    fn max_prompt_chars(&self) -> Option<usize> {
        let by_context = self.known.context_tokens.map(|context| {
            // A third of the context is left for the answer at most.
            let tokens = context.saturating_sub(MARGIN + context / 3);
            (tokens as f64 * self.chars_per_token()) as usize
        });
        let by_size = self.known.rejected_prompt_chars.map(|bad| {
            let half = self.fixed_chars + bad.saturating_sub(self.fixed_chars) / 2;
            // Rows differ a little, and as many of them fit.
            let good = self.known.answered_prompt_chars.max(half);
            (good + good / 20).min(bad.saturating_sub(1))
        });
        [by_context, by_size].into_iter().flatten().min()
    }

    /// Returns the characters of the rows of the largest prompt that should fit, if there is a limit.
    pub fn max_row_chars(&self) -> Option<usize> {
        self.max_prompt_chars().map(|chars| chars.saturating_sub(self.fixed_chars).max(1))
    }

    /// Adds a change of the rows per call.
    pub fn rows_changed(&mut self, change: SizeChange) {
        let SizeChange { from, to, bad_percent } = change;
        let reason = format!("{bad_percent} % of rows were invalid in calls of {from}");
        self.change("rows_per_call", Some(from as u64), Some(to as u64), &reason);
    }

    fn change(&mut self, what: &'static str, from: Option<u64>, to: Option<u64>, reason: &str) {
        tracing::debug!(what, from, to, reason, "learned a size");
        self.changes.push(LearnedChange { what, from, to, reason: reason.to_owned(), at_call: self.calls });
    }
}

/// Returns the output tokens without which a call has no use.
fn least(call: &CallSizes) -> u64 {
    MIN_TOKENS_PER_ROW * call.rows.max(1) as u64
}

/// Returns whether the reported sizes show that the prompt fits and only the cap is too large.
fn fits_without_cap(sizes: &ReportedSizes, call: &CallSizes) -> bool {
    let (Some(context), Some(prompt), Some(cap)) = (sizes.context_tokens, sizes.prompt_tokens, call.cap) else {
        return false;
    };
    prompt + least(call) + MARGIN <= context && prompt + u64::from(cap) > context
}

#[cfg(test)]
#[path = "sizes_tests.rs"]
mod tests;
