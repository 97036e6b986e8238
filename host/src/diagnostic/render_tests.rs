//! Snapshots of rendered diagnostics.

use super::render;
use crate::diagnostic::{Diagnostic, Label, code};

const TEXT: &str = "[scraper]\nplugin = \"csv\"\npaht = \"topics.csv\"\nlast = 1\n";

fn unknown_key() -> Diagnostic {
    let start = TEXT.find("paht").unwrap();
    Diagnostic::error(code::UNKNOWN_KEY, "unknown key `paht`")
        .at(Some(start..start + 4))
        .with_help("did you mean `path`?")
}

#[test]
fn position_and_help_are_shown() {
    let shown = render("rowsmith.toml", TEXT, &[unknown_key()], false);
    let wanted = "\
error[RS1001]: unknown key `paht`
 --> rowsmith.toml:3:1
  |
3 | paht = \"topics.csv\"
  | ^^^^
  |
  = help: did you mean `path`?
";
    assert_eq!(shown, wanted);
}

#[test]
fn a_blank_line_separates_diagnostics() {
    let mut second = Diagnostic::warning(code::SECRET_LITERAL, "careful").at(Some(46..50));
    second.secondary.push(Label::with_text(0..9, "in this table"));
    let shown = render("rowsmith.toml", TEXT, &[unknown_key(), second], false);
    let wanted = "\
error[RS1001]: unknown key `paht`
 --> rowsmith.toml:3:1
  |
3 | paht = \"topics.csv\"
  | ^^^^
  |
  = help: did you mean `path`?

warning[RS1201]: careful
 --> rowsmith.toml:4:2
  |
1 | [scraper]
  | --------- in this table
...
4 | last = 1
  |  ^^^^
";
    assert_eq!(shown, wanted);
}

#[test]
fn a_diagnostic_without_a_position_shows_the_file() {
    let diagnostic = Diagnostic::error(code::MISSING_KEY, "missing table `scraper`").with_help("see `rowsmith init`");
    let shown = render("rowsmith.toml", TEXT, &[diagnostic], false);
    assert_eq!(shown, "error[RS1003]: missing table `scraper`\n --> rowsmith.toml\n  = help: see `rowsmith init`\n");
}

#[test]
fn only_colour_writes_escape_bytes() {
    let text = "a = \"\u{1b}[31m\u{9b}red\u{202e}\"\r\n";
    let diagnostic = Diagnostic::error(code::TOML_SYNTAX, "bad \u{1b}[2J\u{9b} text")
        .labelled(Some(Label::with_text(4..9, "\u{1b}here")))
        .with_help("not \u{1b} this");
    let plain = render("ro\u{1b}w.toml", text, std::slice::from_ref(&diagnostic), false);
    let control = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}';
    assert!(!plain.contains(control), "{plain:?}");
    let coloured = render("rowsmith.toml", "a = 1", &[unknown_key()], true);
    assert!(coloured.contains('\u{1b}'));
}

#[test]
fn a_concealed_label_hides_its_text_in_all_diagnostics() {
    let text = "api_key = \"sk-very-secret\"\n";
    let literal = Diagnostic::warning(code::SECRET_LITERAL, "the config contains a secret")
        .labelled(Some(Label::concealed(10..26)));
    let other = Diagnostic::error(code::UNKNOWN_KEY, "unknown key `api_key`").at(Some(0..7));
    let shown = render("rowsmith.toml", text, &[other, literal], false);
    assert!(!shown.contains("very"), "{shown}");
    assert!(shown.contains("api_key = ****************"), "{shown}");
}

#[test]
fn invalid_spans_do_not_panic() {
    let text = "é = \"ü\"\n# end";
    for start in 0..20 {
        for end in 0..20 {
            let diagnostic = Diagnostic::error(code::TOML_SYNTAX, "odd").at(Some(start..end));
            assert!(render("f", text, &[diagnostic], false).starts_with("error[RS1006]: odd\n"));
        }
    }
    let empty = Diagnostic::error(code::TOML_SYNTAX, "empty").at(Some(0..0));
    assert!(render("f", "", &[empty], false).contains("--> f:1:1"));
}
