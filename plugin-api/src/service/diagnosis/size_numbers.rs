//! The numbers of tokens in the texts of services about sizes.

use super::patterns::Patterns;
use super::report::FailureReport;
use super::sizes::TooBig;
use crate::error::ReportedSizes;
use serde_json::Value;
use std::sync::LazyLock;

/// Numbers below this are versions, indices and lower bounds.
const LEAST: u64 = 16;

/// `A + B > C`: prompt, cap and context.
static SUM: LazyLock<Patterns> = LazyLock::new(|| Patterns::new(&[r"(\d+) ?\+ ?(\d+) ?> ?(\d+)"]));
/// `A > B - C`: cap, context and prompt.
static DIFFERENCE: LazyLock<Patterns> = LazyLock::new(|| Patterns::new(&[r"(\d+) ?> ?(\d+) ?- ?(\d+)"]));
/// A limit of tokens per minute, and what the call requests.
static RATE: LazyLock<Patterns> =
    LazyLock::new(|| Patterns::new(&[r"limit:? (\d+),? (?:used:? \d+,? )?requested:? (\d+)"]));
/// Maximum tokens of prompt and answer together.
static CONTEXT: LazyLock<Patterns> = LazyLock::new(|| {
    Patterns::new(&[
        r"at most (\d+) (?:input|prompt) tokens",
        r"max(?:imum)?(?: \w+){0,3} (?:length|window|size|limit|tokens)(?: of \S+)?(?: is| of|:)?(?: only| just| the)? ?\(?(\d+)",
        r"(?:context|sequence|model|prompt|input)s? (?:window |token )?(?:length|limit|window|size)(?: of| is| for \S+ is)?(?: only| just|:|=)? ?\(?(\d+)",
        r"with (\d+) maximum context",
        r"tokens ?> ?(\d+) maximum|must be <= ?(\d+)\. given",
        r"maximum number of (?:input )?tokens allowed[^0-9]{0,12}(\d+)",
        r"(?:token limit|limit for this model|configured limit|the limit|limit)(?: is| of)?:? (\d+)",
        r"(?:cannot|must not|should not|may not) exceed (\d+)",
        r"less than (\d+) tokens",
        r"range of input length should be \[\d+ ?, ?(\d+)\]",
        r"max size: (\d+)|maximum prompt length is (\d+)",
        r"longer than[^0-9]{0,60}(\d+)",
        r"context the overflows[^0-9]{0,80}(\d+)",
        r"\bn_ctx(?:_slot|_train)?[ :=(]{1,4}(\d+)",
    ])
});
/// Tokens of the prompt.
static PROMPT: LazyLock<Patterns> = LazyLock::new(|| {
    Patterns::new(&[
        r"(\d+) (?:input tokens|prompt tokens|tokens in (?:the|your) (?:messages|prompt|input)|in (?:the|your) (?:messages|prompt|input)|of text input|inputs tokens)",
        r"(?:prompt|messages|request|input|inputs|text)(?: length| token count| tokens)?(?: contains?| resulted in| has| is| of)?(?: at least| about| too long)?:? ?\(?(\d+)\)? ?(?:input )?tokens",
        r"input token count[^0-9a-z]{0,3}(\d+)|request input token count: (\d+)|prompt token count (?:of )?\(?(\d+)",
        r"prompt is too long: (\d+)|current length is (\d+)|given: (\d+)|received (\d+)|request contains (\d+)",
        r"but (\d+) (?:were|was|tokens)|token count:? (\d+)|input \((\d+) tokens\)|request \((\d+) tokens\)|keep the first (\d+)",
    ])
});
/// Tokens that functions add to the prompt.
static FUNCTIONS: LazyLock<Patterns> = LazyLock::new(|| Patterns::new(&[r"(\d+) in the functions"]));
/// Tokens of prompt and cap together.
static TOTAL: LazyLock<Patterns> = LazyLock::new(|| {
    Patterns::new(&[
        r"requested (?:about )?(\d+) tokens|requested tokens:? \(?(\d+)",
        r"will take (\d+) tokens|total of at least (\d+)",
        r"(?:maximum )?output tokens \((\d+)\)|sequence length of (\d+)",
    ])
});
/// The output cap that the text repeats.
static ASKED: LazyLock<Patterns> = LazyLock::new(|| {
    Patterns::new(&[
        r"you provided (\d+)|but got (\d+)|too (?:large|high|big): (\d+)|received (\d+)|tokens: (\d+) ?>|generation length (\d+)",
        r"(\d+) (?:output tokens|in the (?:completion|output)|max_new_tokens)",
        r"tokens value of (\d+)|value (\d+)",
    ])
});
/// Maximum output tokens of the model.
static CAP_LIMIT: LazyLock<Patterns> = LazyLock::new(|| {
    Patterns::new(&[
        r"at most (\d+)|no more than (\d+)|up to (\d+)",
        r"\d+ ?> ?(\d+)",
        r"\[ ?\d+ ?, ?(\d+) ?\]",
        r"from \d+ (?:\(inclusive\) )?to (\d+) \(inclusive\)",
        r"between \d+ and (\d+)|range \d+ ?(?:-|to|\.\.) ?(\d+)|from \d+ to (\d+)",
        r"(?:less|lower|smaller) than or equal to (\d+)|<= ?(\d+)",
        r"(?:not|cannot|can't) (?:exceed|be (?:greater|larger|more|higher) than|be (?:above|over)) (\d+)",
        r"(?:limit|maximum)(?: \w+){0,4}?(?: of| is|:)? ?\(?(\d+)",
        r"(?:greater|larger|higher|more) than(?: the)?(?: \w+){0,3} (\d+)|lower than (\d+)",
        r"tokens ?> ?(\d+)",
        r"(?:supports?|allows?|accepts?)(?: only| a maximum of)? (\d+)",
        r"(?:不能大于|不能超过|不得超过|上限(?:为|是)?|最大(?:值)?(?:为|是)?) ?(\d+)|(\d+) ?(?:以下|以内|이하)",
        r"(?:inférieur(?:e|s)? (?:ou égal(?:e)? )?à|au plus|höchstens|maximal|no más de|como máximo|máximo(?: de| es)?|menor o igual a|не более|massimo(?: di)?) ?(\d+)",
    ])
});
/// Numbers that the maximum must be below.
static CAP_BELOW: LazyLock<Patterns> = LazyLock::new(|| {
    Patterns::new(&[
        r"to (\d+) \(exclusive\)",
        r"\[ ?\d+ ?, ?(\d+) ?\)",
        r"(?:less|smaller) than (\d+)|(?:must be|be) < ?(\d+)",
    ])
});

