//! The start of a program, and what is said when it fails.

use crate::parts::program;
use rowsmith_child::{Program, SpawnError};
use std::fs;
use std::io::Read as _;

fn refused(program: &Program) -> SpawnError {
    program.spawn(|_| {}).map(drop).unwrap_err()
}

#[test]
fn it_gets_its_folder_and_its_variables() {
    let folder = std::env::temp_dir().canonicalize().unwrap();
    let program = program("surroundings").current_dir(&folder).env("ROWSMITH_TEST", "a value");
    let mut spawned = program.spawn(|_| {}).unwrap();
    let mut said = String::new();
    spawned.stdout.read_to_string(&mut said).unwrap();
    assert!(said.contains(&format!("folder {}\n", folder.display())), "{said}");
    assert!(said.contains("variable a value\n"), "{said}");
}

#[test]
fn a_program_that_is_not_there_is_named() {
    let error = refused(&Program::new("rowsmith-no-such-program"));
    assert_eq!(error.to_string(), "cannot start `rowsmith-no-such-program`: there is no such program");
    assert!(error.hint().contains("install it"), "{}", error.hint());
    let error = refused(&Program::new("./no/such/program"));
    assert_eq!(error.to_string(), "cannot start `./no/such/program`: there is no such program");
    assert_eq!(error.hint(), "check the path");
}

#[test]
fn a_folder_that_is_not_there_is_named() {
    let error = refused(&program("echo").current_dir("no/such/folder"));
    assert!(error.is_about_the_folder());
    assert!(error.to_string().ends_with("in no/such/folder: there is no such folder"), "{error}");
}

#[test]
#[cfg(unix)]
fn a_file_that_cannot_be_started_is_told_from_one_that_is_missing() {
    use std::os::unix::fs::PermissionsExt as _;
    let path = std::env::temp_dir().join(format!("rowsmith-child-{}.script", std::process::id()));
    fs::write(&path, "#!/no/such/interpreter\n").unwrap();
    let plain = refused(&Program::new(&path));
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    let orphaned = refused(&Program::new(&path));
    fs::remove_file(&path).unwrap();
    assert!(plain.to_string().ends_with("it is not executable"), "{plain}");
    assert!(plain.hint().contains("chmod +x"), "{}", plain.hint());
    assert!(orphaned.to_string().ends_with("the program that runs it is missing"), "{orphaned}");
    assert!(orphaned.hint().contains("first line"), "{}", orphaned.hint());
}
