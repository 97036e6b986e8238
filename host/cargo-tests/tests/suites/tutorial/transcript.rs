//! A console block: commands and their output.
//!
//! A line that begins with `$ ` is a command; the lines after it are its output. A line `...` matches any number of lines,
//! `[..]` any text in a line.

/// A command and the output that the page shows.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Step {
    pub(crate) command: String,
    pub(crate) output: String,
}

/// Returns the steps of a block.
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

#[test]
fn blocks_are_split_at_their_commands() {
    let step = |command: &str, output: &str| Step { command: command.to_owned(), output: output.to_owned() };
    assert_eq!(steps("$ cd a\n$ ls\nb\n\nc\n"), [step("cd a", ""), step("ls", "b\n\nc\n")]);
}
