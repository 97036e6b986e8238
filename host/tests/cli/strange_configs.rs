//! Configs that no editor writes, and configs of strangers.

use rowsmith_test_harness::{Sandbox, config};
use std::fmt::Write as _;

#[test]
fn strange_bytes_are_configs_or_mistakes() {
    let valid = config::offline();
    let utf16: Vec<u8> = valid.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let mut columns = valid.clone();
    for number in 0..2_000 {
        write!(columns, "\n[enrich.output.c{number}]\ntype = \"string\"\n").expect("writing to memory works");
    }
    let cases: [(&str, Vec<u8>, &[i32]); 10] = [
        ("byte order mark", format!("\u{feff}{valid}").into_bytes(), &[0]),
        ("UTF-16", [&[0xff, 0xfe][..], &utf16].concat(), &[3]),
        ("CR LF", valid.replace('\n', "\r\n").into_bytes(), &[0]),
        ("not UTF-8", [valid.as_bytes(), b"\n# \xff\n"].concat(), &[3]),
        ("NUL", format!("{valid}\0").into_bytes(), &[3]),
        ("10 MB of comments", format!("{valid}{}", "# comment\n".repeat(1_000_000)).into_bytes(), &[0, 3]),
        ("deep arrays", format!("x = {}{}\n{valid}", "[".repeat(100_000), "]".repeat(100_000)).into_bytes(), &[3]),
        ("deep tables", format!("{valid}\n[{}a]\n", "a.".repeat(100_000)).into_bytes(), &[3]),
        ("repeated table", format!("{valid}\n[enrich]\n").into_bytes(), &[3]),
        ("2,000 columns", columns.into_bytes(), &[0, 3]),
    ];
    for (name, bytes, codes) in cases {
        let sandbox = Sandbox::new();
        sandbox.write("rows.csv", config::rows(2));
        sandbox.write("rowsmith.toml", bytes);
        let output = sandbox.rowsmith("check --static");
        assert!(codes.contains(&output.code()), "{name}: {}\n{:.2000}", output.code(), output.stderr);
        assert!(!output.stderr.contains("panicked"), "{name}: {:.2000}", output.stderr);
        assert!(output.stderr.len() < 1_000_000, "{name}: {} bytes of messages", output.stderr.len());
    }
}

#[test]
fn static_checks_of_a_strange_config_change_nothing() {
    let sandbox = Sandbox::new();
    let program = sandbox.write("program.sh", "#!/bin/sh\ntouch ran\n");
    let text = config::offline().replace(
        "plugin = \"csv\"\n[scraper.config]\npath = \"rows.csv\"",
        &format!("plugin = \"exec\"\n[scraper.config]\ncommand = [\"sh\", \"{}\"]", program.display()),
    );
    sandbox.write("rowsmith.toml", text);
    let before = sandbox.names("");
    sandbox.rowsmith("check --static").exits(0);
    assert_eq!(sandbox.names(""), before);
    // The check without the flag starts the program, so a start is detected.
    drop(sandbox.rowsmith("check"));
    drop(sandbox.rowsmith("run"));
    assert!(sandbox.has("ran"));
}
