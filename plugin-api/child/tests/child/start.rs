//! The start of a program, and its errors.

use crate::roles::program;
use rowsmith_child::{Program, SpawnError};
use std::fs;
use std::io::Read as _;

fn spawn_error(program: &Program) -> SpawnError {
    program.spawn(|_| {}).map(drop).unwrap_err()
}

#[test]
fn folder_and_variables_are_set() {
    let folder = std::env::temp_dir().canonicalize().unwrap();
    let program = program("environment").current_dir(&folder).env("ROWSMITH_TEST", "a value");
    let mut spawned = program.spawn(|_| {}).unwrap();
    let mut output = String::new();
    spawned.stdout.read_to_string(&mut output).unwrap();
    assert!(output.contains(&format!("folder {}\n", folder.display())), "{output}");
    assert!(output.contains("variable a value\n"), "{output}");
}

#[test]
#[cfg(unix)]
fn the_file_of_a_program_is_the_one_that_starts() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = std::env::temp_dir().join(format!("rowsmith-child-file-{}", std::process::id()));
    for part in ["one", "two"] {
        fs::create_dir_all(folder.join(part)).unwrap();
        fs::write(folder.join(part).join("tool"), format!("#!/bin/sh\necho {part}\n")).unwrap();
    }
    let set_mode = |part: &str, mode| {
        fs::set_permissions(folder.join(part).join("tool"), fs::Permissions::from_mode(mode)).unwrap();
    };
    set_mode("two", 0o755);
    let named = Program::new("tool").current_dir(&folder).env("PATH", "one:two:/bin");
    let output = |program: &Program| {
        let mut output = String::new();
        program.spawn(|_| {}).unwrap().stdout.read_to_string(&mut output).unwrap();
        output
    };
    assert_eq!((named.file(), output(&named).as_str()), (Some(folder.join("two/tool")), "two\n"));
    set_mode("one", 0o755);
    assert_eq!((named.file(), output(&named).as_str()), (Some(folder.join("one/tool")), "one\n"));
    let path = Program::new("./two/tool").current_dir(&folder);
    assert_eq!((path.file(), output(&path).as_str()), (Some(folder.join("./two/tool")), "two\n"));
    assert_eq!(Program::new("rowsmith-no-such-program").file(), None);
    assert_eq!(Program::new("./none").current_dir(&folder).file(), None);
    fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn a_missing_program_is_named() {
    let error = spawn_error(&Program::new("rowsmith-no-such-program"));
    assert_eq!(error.to_string(), "cannot start `rowsmith-no-such-program`: there is no such program");
    assert!(error.hint().contains("install it"), "{}", error.hint());
    let error = spawn_error(&Program::new("./no/such/program"));
    assert_eq!(error.to_string(), "cannot start `./no/such/program`: there is no such program");
    assert_eq!(error.hint(), "check the path");
}

#[test]
fn a_missing_folder_is_named() {
    let error = spawn_error(&program("echo").current_dir("no/such/folder"));
    assert!(error.is_about_the_folder());
    assert!(error.to_string().ends_with("in no/such/folder: there is no such folder"), "{error}");
}

#[test]
#[cfg(unix)]
fn unusable_files_are_told_from_missing_ones() {
    use std::os::unix::fs::PermissionsExt as _;
    let path = std::env::temp_dir().join(format!("rowsmith-child-{}.script", std::process::id()));
    fs::write(&path, "#!/no/such/interpreter\n").unwrap();
    let plain = spawn_error(&Program::new(&path));
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    let without_interpreter = spawn_error(&Program::new(&path));
    fs::remove_file(&path).unwrap();
    assert!(plain.to_string().ends_with("it is not executable"), "{plain}");
    assert!(plain.hint().contains("chmod +x"), "{}", plain.hint());
    assert!(without_interpreter.to_string().ends_with("its interpreter is missing"), "{without_interpreter}");
    assert!(without_interpreter.hint().contains("first line"), "{}", without_interpreter.hint());
}
