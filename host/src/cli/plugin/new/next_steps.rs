//! The next commands for the user.

use crate::settings::env;
use std::path::Path;

/// Returns the commands in order.
pub(super) fn next_steps(folder: &Path, executable: Option<&Path>) -> Vec<String> {
    let run = format!("{} run", program(executable));
    let mut steps = vec!["cargo test".to_owned(), "cargo build".to_owned(), run];
    if folder != Path::new(".") {
        steps.insert(0, format!("cd {}", shell_word(&folder.display().to_string())));
    }
    steps
}

/// Returns the name of this program if `PATH` leads to it, else its path.
fn program(executable: Option<&Path>) -> String {
    let name = env!("CARGO_PKG_NAME");
    let Some(executable) = executable else { return name.to_owned() };
    let file = format!("{name}{}", std::env::consts::EXE_SUFFIX);
    let folders = env::read_path(env::PATH);
    let found = folders.iter().flat_map(std::env::split_paths).map(|folder| folder.join(&file)).find(|p| p.is_file());
    let same = |found: &Path| found.canonicalize().ok() == executable.canonicalize().ok();
    if found.is_some_and(|found| same(&found)) {
        name.to_owned()
    } else {
        shell_word(&executable.display().to_string())
    }
}

/// Quotes a word for a shell.
fn shell_word(text: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '/' | '.' | '-' | '_' | '+' | ':' | '\\');
    if !text.is_empty() && text.chars().all(plain) && (cfg!(windows) || !text.contains('\\')) {
        text.to_owned()
    } else if cfg!(windows) {
        format!("\"{text}\"")
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_quoted_for_shells() {
        for (folder, first) in [
            ("rowsmith-scraper-a", "cd rowsmith-scraper-a"),
            ("my plugins/a", "cd 'my plugins/a'"),
            ("it's", r"cd 'it'\''s'"),
            (".", "cargo test"),
        ] {
            if cfg!(unix) {
                assert_eq!(next_steps(Path::new(folder), None)[0], first, "{folder}");
            }
        }
        let steps = next_steps(Path::new("a"), Some(Path::new("/no/such/rowsmith")));
        assert_eq!(steps[1..], ["cargo test", "cargo build", "/no/such/rowsmith run"]);
    }
}
