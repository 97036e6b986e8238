//! The state of a program between runs: a JSON value in the plugin's state folder.
//!
//! The host keeps the folder only after a complete run.

use rowsmith_exec::Launch;
use rowsmith_plugin_api::files::{read_regular, write_private};
use rowsmith_plugin_api::prelude::*;
use std::io::ErrorKind as IoErrorKind;
use std::path::PathBuf;

/// Maximum size of a state.
const MAX_BYTES: u64 = 64 << 20;

/// The file of one program.
pub(crate) struct State {
    name: String,
}

impl State {
    /// Returns the state of a program: of its command, its folder and its options, because several programs share the
    /// plugin's folder.
    pub(crate) fn of(launch: &Launch) -> Self {
        let options = &launch.options;
        let identity = json!([options.command, options.cwd, options.options]).to_string();
        Self { name: format!("{:016x}.json", fnv1a(identity.as_bytes())) }
    }

    /// Returns the line with the state of the last complete run, or null.
    pub(crate) async fn line(&self, host: &Host) -> Result<String> {
        let path = self.path(host).await?;
        let text = match read_regular(&path, MAX_BYTES) {
            Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
            Err(error) if error.kind() == IoErrorKind::NotFound => "null".to_owned(),
            Err(error) => return Err(Error::io("read", &path, &error)),
        };
        let state: Value = serde_json::from_str(&text).map_err(|error| {
            Error::new(ErrorKind::Corrupt, format!("the state {} is not JSON: {error}", path.display()))
                .hint("remove the file; the program then begins without a state")
        })?;
        Ok(json!({ "state": state }).to_string())
    }

    /// Stores a state for the next run.
    pub(crate) async fn store(&self, host: &Host, state: &Value) -> Result<()> {
        let path = self.path(host).await?;
        write_private(&path, state.to_string().as_bytes()).map_err(|error| Error::io("write", &path, &error))
    }

    async fn path(&self, host: &Host) -> Result<PathBuf> {
        Ok(host.state_dir().await?.join(&self.name))
    }
}

/// The FNV-1a hash, which is the same in every version.
fn fnv1a(bytes: &[u8]) -> u64 {
    let step = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, step)
}
