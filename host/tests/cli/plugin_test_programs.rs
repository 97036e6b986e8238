//! `rowsmith plugin test` of programs: time limits and secrets.

use rowsmith_test_harness::{Golden, Output, Sandbox, library_name, parallel, plugins};

/// Tests the program `program.sh` with the plugin `exec` of a kind.
fn test(sandbox: &Sandbox, kind: &str, program: &str, more: &[&str]) -> Output {
    sandbox.write("program.sh", program);
    let file = plugins().join(library_name(kind, "exec")).display().to_string();
    let arguments = ["plugin", "test", &file, "--set", "command=[\"sh\", \"program.sh\"]"];
    sandbox.call(arguments.iter().chain(more)).env("MY_TOKEN", "token-0123456789").output()
}

/// Returns the lines of failed checks.
fn failed_checks(output: &Output) -> String {
    output.stdout.lines().filter(|line| line.starts_with('✗')).collect::<Vec<_>>().join("\n")
}

/// A program that never answers ends with its input, which is that of the suite's process.
#[test]
fn programs_that_never_answer_are_named() {
    let mut golden = Golden::new("plugin_test_programs");
    let silent = "cat >&2";
    let ready = "read -r hello\necho '{\"ready\": 1}'\ncat >&2";
    let cases = [
        ("scraper", "no `ready`", silent),
        ("provider", "no `ready`", silent),
        ("provider", "no answer", ready),
        ("exporter", "no answer to `finish`", ready),
    ];
    let outputs =
        parallel(cases, |(kind, _, program)| test(&Sandbox::new(), kind, program, &["--timeout", "1"]).exits(4));
    for ((kind, name, _), output) in cases.iter().zip(outputs) {
        golden.add(&format!("{kind}: {name}"), &failed_checks(&output));
    }
    golden.check();
}

/// Sends rows only to the owner of the token.
const PROGRAM: &str = r#"read -r hello
echo '{"ready": 1}'
case $hello in
  *'"list"'*) echo '{"done": true}'; exit ;;
esac
if [ "$TOKEN" != token-0123456789 ]; then
  echo '{"error": {"kind": "auth", "message": "the token '"$TOKEN"' is unknown"}}'; exit
fi
echo '{"row": {"n": 1}}'
echo '{"done": true}'
"#;

const TOKEN: &str = "secret_env.TOKEN={ env = \"MY_TOKEN\" }";

#[test]
fn secrets_reach_a_program_on_request_only() {
    let sandbox = Sandbox::new();
    let output = test(&sandbox, "scraper", PROGRAM, &["--set", TOKEN]).exits(4);
    let mut golden = Golden::new("plugin_test_secrets");
    golden.add("without --keep-secrets", &failed_checks(&output));
    test(&sandbox, "scraper", PROGRAM, &["--set", TOKEN, "--keep-secrets"]).exits(0);

    let leaky =
        PROGRAM.replace("echo '{\"row\"", "echo '{\"error\": {\"message\": \"bad '\"$TOKEN\"'\"}}'\necho '{\"row\"");
    let output = test(&sandbox, "scraper", &leaky, &["--set", TOKEN, "--keep-secrets"]).exits(4);
    golden.add("an error with the secret", &failed_checks(&output));
    golden.check();
    assert!(!output.stdout.contains("0123456789"), "{}", output.stdout);

    let missing =
        test(&sandbox, "scraper", PROGRAM, &["--set", "secret_env.TOKEN={ env = \"NONE\" }", "--keep-secrets"]);
    assert!(missing.exits(2).stderr.contains("`NONE`"));
}
