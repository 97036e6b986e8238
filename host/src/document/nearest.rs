//! The name that was probably meant.

/// Names longer than this are no slip of the finger, and comparing them costs the square of their length.
const MAX_LENGTH: usize = 64;
/// From here on two names look alike to a reader.
const ALIKE: f64 = 0.75;

/// The candidate most like `name`, when one is alike enough to be worth asking "did you mean".
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if name.len() > MAX_LENGTH {
        return None;
    }
    let folded = fold(name);
    let mut best: Option<(f64, &str)> = None;
    for candidate in candidates.into_iter().filter(|candidate| candidate.len() <= MAX_LENGTH) {
        let other = fold(candidate);
        let alike = strsim::jaro_winkler(&folded, &other);
        let slips = strsim::damerau_levenshtein(&folded, &other);
        // Two slips turn any name of three letters into any other, so they only count in longer ones.
        let few_slips = slips <= 2 && slips * 2 < folded.chars().count().max(other.chars().count());
        if (alike > ALIKE || few_slips) && best.is_none_or(|(score, _)| alike > score) {
            best = Some((alike, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

fn fold(name: &str) -> String {
    name.to_lowercase().replace('-', "_")
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn finds_what_was_meant() {
        let known = ["path", "plugin", "max_rows", "allow_larger", "min", "input"];
        let cases = [
            ("letters swapped", "paht", Some("path")),
            ("letter missing", "pugin", Some("plugin")),
            ("dash for underscore", "Max-Rows", Some("max_rows")),
            ("plural", "inputs", Some("input")),
            ("nothing alike", "temperature", None),
            ("short and different", "xyz", None),
            ("empty", "", None),
        ];
        for (name, written, wanted) in cases {
            assert_eq!(nearest(written, known), wanted, "{name}");
        }
        assert_eq!(nearest(&"a".repeat(1 << 20), known), None);
    }
}
