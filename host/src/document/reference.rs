//! The `${NAME}` syntax inside one string.

/// Looks up a variable.
pub(super) type Lookup<'a> = &'a dyn Fn(&str) -> Option<String>;

/// A reference without a value.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct ReferenceError {
    pub(super) message: String,
    pub(super) help: String,
}

/// Replaces the references in `text`. Values of variables are not expanded again.
pub(super) fn expand(text: &str, lookup: Lookup<'_>) -> Result<String, Vec<ReferenceError>> {
    let mut expanded = String::with_capacity(text.len());
    let mut errors = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('$') {
        expanded.push_str(before);
        if let Some(after) = after.strip_prefix('$') {
            expanded.push('$');
            rest = after;
        } else if let Some(inside) = after.strip_prefix('{') {
            let Some((reference, after)) = inside.split_once('}') else {
                errors.push(unreadable("`${` is not closed".to_owned()));
                return Err(errors);
            };
            match resolve(reference, lookup) {
                Ok(value) => expanded.push_str(&value),
                Err(error) => errors.push(error),
            }
            rest = after;
        } else {
            // A lone dollar sign, as in a price or a regular expression, is literal.
            expanded.push('$');
            rest = after;
        }
    }
    expanded.push_str(rest);
    if errors.is_empty() { Ok(expanded) } else { Err(errors) }
}

fn resolve(reference: &str, lookup: Lookup<'_>) -> Result<String, ReferenceError> {
    let length = reference.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count();
    let (name, operator) = reference.split_at(length);
    if name.is_empty() || name.starts_with(|first: char| first.is_ascii_digit()) || operator.contains("${") {
        return Err(unreadable(format!("`${{{reference}}}` is not a reference to a variable")));
    }
    let set = lookup(name);
    // As in a shell, the forms with a colon treat an empty variable as unset.
    let filled = || set.clone().filter(|value| !value.is_empty());
    if operator.is_empty() {
        set.ok_or_else(|| ReferenceError {
            message: format!("environment variable `{name}` is not set"),
            help: format!("set it, or add a default: `${{{name}:-default}}`"),
        })
    } else if let Some(default) = operator.strip_prefix(":-") {
        Ok(filled().unwrap_or_else(|| default.to_owned()))
    } else if let Some(message) = operator.strip_prefix(":?") {
        filled().ok_or_else(|| ReferenceError {
            message: format!("environment variable `{name}` is unset or empty"),
            help: if message.is_empty() { format!("set `{name}`") } else { message.to_owned() },
        })
    } else {
        Err(unreadable(format!("`${{{reference}}}` is not a reference to a variable")))
    }
}

fn unreadable(message: String) -> ReferenceError {
    let help = "write `${NAME}`, `${NAME:-default}` or `${NAME:?message}`, and `$$` for a `$`".to_owned();
    ReferenceError { message, help }
}

#[cfg(test)]
mod tests {
    use super::expand;

    fn lookup(name: &str) -> Option<String> {
        match name {
            "HOST" => Some("example.org".to_owned()),
            "EMPTY" => Some(String::new()),
            "NASTY" => Some("\"]\n${HOST}$$".to_owned()),
            _ => None,
        }
    }

    #[test]
    fn references_are_replaced() {
        let cases = [
            ("no reference", "plain", "plain"),
            ("set", "https://${HOST}/v1", "https://example.org/v1"),
            ("two", "${HOST}${HOST}", "example.orgexample.org"),
            ("empty is set", "[${EMPTY}]", "[]"),
            ("default unused", "${HOST:-other}", "example.org"),
            ("default for unset", "${PORT:-80}", "80"),
            ("default for empty", "${EMPTY:-80}", "80"),
            ("empty default", "${PORT:-}", ""),
            ("odd default", "${PORT:-a:-$ b}", "a:-$ b"),
            ("message unused", "${HOST:?needed}", "example.org"),
            ("dollars", "$$ $5 $$${HOST} $", "$ $5 $example.org $"),
            ("escaped reference", "$${HOST}", "${HOST}"),
            ("value is not read again", "${NASTY}", "\"]\n${HOST}$$"),
        ];
        for (name, text, wanted) in cases {
            assert_eq!(expand(text, &lookup).as_deref(), Ok(wanted), "{name}");
        }
    }

    #[test]
    fn every_reference_without_a_value_is_reported() {
        let cases = [
            ("unset", "${PORT}", 1),
            ("empty with message", "${EMPTY:?say it}", 1),
            ("not closed", "a ${HOST", 1),
            ("no name", "${}", 1),
            ("digit", "${1A}", 1),
            ("operator", "${HOST-x}", 1),
            ("nested", "${PORT:-${HOST}}", 1),
            ("two", "${A} ${B}", 2),
        ];
        for (name, text, errors) in cases {
            assert_eq!(expand(text, &lookup).unwrap_err().len(), errors, "{name}");
        }
        assert_eq!(expand("${PORT:?say it}", &lookup).unwrap_err()[0].help, "say it");
    }
}
