//! From a prompt and mutations to the text of the answer.

use super::draft::Draft;
use crate::dialect::FinishReason;
use crate::field::Field;
use crate::prompt::Prompt;
use crate::script::Mutation;

/// Returns the text of the answer and the reason that it ends.
pub(crate) fn answer_text(prompt: &Prompt, fields: &[Field], mutations: &[Mutation]) -> (String, FinishReason) {
    let mut draft = Draft::right(prompt, fields);
    for mutation in mutations {
        match mutation {
            Mutation::CopyPrompt(first) => draft.copy(&prompt.pieces, *first),
            _ => draft.apply(mutation),
        }
    }
    let mut text = draft.text();
    let mut finish = if draft.cut_after.is_some() { FinishReason::Length } else { FinishReason::Stop };
    for mutation in mutations {
        match mutation {
            Mutation::Text(other) => text.clone_from(other),
            Mutation::Fences => text = format!("```json\n{text}\n```"),
            Mutation::Prose => text = format!("Here are the answers:\n\n{text}\n\nI hope that they are of use."),
            Mutation::Think => text = format!("<think>Perhaps {{\"r0\": {{\"draft\": 1}}}} first.</think>\n{text}"),
            Mutation::Around { before, after } => text = format!("{before}{text}{after}"),
            Mutation::Replace { from, to } => text = text.replace(from, to),
            Mutation::Contradict => {
                let mut second = Draft::right(prompt, fields);
                second.contradict();
                text = format!("{text}\n\n{}", second.text());
            }
            Mutation::Finish(reason) => finish = FinishReason::Other(reason.clone()),
            _ => {}
        }
    }
    (text, finish)
}
