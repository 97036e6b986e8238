//! Plugin folders with pipes, sockets, devices, folders and huge files under the names of plugins: nothing waits for them or
//! reads them, and the other plugins work.

use super::patched::Plugin;
use rowsmith_test_harness::{Golden, Sandbox, config, library_name, plugins};
use std::fs::{self, File};
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;
use std::process::Command;

const NAMES: [&str; 7] = ["pipe", "socket", "device", "folder", "huge", "loop", "pipelink"];

/// Returns a sandbox with the folder `found`, and the socket in it.
fn sandbox() -> (Sandbox, UnixListener) {
    let sandbox = Sandbox::new();
    sandbox.write("rows.csv", config::rows(2));
    sandbox.write(&format!("found/{}", library_name("exporter", "csv")), Plugin::built("exporter", "csv").0);
    let path = |name: &str| sandbox.path("found").join(library_name("exporter", name));
    let made = Command::new("mkfifo").arg(path("pipe")).status().expect("mkfifo");
    assert!(made.success());
    let socket = UnixListener::bind(path("socket")).expect("a socket");
    symlink("/dev/zero", path("device")).expect("a link");
    fs::create_dir(path("folder")).expect("a folder");
    File::create(path("huge")).and_then(|file| file.set_len(1 << 40)).expect("a sparse file");
    symlink(path("loop"), path("loop")).expect("a link");
    symlink(path("pipe"), path("pipelink")).expect("a link");
    (sandbox, socket)
}

#[test]
fn special_files_are_refused_by_every_command() {
    let (sandbox, _socket) = sandbox();
    let mut golden = Golden::new("plugin_folders");
    let list = sandbox.bare(["plugin", "list", "--plugin-dir", "found"]).output().exits(0);
    golden.add("plugin list", &list.messages());
    assert!(list.stdout.contains(&library_name("exporter", "csv")), "{}", list.stdout);
    sandbox.bare(["plugin", "list", "--plugin-dir", "found", "--format", "json"]).output().exits(0).json();
    for name in NAMES {
        let file = format!("found/{}", library_name("exporter", name));
        let by_name = sandbox.bare(["plugin", "info", name, "--kind", "exporter", "--plugin-dir", "found"]).output();
        let code = if name == "folder" { 2 } else { 4 };
        by_name.exits(code);
        golden.add(name, &sandbox.bare(["plugin", "info", &file]).output().exits(4).messages());
        let by_path = config::offline()
            .replace("[[exporters]]\nplugin = \"csv\"", &format!("[[exporters]]\nlibrary = \"{file}\""));
        let by_name = config::offline()
            .replace("[[exporters]]\nplugin = \"csv\"", &format!("[[exporters]]\nplugin = \"{name}\""));
        for text in [by_path, by_name] {
            sandbox.write("rowsmith.toml", text);
            for command in ["check --static", "check", "run", "plugin pin"] {
                let call = sandbox.call(command.split(' ').chain(["--plugin-dir", "found"]));
                call.output().exits(4);
            }
        }
    }
    golden.check();
}

#[test]
fn folders_of_the_search_path_may_be_anything() {
    let (sandbox, _socket) = sandbox();
    sandbox.write("rowsmith.toml", config::offline());
    let pipe = sandbox.path("found").join(library_name("exporter", "pipe"));
    let path = std::env::join_paths([pipe.as_path(), "/dev/zero".as_ref(), plugins()]).expect("a path");
    for command in [&["plugin", "list"][..], &["check"], &["run"]] {
        sandbox.bare(command).env("ROWSMITH_PLUGIN_PATH", &path).output().exits(0);
    }
}

#[test]
fn folders_that_others_control_are_warnings() {
    use std::os::unix::fs::PermissionsExt as _;
    let (sandbox, _socket) = sandbox();
    sandbox.write("rowsmith.toml", config::offline());
    let set_mode = |mode| fs::set_permissions(sandbox.path("found"), fs::Permissions::from_mode(mode)).expect("a mode");
    let check = || sandbox.call(["check", "--static", "--plugin-dir", "found"]).output().exits(0).stderr;
    let warning = "all users of this machine can replace the plugin DIR/found/";
    assert!(!check().contains(warning), "{}", check());
    set_mode(0o777);
    assert!(check().contains(warning), "{}", check());
    sandbox.rowsmith("plugin pin --plugin-dir found").exits(0);
    assert!(!check().contains(warning), "a pin compares the bytes: {}", check());
    set_mode(0o755);

    // Relative folders of the environment.
    let hidden = library_name("scraper", "early");
    sandbox.write(&format!("relative/rowsmith/plugins/{hidden}"), "");
    let list = |name: &str| sandbox.bare(["plugin", "list"]).env(name, "relative").output().exits(0);
    for name in ["XDG_DATA_HOME", "HOME"] {
        let output = list(name);
        assert!(output.stderr.contains(&format!("{name} is ignored")), "{}", output.stderr);
        assert!(!output.stderr.contains(&hidden), "{}", output.stderr);
    }
    let output = list("ROWSMITH_PLUGIN_PATH");
    assert!(
        output.stderr.contains("`relative` in ROWSMITH_PLUGIN_PATH is relative, so it means "),
        "{}",
        output.stderr
    );
}
