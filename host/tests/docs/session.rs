//! Does what a page says, as its reader would: writes its files, and types its commands into a shell.

use super::page::Block;
use super::place::{program_folder, project, scaffold};
use super::sandbox::plugins;
use super::transcript::{Step, fits, steps};
use std::env::{join_paths, split_paths, var_os};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use tempfile::TempDir;

/// Types one command; the folder and the variables that it leaves are there for the next one.
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
    /// Begins in an empty folder, with some variables set.
    pub(crate) fn new(variables: &[(&str, &str)]) -> Self {
        let (folder, state) = (TempDir::new().expect("a folder"), TempDir::new().expect("a folder"));
        fs::write(state.path().join("folder"), folder.path().as_os_str().as_encoded_bytes()).expect("the state");
        let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Self { folder, state, variables }
    }

    /// Follows a block: writes it, when it is marked to be put somewhere, and types it, when it is one of commands.
    ///
    /// # Errors
    /// What was typed, what came, and what the page shows, when they differ.
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
        if !fits(&step.output, &output) {
            return Err(format!("`{}` printed\n{output}\nand the page shows\n{}", step.command, step.output));
        }
        Ok(())
    }

    fn shell(&self, typed: &str) -> Command {
        let cargo = Path::new(env!("CARGO")).parent().expect("a folder").to_owned();
        let path = var_os("PATH").unwrap_or_default();
        let path = join_paths([program_folder(), cargo].into_iter().chain(split_paths(&path))).expect("a path");
        let mut command = Command::new("sh");
        command.arg("-c").arg(SHELL).env_clear().env("PATH", path).env("HOME", self.folder.path());
        command.env("STATE", self.state.path()).env("TYPED", typed).env("ROWSMITH_PLUGIN_PATH", plugins());
        // The versions are those of the project's lock file, which building the tests has downloaded.
        command.env("CARGO_NET_OFFLINE", "true").env("CARGO_TERM_COLOR", "never").env("CARGO_HOME", cargo_home());
        command.envs(self.variables.iter().map(|(name, value)| (name, value))).stdin(Stdio::null());
        command
    }
}

/// Lets a crate build offline, and into the folder that all such crates share.
fn prepare_crate(folder: &Path) {
    if !folder.join("Cargo.toml").is_file() || folder.join("target").exists() {
        return;
    }
    fs::create_dir_all(scaffold()).expect("folders are made");
    fs::copy(project().join("Cargo.lock"), folder.join("Cargo.lock")).expect("the lock file is copied");
    std::os::unix::fs::symlink(scaffold(), folder.join("target")).expect("a link is made");
}

fn cargo_home() -> PathBuf {
    var_os("CARGO_HOME").map_or_else(|| PathBuf::from(var_os("HOME").expect("a home")).join(".cargo"), PathBuf::from)
}

#[test]
fn a_session_keeps_its_folder_and_variables_and_tells_differences() {
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
    assert_eq!(error, "line 7: `echo one` printed\none\n\nand the page shows\ntwo\n");
    let error = session.follow(&block("console", "$ cat nothing\n", None)).expect_err("it fails");
    assert!(error.starts_with("line 7: `cat nothing` ended with exit status: 1:\ncat: "), "{error}");
}
