//! The bytes that are opened are those that were checked, wherever temporary files can be.

use rowsmith_test_harness::{Sandbox, config, plugins, program};
use std::fs;
use std::process::Command;

/// Two rows, after a copy of the memory map of the process that starts the program.
const SCRAPER: &str = "read -r hello\ncat /proc/$PPID/maps >maps\necho '{\"ready\": 1}'\n\
    echo '{\"row\": {\"Title\": \"one\", \"Text\": \"A star.\"}}'\necho '{\"done\": true}'\n";

/// Returns a sandbox whose scraper is a program.
fn sandbox(isolation: &str) -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write("scrape.sh", SCRAPER);
    let csv = "plugin = \"csv\"\n[scraper.config]\npath = \"rows.csv\"\n";
    let exec = format!(
        "plugin = \"exec\"\nisolation = \"{isolation}\"\n[scraper.config]\ncommand = [\"sh\", \"scrape.sh\"]\n"
    );
    sandbox.write("rowsmith.toml", config::offline().replace(csv, &exec));
    sandbox
}

/// Checks that no file of a plugin is mapped and that nothing is left in the folder for temporary files.
#[track_caller]
fn assert_private(sandbox: &Sandbox, temporary: &str) {
    let maps = sandbox.read("maps");
    assert!(maps.contains("memfd:rowsmith-plugin"), "{maps}");
    assert!(!maps.contains("/librowsmith_"), "{maps}");
    assert_eq!(sandbox.names(temporary), Vec::<String>::new());
    assert!(sandbox.has("out.csv"));
}

#[test]
fn plugins_open_without_a_temporary_folder() {
    for isolation in ["none", "process"] {
        let sandbox = sandbox(isolation);
        fs::create_dir(sandbox.path("temporary")).expect("a folder");
        for folder in ["none", "temporary"] {
            let call = sandbox.call(["run", "--force"]).env("TMPDIR", sandbox.path(folder));
            call.output().exits(0);
        }
        assert_private(&sandbox, "temporary");
    }
}

/// Needs the right to mount; skipped without it.
#[test]
fn plugins_open_where_temporary_files_cannot_be_executed() {
    for isolation in ["none", "process"] {
        let sandbox = sandbox(isolation);
        fs::create_dir(sandbox.path("temporary")).expect("a folder");
        let script = "mount -t tmpfs -o noexec tmpfs temporary || exit 99\nexec \"$PROGRAM\" run";
        let mut command = Command::new("unshare");
        command.args(["--map-root-user", "--mount", "sh", "-c", script]).current_dir(sandbox.folder());
        command.env("PROGRAM", program()).env("ROWSMITH_PLUGIN_PATH", plugins());
        command.env("TMPDIR", sandbox.path("temporary")).env("HOME", sandbox.folder());
        let Ok(output) = command.output() else { return };
        let stderr = String::from_utf8_lossy(&output.stderr);
        if output.status.code() == Some(99) || stderr.starts_with("unshare: ") {
            return;
        }
        assert!(output.status.success(), "{stderr}");
        assert_private(&sandbox, "temporary");
    }
}
