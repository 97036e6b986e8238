//! Stems of English words: "observe", "observing" and "observations" have one stem.
//!
//! A stem is a hash, because stems are only compared. The rules are few and approximate: it is sufficient that they treat
//! the words of the row, of the rules and of the cues in the same way.

use crate::stop_words::is_stop_word;

/// Minimum letters of a stem after an ending is removed.
const MIN_STEM: usize = 3;

/// Returns the stem of a word, and whether the word is a stop word. `buffer` is reused between calls.
pub(crate) fn stem(word: &str, buffer: &mut String) -> (u64, bool) {
    buffer.clear();
    if word.is_ascii() {
        buffer.push_str(word);
        buffer.make_ascii_lowercase();
    } else {
        buffer.extend(word.chars().flat_map(char::to_lowercase));
    }
    let stop = is_stop_word(buffer);
    if buffer.is_ascii() {
        strip_endings(buffer);
    }
    (hash(buffer), stop)
}

fn strip_endings(word: &mut String) {
    if let Some(length) = word.strip_suffix("'s").map(str::len) {
        word.truncate(length);
    }
    if replace(word, "ies", "y") || replace(word, "sses", "ss") {
    } else if !word.ends_with("ss") && !word.ends_with("us") && !word.ends_with("is") {
        replace(word, "s", "");
    }
    if replace(word, "ations", "") || replace(word, "ation", "") {
    } else if replace(word, "ing", "") || replace(word, "ed", "") {
        undouble(word);
    } else if word.len() <= "using".len() && (replace_in_short(word, "ing") || replace_in_short(word, "ed")) {
    } else {
        replace(word, "ly", "");
    }
    replace(word, "e", "");
}

/// Replaces an ending if the stem stays long enough; returns whether it did.
fn replace(word: &mut String, ending: &str, replacement: &str) -> bool {
    let Some(length) = word.strip_suffix(ending).map(str::len).filter(|length| *length >= MIN_STEM) else {
        return false;
    };
    word.truncate(length);
    word.push_str(replacement);
    true
}

/// Stems "used" and "using", which are too short for [`replace`], as "use".
fn replace_in_short(word: &mut String, ending: &str) -> bool {
    let Some(length) = word.strip_suffix(ending).map(str::len).filter(|length| *length == MIN_STEM - 1) else {
        return false;
    };
    word.truncate(length);
    word.push('e');
    true
}

/// Removes the doubled letter of "plotting" without its ending.
fn undouble(word: &mut String) {
    let mut ends = word.bytes().rev();
    let (last, before) = (ends.next(), ends.next());
    if word.len() > MIN_STEM && last == before && last.is_some_and(|letter| !matches!(letter, b'l' | b's' | b'z')) {
        word.pop();
    }
}

/// FNV-1a: fast on short words, and the same on every machine.
fn hash(word: &str) -> u64 {
    word.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::stem;

    #[test]
    fn forms_of_a_word_have_one_stem() {
        let families: [&[&str]; 7] = [
            &["observe", "observes", "observing", "observed", "Observation", "observations"],
            &["plot", "plots", "plotting", "plotted"],
            &["galaxy", "galaxies", "galaxy's"],
            &["exact", "exactly"],
            &["glass", "glasses"],
            &["Überlingen", "überlingen"],
            &["use", "used", "using", "uses"],
        ];
        let mut buffer = String::new();
        for family in families {
            let stems: Vec<_> = family.iter().map(|word| stem(word, &mut buffer).0).collect();
            assert!(stems.iter().all(|one| *one == stems[0]), "{family:?}: {stems:?}");
        }
        assert_ne!(stem("star", &mut buffer), stem("chart", &mut buffer));
    }
}
