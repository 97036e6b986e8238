//! The sentence that announces a list of resources.

/// Longer sentences are prose.
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
/// Short forms on purpose: people misspell "resources" in many ways, all of which begin like this.
const SUBJECTS: [&str; 8] = ["resou", "reference", "link", "article", "learn more", "read more", "reading", "see also"];

/// If a line ends with a sentence that does nothing but announce links ("Visit the following resources to learn
/// more:"), what stands before it.
pub(super) fn before_announcement(line: &str) -> Option<&str> {
    let (before, last) = match line.rsplit_once(". ") {
        Some((before, last)) => {
            (line.split_at_checked(before.len() + 1).map_or(before, |(sentences, _)| sentences), last)
        }
        None => ("", line),
    };
    announces_resources(last).then_some(before)
}

fn announces_resources(sentence: &str) -> bool {
    let sentence = sentence.trim_matches(|c: char| c.is_whitespace() || matches!(c, '*' | '_')).to_lowercase();
    let short = sentence.split_whitespace().take(MAX_WORDS + 1).count() <= MAX_WORDS;
    let points = sentence.ends_with(':') || sentence.contains("following");
    let begins = BEGINNINGS.iter().any(|beginning| sentence.starts_with(beginning));
    let names = SUBJECTS.iter().any(|subject| sentence.contains(subject));
    short && points && begins && names
}

#[cfg(test)]
mod tests {
    use super::before_announcement;

    #[test]
    fn announcements_and_prose() {
        let cases = [
            ("Visit the following resources to learn more:", Some("")),
            ("Learn more from the following links:", Some("")),
            ("Learn more from the following resoureces", Some("")),
            ("**For more information, see these articles:**", Some("")),
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
