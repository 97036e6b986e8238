//! The command line of the binary.

use std::path::PathBuf;

/// What `--help` prints.
pub(crate) const USAGE: &str = "\
usage: rowsmith-fake-model [--port N] [--script FILE.json] [--latency-ms N] [--key KEY] [--log FILE]

  --port N           port on 127.0.0.1; without it one that is free
  --script FILE      rules in JSON: which requests are answered wrong, late or not at all
  --latency-ms N     how long every completion takes
  --key KEY          the only key that is accepted; without it every key is
  --log FILE         append one JSON line for each request and each reply
";

/// What the command line says.
#[derive(Debug, Default, Eq, PartialEq)]
pub(crate) struct Arguments {
    pub(crate) port: u16,
    pub(crate) script: Option<PathBuf>,
    pub(crate) latency_ms: Option<u64>,
    pub(crate) key: Option<String>,
    pub(crate) log: Option<PathBuf>,
    pub(crate) help: bool,
}

impl Arguments {
    /// Reads the arguments behind the program's name.
    pub(crate) fn read(mut words: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut arguments = Self::default();
        while let Some(word) = words.next() {
            if matches!(word.as_str(), "-h" | "--help") {
                arguments.help = true;
                return Ok(arguments);
            }
            let (name, value) = match word.split_once('=') {
                Some((name, value)) => (name.to_owned(), Some(value.to_owned())),
                None => (word, None),
            };
            if !matches!(name.as_str(), "--port" | "--script" | "--latency-ms" | "--key" | "--log") {
                return Err(format!("unknown argument `{name}`"));
            }
            let value = value.or_else(|| words.next()).ok_or_else(|| format!("`{name}` needs a value"))?;
            let not_a_number = |_| format!("`{name}` needs a number, not `{value}`");
            match name.as_str() {
                "--port" => arguments.port = value.parse().map_err(not_a_number)?,
                "--latency-ms" => arguments.latency_ms = Some(value.parse().map_err(not_a_number)?),
                "--script" => arguments.script = Some(value.into()),
                "--key" => arguments.key = Some(value),
                _ => arguments.log = Some(value.into()),
            }
        }
        Ok(arguments)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_read_or_refused() {
        let read = |line: &str| Arguments::read(line.split_whitespace().map(str::to_owned));
        let all = Arguments {
            port: 8080,
            script: Some("s.json".into()),
            latency_ms: Some(5),
            key: Some("k".to_owned()),
            log: Some("l".into()),
            help: false,
        };
        assert_eq!(read("--port 8080 --script s.json --latency-ms=5 --key k --log l"), Ok(all));
        assert_eq!(read(""), Ok(Arguments::default()));
        assert!(read("--port 1 --help --nonsense").unwrap().help);
        let refused = [
            ("--prot 1", "unknown argument `--prot`"),
            ("--port", "`--port` needs a value"),
            ("--port 70000", "`--port` needs a number, not `70000`"),
        ];
        for (line, message) in refused {
            assert_eq!(read(line), Err(message.to_owned()), "{line}");
        }
    }
}
