//! A console block: commands, and what they print.
//!
//! A line that begins with `$ ` is a command; what follows is its output, up to the next one. A line `...` stands for any
//! number of lines, `[..]` for any text in a line.

/// A command with the output that the page shows.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Step {
    pub(crate) command: String,
    pub(crate) output: String,
}

/// The steps of a block.
pub(crate) fn steps(block: &str) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    for line in block.lines() {
        if let Some(command) = line.strip_prefix("$ ") {
            steps.push(Step { command: command.to_owned(), output: String::new() });
        } else {
            let step = steps.last_mut().unwrap_or_else(|| panic!("output before the first command: {line}"));
            step.output.push_str(line);
            step.output.push('\n');
        }
    }
    steps
}

/// Whether the output is what the page shows.
pub(crate) fn fits(shown: &str, output: &str) -> bool {
    let lines = |text: &str| text.trim_end().lines().map(|line| line.trim_end().to_owned()).collect::<Vec<_>>();
    lines_fit(&lines(shown), &lines(output))
}

fn lines_fit(shown: &[String], output: &[String]) -> bool {
    match shown.split_first() {
        None => output.is_empty(),
        Some((any, rest)) if any == "..." => (0..=output.len()).any(|skipped| lines_fit(rest, &output[skipped..])),
        Some((line, rest)) => {
            output.split_first().is_some_and(|(first, others)| line_fits(line, first) && lines_fit(rest, others))
        }
    }
}

fn line_fits(shown: &str, line: &str) -> bool {
    match shown.split_once("[..]") {
        None => shown == line,
        Some((start, rest)) => line.strip_prefix(start).is_some_and(|line| {
            line.char_indices()
                .map(|(at, _)| at)
                .chain([line.len()])
                .any(|at| line.get(at..).is_some_and(|tail| line_fits(rest, tail)))
        }),
    }
}

#[test]
fn blocks_are_split_at_their_commands() {
    let step = |command: &str, output: &str| Step { command: command.to_owned(), output: output.to_owned() };
    assert_eq!(steps("$ cd a\n$ ls\nb\n\nc\n"), [step("cd a", ""), step("ls", "b\n\nc\n")]);
}

#[test]
fn wildcards_stand_for_what_changes() {
    for (shown, output, expected) in [
        ("a\nb\n", "a\nb\n", true),
        ("a\n", "a  \n\n", true),
        ("", "", true),
        ("", "a\n", false),
        ("a\n", "", false),
        ("a\n...\nd\n", "a\nb\nc\nd\n", true),
        ("a\n...\nd\n", "a\nd\n", true),
        ("...\nd\n", "a\nb\n", false),
        ("a [..] c\n", "a long c\n", true),
        ("[..]\n", "é\n", true),
        ("a [..]c[..]\n", "a bcd\n", true),
        ("a [..] c\n", "a long d\n", false),
    ] {
        assert_eq!(fits(shown, output), expected, "{shown:?} {output:?}");
    }
}
