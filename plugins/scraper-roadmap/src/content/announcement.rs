//! Detects the sentence that announces a list of resources.

/// Maximum words of an announcement; longer sentences are prose.
const MAX_WORDS: usize = 14;
const BEGINNINGS: [&str; 13] = [
    "visit",
    "learn more",
    "to learn more",
    "you can learn more",
    "read more",
    "for more",
    "for further",
    "further reading",
    "check out",
    "see also",
    "see the following",
    "resources",
    "references",
];
/// Short forms, because "resources" is often misspelled after its first letters.
const SUBJECTS: [&str; 8] = ["resou", "reference", "link", "article", "learn more", "read more", "reading", "see also"];

/// Returns the text before an announcement at the end of a line, such as "Visit the following resources to learn
/// more:"; `None` if there is no announcement.
pub(super) fn before_announcement(line: &str) -> Option<&str> {
    let last_start = line.rfind(". ").map_or(0, |at| at + 1);
    let (before, last) = line.split_at_checked(last_start)?;
    announces_resources(last).then_some(before)
}

fn announces_resources(sentence: &str) -> bool {
    let sentence = sentence.trim().to_lowercase();
    let is_short = sentence.split_whitespace().take(MAX_WORDS + 1).count() <= MAX_WORDS;
    let refers_to_list = sentence.ends_with(':') || sentence.contains("following");
    let has_beginning = BEGINNINGS.iter().any(|beginning| sentence.starts_with(beginning));
    let has_subject = SUBJECTS.iter().any(|subject| sentence.contains(subject));
    is_short && refers_to_list && has_beginning && has_subject
}

#[cfg(test)]
mod tests {
    use super::before_announcement;

    #[test]
    fn announcements_are_split_from_prose() {
        let cases = [
            ("Visit the following resources to learn more:", Some("")),
            ("Learn more from the following links:", Some("")),
            ("Learn more from the following resoureces", Some("")),
            ("For more information, see these articles:", Some("")),
            ("The latest version can be found in the following resources:", None),
            ("Resources:", Some("")),
            ("It rains. It pours. Visit the following resources to learn more:", Some("It rains. It pours.")),
            ("Check out the following command:", None),
            ("Resources represent components of your infrastructure.", None),
            ("Links are followed by the crawler in the following order", None),
            ("Visit the following resources when your team has outgrown its office and all of its rooms:", None),
            ("", None),
        ];
        for (line, before) in cases {
            assert_eq!(before_announcement(line), before, "{line}");
        }
    }
}
