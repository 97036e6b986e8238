//! Programs and isolated plugins get the variables of their table and a fixed set, and no open file of the run.

use rowsmith_test_harness::{Sandbox, config, plugins, program};
use std::path::Path;
use std::process::Command;

/// Writes the environment and the open files of the program and of its parent.
fn script(name: &str, rest: &str) -> String {
    format!(
        "read -r hello\nenv >{name}.env\nls -l /proc/$$/fd >{name}.files\n\
         tr '\\0' '\\n' </proc/$PPID/environ >{name}.parent.env\nls -l /proc/$PPID/fd >{name}.parent.files\n\
         echo '{{\"ready\": 1}}'\n{rest}"
    )
}

/// Returns a sandbox in which the scraper and the exporter are programs with a secret each.
fn sandbox(isolation: &str) -> Sandbox {
    let sandbox = Sandbox::new();
    let rows = "echo '{\"row\": {\"Title\": \"one\", \"Text\": \"A star.\"}}'\necho '{\"done\": true}'\n";
    sandbox.write("scrape.sh", script("scraper", rows));
    let finish = "while read -r line; do case $line in *'\"finish\"'*) echo '{\"done\": true}';; esac; done\n";
    sandbox.write("export.sh", script("exporter", finish));
    let (csv, rest) = ("plugin = \"csv\"\n[scraper.config]\npath = \"rows.csv\"\n", "[[exporters]]");
    let scraper = format!(
        "plugin = \"exec\"\nisolation = \"{isolation}\"\n[scraper.config]\ncommand = [\"sh\", \"scrape.sh\"]\n\
         env = {{ SETTING = \"for the scraper\" }}\nsecret_env = {{ SCRAPER_TOKEN = {{ env = \"SCRAPER_SECRET\" }} }}\n"
    );
    let text = config::offline().replace(csv, &scraper);
    let (before, _) = text.split_once(rest).expect("an exporter");
    let exporter = format!(
        "[[exporters]]\nplugin = \"exec\"\nisolation = \"{isolation}\"\n[exporters.config]\ncommand = [\"sh\", \"export.sh\"]\n\
         path = \"rows\"\nsecret_env = {{ EXPORTER_TOKEN = {{ env = \"EXPORTER_SECRET\" }} }}\n"
    );
    sandbox.write("rowsmith.toml", format!("{before}{exporter}"));
    sandbox
}

/// Runs the program with secrets in its environment and an open file that it has inherited itself.
fn run(sandbox: &Sandbox) {
    let mut command = Command::new("sh");
    command.args(["-c", "exec 7>>inherited\nexec \"$0\" run"]).arg(program()).current_dir(sandbox.folder()).env_clear();
    command.env("PATH", std::env::var_os("PATH").unwrap_or_default()).env("HOME", sandbox.folder());
    command.env("ROWSMITH_PLUGIN_PATH", plugins()).env("LANG", "C.UTF-8").env("LC_TIME", "de_DE.UTF-8");
    command.env("SCRAPER_SECRET", "secret-of-the-scraper").env("EXPORTER_SECRET", "secret-of-the-exporter");
    command.env("OTHER_API_KEY", "secret-of-nobody").env("LC_SECRET", "secret-of-nobody").env("TZ", "UTC");
    command.env("HTTPS_PROXY", "http://user:secret-of-nobody@proxy");
    let output = command.output().expect("the program starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// Returns the open files, without the standard streams.
fn open_files(list: &str) -> Vec<String> {
    let names =
        list.lines().filter_map(|line| line.rsplit_once(" -> ").map(|(start, target)| (start, target.to_owned())));
    let is_standard = |start: &str| [" 0", " 1", " 2"].iter().any(|number| start.ends_with(number));
    names.filter(|(start, _)| !is_standard(start)).map(|(_, target)| target).collect()
}

#[test]
fn programs_get_only_their_own_variables_and_files() {
    let sandbox = sandbox("none");
    run(&sandbox);
    let scraper = sandbox.read("scraper.env");
    let exporter = sandbox.read("exporter.env");
    for variable in ["SETTING=for the scraper\n", "SCRAPER_TOKEN=secret-of-the-scraper\n", "LANG=C.UTF-8\n"] {
        assert!(scraper.contains(variable), "{variable}: {scraper}");
    }
    for variable in ["PATH=", "HOME=", "LC_TIME=de_DE.UTF-8\n", "TZ=UTC\n", "EXPORTER_TOKEN=secret-of-the-exporter\n"] {
        assert!(exporter.contains(variable), "{variable}: {exporter}");
    }
    assert_eq!(scraper.matches("secret").count(), 1, "{scraper}");
    assert_eq!(exporter.matches("secret").count(), 1, "{exporter}");
    for name in ["scraper", "exporter"] {
        let files = sandbox.read(&format!("{name}.files"));
        // The shell opens its script, and keeps its output under another number.
        let foreign: Vec<String> = open_files(&files)
            .into_iter()
            .filter(|file| Path::new(file).extension().is_none_or(|it| it != "sh") && !file.starts_with("pipe:"))
            .collect();
        assert_eq!(foreign, Vec::<String>::new(), "{name}: {files}");
    }
}

#[test]
fn isolated_plugins_get_no_secrets_of_others() {
    let sandbox = sandbox("process");
    run(&sandbox);
    for name in ["scraper", "exporter"] {
        let environment = sandbox.read(&format!("{name}.parent.env"));
        assert!(environment.contains("PATH=") && !environment.contains("secret"), "{environment}");
        assert_eq!(sandbox.read(&format!("{name}.env")).matches("secret").count(), 1);
        let files = sandbox.read(&format!("{name}.parent.files"));
        let foreign = open_files(&files)
            .into_iter()
            .filter(|file| Path::new(file).extension().is_some_and(|it| it == "mdb") || file.ends_with("inherited"));
        assert_eq!(foreign.count(), 0, "{files}");
    }
}
