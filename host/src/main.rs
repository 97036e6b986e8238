//! The `rowsmith` program.

fn main() -> std::process::ExitCode {
    rowsmith::cli::main().into()
}