/// A maximum of output tokens, in words that otherwise name a context.
static OUTPUT_MAXIMUM: LazyLock<Patterns> = LazyLock::new(|| {
    Patterns::new(&[
        r"max(?:imum)?(?: \w+){0,2} (?:output|completion|generated) tokens(?: is| of|:)? ?\d+ (?:but|and|while|,)",
    ])
});

/// The numbers in a text.
#[derive(Debug, Default)]
pub(super) struct Numbers {
    context: Option<u64>,
    prompt: Option<u64>,
    cap_limit: Option<u64>,
    /// Limit and requested tokens of a minute.
    pub(super) rate: Option<(u64, u64)>,
}

/// Returns the text without quotes, and numbers without separators.
pub(super) fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text.chars().filter(|c| !matches!(c, '`' | '\'' | '"' | '*')).peekable();
    let mut after_digit = false;
    while let Some(character) = rest.next() {
        let is_separator =
            matches!(character, ',' | '_') && after_digit && rest.peek().is_some_and(char::is_ascii_digit);
        if !is_separator {
            plain.push(character);
        }
        after_digit = character.is_ascii_digit() || (is_separator && after_digit);
    }
    plain
}

impl Numbers {
    /// Finds the numbers in a text of [`plain`], and in the members of the body.
    pub(super) fn find(text: &str, report: &FailureReport, asked: Option<u64>) -> Self {
        let field = |name: &str| {
            let places = [&report.body["error"][name], &report.body[name]];
            places.into_iter().find_map(Value::as_u64)
        };
        let sum = SUM.numbers::<3>(text).map(|[prompt, _, context]| (prompt, context));
        let difference = DIFFERENCE.numbers::<3>(text).map(|[_, context, prompt]| (prompt, context));
        let exact = sum.or(difference);
        let is_size = |number: u64| number >= LEAST;
        // The maximum of output tokens is no context.
        let is_of_the_output = OUTPUT_MAXIMUM.matches(text);
        let context = exact.map(|(_, context)| context).or_else(|| field("n_ctx"));
        let total = TOTAL.number(text, is_size);
        let context = context.or_else(|| {
            CONTEXT.number(text, |number| is_size(number) && Some(number) != total).filter(|_| !is_of_the_output)
        });
        let cap = asked;
        let asked = ASKED.number(text, is_size).or(asked);
        let prompt = exact.map(|(prompt, _)| prompt).or_else(|| field("n_prompt_tokens"));
        let prompt = prompt.or_else(|| {
            let messages = PROMPT.number(text, |number| Some(number) != context && Some(number) != cap)?;
            Some(messages.saturating_add(FUNCTIONS.number(text, |_| true).unwrap_or_default()))
        });
        let prompt = prompt.or_else(|| {
            let total = total.filter(|total| Some(*total) != asked)?;
            total.checked_sub(asked?).filter(|prompt| *prompt > 0)
        });
        let is_limit = |number: u64| is_size(number) && Some(number) != asked;
        let below = CAP_BELOW.number(text, is_size).map(|number| number - 1);
        let cap_limit = below.or_else(|| CAP_LIMIT.number(text, is_limit)).or_else(|| pydantic_limit(&report.body));
        Self { context, prompt, cap_limit, rate: RATE.numbers::<2>(text).map(|[limit, requested]| (limit, requested)) }
    }

    /// Returns the part that is too large, when context and prompt are both known.
    pub(super) fn weighed(&self) -> Option<TooBig> {
        let sizes = self.of_prompt();
        match (self.context?, self.prompt?) {
            (context, prompt) if prompt < context => Some(TooBig::OutputCap(sizes)),
            _ => Some(TooBig::Prompt(sizes)),
        }
    }

    /// Returns whether the text gives the tokens of the prompt, but no limit of the cap.
    pub(super) fn is_prompt_alone(&self) -> bool {
        self.prompt.is_some() && self.cap_limit.is_none()
    }

    pub(super) fn of_prompt(&self) -> ReportedSizes {
        ReportedSizes { context_tokens: self.context, prompt_tokens: self.prompt, max_output_tokens: None }
    }

    pub(super) fn of_cap(&self) -> ReportedSizes {
        let limit = self.cap_limit.and_then(|limit| u32::try_from(limit).ok());
        ReportedSizes { max_output_tokens: limit, ..ReportedSizes::default() }
    }
}

/// Returns the limit in a validation error of the form `{"loc": [..], "ctx": {"le": 8192}}`.
fn pydantic_limit(body: &Value) -> Option<u64> {
    let problems = body["detail"].as_array()?;
    problems.iter().find_map(|problem| {
        let bounds = &problem["ctx"];
        bounds["le"].as_u64().or_else(|| bounds["lt"].as_u64().map(|below| below.saturating_sub(1)))
    })
}
