//! Serde's `rename_all` rules.
//!
//! Like serde, they assume fields in `snake_case` and variants in `PascalCase`.

/// A notation for names of several words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Case {
    Lower,
    Upper,
    Pascal,
    Camel,
    Snake,
    ScreamingSnake,
    Kebab,
    ScreamingKebab,
}

const RULES: [(&str, Case); 8] = [
    ("lowercase", Case::Lower),
    ("UPPERCASE", Case::Upper),
    ("PascalCase", Case::Pascal),
    ("camelCase", Case::Camel),
    ("snake_case", Case::Snake),
    ("SCREAMING_SNAKE_CASE", Case::ScreamingSnake),
    ("kebab-case", Case::Kebab),
    ("SCREAMING-KEBAB-CASE", Case::ScreamingKebab),
];

impl Case {
    /// Parses the value of a `rename_all`.
    pub(crate) fn parse(rule: &syn::LitStr) -> syn::Result<Self> {
        let text = rule.value();
        let known = RULES.iter().find(|(name, _)| *name == text).map(|(_, case)| *case);
        known.ok_or_else(|| {
            let names = RULES.map(|(name, _)| name).join(", ");
            syn::Error::new(rule.span(), format!("unknown case `{text}`, expected one of: {names}"))
        })
    }

    /// Converts the name of a field.
    pub(crate) fn field(self, name: &str) -> String {
        match self {
            Self::Lower | Self::Snake => name.to_owned(),
            Self::Upper | Self::ScreamingSnake => name.to_ascii_uppercase(),
            Self::Pascal => pascal(name),
            Self::Camel => first_lower(&pascal(name)),
            Self::Kebab => name.replace('_', "-"),
            Self::ScreamingKebab => name.to_ascii_uppercase().replace('_', "-"),
        }
    }

    /// Converts the name of a variant.
    pub(crate) fn variant(self, name: &str) -> String {
        match self {
            Self::Lower => name.to_ascii_lowercase(),
            Self::Upper => name.to_ascii_uppercase(),
            Self::Pascal => name.to_owned(),
            Self::Camel => first_lower(name),
            Self::Snake | Self::ScreamingSnake | Self::Kebab | Self::ScreamingKebab => self.field(&snake(name)),
        }
    }
}

fn pascal(snake: &str) -> String {
    let mut upper_next = true;
    let mut name = String::with_capacity(snake.len());
    for character in snake.chars() {
        if character == '_' {
            upper_next = true;
        } else if std::mem::take(&mut upper_next) {
            name.push(character.to_ascii_uppercase());
        } else {
            name.push(character);
        }
    }
    name
}

fn first_lower(name: &str) -> String {
    let mut characters = name.chars();
    characters.next().map(|first| first.to_ascii_lowercase()).into_iter().chain(characters).collect()
}

fn snake(pascal: &str) -> String {
    let mut name = String::with_capacity(pascal.len() + 4);
    for character in pascal.chars() {
        if character.is_uppercase() && !name.is_empty() {
            name.push('_');
        }
        name.push(character.to_ascii_lowercase());
    }
    name
}

#[cfg(test)]
mod tests {
    use super::Case;

    #[test]
    fn names_follow_the_rule() {
        for (case, field, variant) in [
            (Case::Lower, "max_batch_rows", "verylarge"),
            (Case::Upper, "MAX_BATCH_ROWS", "VERYLARGE"),
            (Case::Pascal, "MaxBatchRows", "VeryLarge"),
            (Case::Camel, "maxBatchRows", "veryLarge"),
            (Case::Snake, "max_batch_rows", "very_large"),
            (Case::ScreamingSnake, "MAX_BATCH_ROWS", "VERY_LARGE"),
            (Case::Kebab, "max-batch-rows", "very-large"),
            (Case::ScreamingKebab, "MAX-BATCH-ROWS", "VERY-LARGE"),
        ] {
            assert_eq!(case.field("max_batch_rows"), field, "{case:?}");
            assert_eq!(case.variant("VeryLarge"), variant, "{case:?}");
        }
    }

    #[test]
    fn an_unknown_rule_lists_the_known_ones() {
        let rule = syn::LitStr::new("Snake", proc_macro2::Span::call_site());
        let error = Case::parse(&rule).unwrap_err().to_string();
        assert!(error.contains("`Snake`") && error.contains("snake_case, SCREAMING_SNAKE_CASE"), "{error}");
    }
}
