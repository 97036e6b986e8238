//! The scraper: messages of the program to rows of the run.

use crate::config::Config;
use crate::state::State;
use rowsmith_exec::{Connection, Interrupt, Launch, Message, Ready, unexpected_message};
use rowsmith_plugin_api::PluginKind;
use rowsmith_plugin_api::prelude::*;
use rowsmith_plugin_api::row::add_cells;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Reads rows from a program.
pub struct ExecScraper {
    launch: Launch,
    host: Host,
    /// The program that waits for the end of the run.
    waiting: Mutex<Option<Connection>>,
}

impl Scraper for ExecScraper {
    type Config = Config;

    fn new(config: Config, host: Host) -> Result<Self> {
        Ok(Self { launch: config.program.launch(PluginKind::Scraper, &host)?, host, waiting: Mutex::default() })
    }

    async fn scrape(&self, rows: &mut RowSink) -> Result<()> {
        let (mut program, ready) = self.start("scrape")?;
        let state = State::of(&self.launch);
        let mut result = async {
            if ready.state == Some(true) {
                program.send_unrecorded(state.line(&self.host).await?)?;
            }
            receive_rows(&mut program, rows, &state, &self.host).await
        }
        .await;
        if result.as_ref().is_err_and(|error| error.kind != ErrorKind::Cancelled) {
            // Rows before the failure are valid.
            result = rows.flush().await.and(result);
        }
        if result.is_ok() && ready.finish == Some(true) && !program.is_replayed() {
            program.end_recording();
            *self.waiting() = Some(program);
            return Ok(());
        }
        end(program, result)
    }

    async fn finish(&self, ending: Ending) -> Result<()> {
        let waiting = self.waiting().take();
        let Some(mut program) = waiting else { return Ok(()) };
        // The end of a run that was stopped is reported too.
        program.set_interrupt(Box::new(|| Ok(())));
        let result = finish(&mut program, ending, &State::of(&self.launch), &self.host).await;
        end(program, result)
    }

    async fn list(&self) -> Result<Vec<Listing>> {
        let (mut program, _) = self.start("list")?;
        let result = receive_listings(&mut program);
        end(program, result)
    }
}

impl ExecScraper {
    /// Starts the program; its waits end when the run is stopped.
    fn start(&self, task: &str) -> Result<(Connection, Ready)> {
        let host = self.host.clone();
        let interrupt: Interrupt = Box::new(move || host.check_cancelled());
        Connection::start(&self.launch, task, interrupt)
    }

    fn waiting(&self) -> MutexGuard<'_, Option<Connection>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Ends the program. After a cancellation it gets time to exit; after a failure it is killed.
fn end<T>(program: Connection, result: Result<T>) -> Result<T> {
    match result {
        Ok(value) => program.finish().map(|()| value),
        Err(error) => {
            if error.kind == ErrorKind::Cancelled {
                program.shut_down();
            }
            Err(error)
        }
    }
}

/// Reports the end of the run, and receives the last state.
async fn finish(program: &mut Connection, ending: Ending, state: &State, host: &Host) -> Result<()> {
    program.send_unrecorded(json!({ "finish": ending }).to_string())?;
    loop {
        match program.receive()? {
            Message::State(value) => state.store(host, &value).await?,
            Message::Done(_) => return Ok(()),
            other => return Err(unexpected_message(program.title(), &other, "`state` or `done`")),
        }
    }
}

async fn receive_rows(program: &mut Connection, rows: &mut RowSink, state: &State, host: &Host) -> Result<()> {
    loop {
        let available = program.try_receive()?;
        if available.is_none() {
            rows.flush().await?;
        }
        let message = available.map_or_else(|| program.receive(), Ok)?;
        match message {
            Message::Row(row) => {
                let number = rows.rows() + 1;
                let added = add_cells(row.get(), rows.builder()).map_err(|error| error.to_string());
                let added =
                    added.and_then(|cells| if cells == 0 { Err("it has no columns".to_owned()) } else { Ok(()) });
                added.map_err(|problem| row_error(program.title(), number, &problem))?;
                rows.builder().end_row()?;
                rows.flush_if_full().await?;
            }
            Message::Columns(columns) => rows.announce_columns(&columns).await?,
            Message::State(value) => state.store(host, &value).await?,
            Message::Done(_) => return Ok(()),
            other => return Err(unexpected_message(program.title(), &other, "a row or `done`")),
        }
    }
}

fn receive_listings(program: &mut Connection) -> Result<Vec<Listing>> {
    let mut listings = Vec::new();
    loop {
        match program.receive()? {
            Message::Listing(listing) => listings.push(listing),
            Message::Done(_) => return Ok(listings),
            // The program ignores its task and scrapes.
            Message::Row(_) => {
                let message = format!("`{}` does not implement the task `list`", program.title());
                return Err(Error::new(ErrorKind::Unsupported, message)
                    .hint("answer the task `list` with lines {\"listing\": {…}}"));
            }
            other => return Err(unexpected_message(program.title(), &other, "a listing or `done`")),
        }
    }
}

fn row_error(title: &str, number: u64, problem: &str) -> Error {
    Error::new(ErrorKind::InvalidData, format!("cannot read row {number} of `{title}`: {problem}"))
        .hint("write a row as an object of columns and values: {\"row\": {\"Name\": \"…\"}}")
        .with_context("row", number.to_string())
}
