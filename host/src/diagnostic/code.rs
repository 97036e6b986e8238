//! The stable codes of diagnostics.
//!
//! A code never changes its meaning and is never reused: users search for it, and scripts filter by it.

/// A key that its table does not have.
pub const UNKNOWN_KEY: &str = "RS1001";
/// A value of another type than its key has.
pub const WRONG_TYPE: &str = "RS1002";
/// A missing required key.
pub const MISSING_KEY: &str = "RS1003";
/// A value that is not in the list of allowed values.
pub const NOT_ONE_OF: &str = "RS1004";
/// A value that violates a limit of its key: a range, a length or a pattern.
pub const OUT_OF_RANGE: &str = "RS1005";
/// Text that is not TOML, or a value that a config cannot hold, such as `nan`.
pub const TOML_SYNTAX: &str = "RS1006";
/// A `${NAME}` reference that is malformed or whose variable is not set.
pub const UNSET_VARIABLE: &str = "RS1007";
/// A `--set` argument that cannot be applied.
pub const BAD_SET: &str = "RS1008";
/// An invalid schema: an error of the plugin, not of the config.
pub const BAD_SCHEMA: &str = "RS1009";
/// A plugin that does not exist or cannot be used.
pub const PLUGIN: &str = "RS1010";
/// A provider without a table.
pub const UNKNOWN_PROVIDER: &str = "RS1011";
/// An invalid or contradictory rule of an output column.
pub const BAD_RULE: &str = "RS1012";
/// A setting that conflicts with another one.
pub const BAD_SETTING: &str = "RS1013";
/// A config that its plugin rejects.
pub const PLUGIN_CONFIG: &str = "RS1014";
/// A secret that the config contains as text.
pub const SECRET_LITERAL: &str = "RS1201";
/// A secret whose environment variable is unset or empty.
pub const SECRET_VARIABLE: &str = "RS1202";
/// A secret whose file is missing, unreadable or empty.
pub const SECRET_FILE: &str = "RS1203";
/// A secret whose file other users can read.
pub const SECRET_FILE_MODE: &str = "RS1204";
/// A key that would be sent unencrypted to another machine.
pub const INSECURE_ADDRESS: &str = "RS1205";

#[cfg(test)]
mod tests {
    #[test]
    fn codes_are_unique() {
        let source = include_str!("code.rs");
        let mut codes: Vec<&str> = source
            .lines()
            .filter(|line| line.starts_with("pub const"))
            .filter_map(|line| line.split('"').nth(1))
            .collect();
        let all = codes.len();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), all);
        assert!(codes.iter().all(|code| code.len() == 6 && code.starts_with("RS")));
    }
}
