//! Where the project is, and the program under test in a folder where no plugins are beside it.

use std::fs;
use std::path::{Path, PathBuf};

/// The program under test, as it was built.
pub(crate) const BUILT: &str = env!("CARGO_BIN_EXE_rowsmith");

/// The project's folder.
pub(crate) fn project() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the host is a folder of the project").to_owned()
}

/// The folder in which all plugins that tests write are built, so that what they depend on is built once.
pub(crate) fn scaffold() -> PathBuf {
    Path::new(BUILT).parent().and_then(Path::parent).expect("a target folder").join("scaffold")
}

/// A folder that holds the program and nothing else, for the search path of a shell.
pub(crate) fn program_folder() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("docs-program");
    fs::create_dir_all(&folder).expect("folders are made");
    let private = tempfile::tempdir_in(&folder).expect("a temporary folder");
    let part = private.path().join("program");
    if fs::hard_link(BUILT, &part).is_err() {
        fs::copy(BUILT, &part).expect("the program is copied");
    }
    // Another test may do the same at this moment; a rename makes that harmless.
    fs::rename(&part, folder.join("rowsmith")).expect("the program is put into its place");
    folder
}
