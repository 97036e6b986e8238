//! The `rowsmith` program.

/// Chunks, prompts and answers are made on one thread and freed on another, which the system's allocator
/// is slow at; `docs/performance.md` has the difference.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    rowsmith::cli::main().into()
}
