//! Follows a page as its reader does: writes its files, and runs its commands in a shell.

use super::transcript::{Step, steps};
use crate::folders::{cargo_home, kept};
use rowsmith_test_harness::docs::Block;
use rowsmith_test_harness::{build_program, checkout, difference, plugins, program};
use std::env::{join_paths, split_paths, var_os};
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use tempfile::TempDir;

/// Runs one command. The next one starts with the folder and the variables that it leaves.
const SHELL: &str = r#"
exec 2>&1
typed=$TYPED
if [ -f "$STATE/variables" ]; then . "$STATE/variables"; fi
cd "$(cat "$STATE/folder")"
eval "$typed"
status=$?
pwd > "$STATE/folder"
export -p > "$STATE/variables"
exit $status
"#;

/// A folder, and a shell in it.
pub(crate) struct Session {
    folder: TempDir,
    state: TempDir,
    variables: Vec<(String, String)>,
}

impl Session {
    /// Starts in an empty folder, with these variables.
    pub(crate) fn new(variables: &[(&str, &str)]) -> Self {
        build_program();
        let (folder, state) = (TempDir::new().expect("a folder"), TempDir::new().expect("a folder"));
        fs::write(state.path().join("folder"), folder.path().as_os_str().as_encoded_bytes()).expect("the state");
        let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Self { folder, state, variables }
    }

    /// Follows a block: writes it if it has the mark `put`, and runs it if it holds commands.
    ///
    /// # Errors
    /// Returns the command and the difference between its output and the page.
    pub(crate) fn follow(&self, block: &Block) -> Result<(), String> {
        if let Some(place) = block.mark("put") {
            let path = self.folder.path().join(place);
            fs::create_dir_all(path.parent().expect("a folder")).expect("folders are made");
            fs::write(path, &block.text).expect("files are written");
        }
        if block.language != "console" {
            return Ok(());
        }
        steps(&block.text).iter().try_for_each(|step| self.step(step).map_err(|e| format!("line {}: {e}", block.line)))
    }

    fn step(&self, step: &Step) -> Result<(), String> {
        let folder = fs::read_to_string(self.state.path().join("folder")).expect("the shell's folder");
        prepare_crate(Path::new(folder.trim_end()));
        let end = self.shell(&step.command).output().expect("a shell starts");
        let output = String::from_utf8_lossy(&end.stdout);
        if !end.status.success() {
            return Err(format!("`{}` ended with {}:\n{output}", step.command, end.status));
        }
        let lines: Vec<&str> = output.trim_end().lines().map(str::trim_end).collect();
        difference(&lines.join("\n"), step.output.trim_end())
            .map_or(Ok(()), |difference| Err(format!("`{}` prints\n{difference}", step.command)))
    }

    fn shell(&self, typed: &str) -> Command {
        let cargo = Path::new(env!("CARGO")).parent().expect("a folder").to_owned();
        let path = var_os("PATH").unwrap_or_default();
        let path =
            join_paths([program().parent().expect("a folder").to_owned(), cargo].into_iter().chain(split_paths(&path)))
                .expect("a path");
        let mut command = Command::new("sh");
        command.arg("-c").arg(SHELL).env_clear().env("PATH", path).env("HOME", self.folder.path());
        command.env("STATE", self.state.path()).env("TYPED", typed).env("ROWSMITH_PLUGIN_PATH", plugins());
        // The versions are those of the workspace's lock file, whose crates are downloaded.
        command.env("CARGO_NET_OFFLINE", "true").env("CARGO_TERM_COLOR", "never").env("CARGO_HOME", cargo_home());
        command.envs(self.variables.iter().map(|(name, value)| (name, value))).stdin(Stdio::null());
        command
    }
}

/// Prepares a crate so that it builds offline, and into the folder that all crates of these suites share.
fn prepare_crate(folder: &Path) {
    if !folder.join("Cargo.toml").is_file() || folder.join("target").exists() {
        return;
    }
    fs::create_dir_all(kept("scaffold")).expect("folders are made");
    fs::copy(checkout().join("Cargo.lock"), folder.join("Cargo.lock")).expect("the lock file is copied");
    std::os::unix::fs::symlink(kept("scaffold"), folder.join("target")).expect("a link is made");
}

#[test]
#[ignore = "runs Cargo"]
fn session_keeps_folder_and_variables_and_reports_differences() {
    let block = |language: &str, text: &str, put: Option<&str>| Block {
        language: language.to_owned(),
        text: text.to_owned(),
        marks: put.map(|place| ("put".to_owned(), place.to_owned())).into_iter().collect(),
        line: 7,
    };
    let session = Session::new(&[("GIVEN", "given")]);
    session.follow(&block("text", "hello\n", Some("a/b.txt"))).expect("it is written");
    let typed = "$ cd a\n$ cat b.txt\nhello\n$ export MADE=\"made  here\"\n$ echo $GIVEN $HOME/\"$MADE\"\ngiven /[..]/made  here\n";
    session.follow(&block("console", typed, None)).expect("it fits");
    session
        .follow(&block("console", "$ basename $PWD; rowsmith --version\na\nrowsmith [..]\n", None))
        .expect("it fits");
    let error = session.follow(&block("console", "$ echo one\ntwo\n", None)).expect_err("it differs");
    assert!(error.starts_with("line 7: `echo one` prints\n"), "{error}");
    let error = session.follow(&block("console", "$ cat nothing\n", None)).expect_err("it fails");
    assert!(error.starts_with("line 7: `cat nothing` ended with exit status: 1:\ncat: "), "{error}");
}
