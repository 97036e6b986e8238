//! Suggestions for misspelt names.

/// Maximum length of compared names. A comparison takes quadratic time.
const MAX_LENGTH: usize = 64;
/// Minimum similarity of two names.
const SIMILAR: f64 = 0.75;

/// Returns the candidate that is most similar to `name`, if one is similar enough to suggest.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if name.len() > MAX_LENGTH {
        return None;
    }
    let folded = fold(name);
    let mut best: Option<(f64, &str)> = None;
    for candidate in candidates.into_iter().filter(|candidate| candidate.len() <= MAX_LENGTH) {
        let other = fold(candidate);
        let similarity = strsim::jaro_winkler(&folded, &other);
        let edits = strsim::damerau_levenshtein(&folded, &other);
        // Two edits turn any name of three letters into any other, so only longer names are compared by edits.
        let few_edits = edits <= 2 && edits * 2 < folded.chars().count().max(other.chars().count());
        if (similarity > SIMILAR || few_edits) && best.is_none_or(|(best, _)| similarity > best) {
            best = Some((similarity, candidate));
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
    fn similar_names_are_suggested() {
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
