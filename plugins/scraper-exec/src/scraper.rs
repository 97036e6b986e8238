//! The scraper: lines of the program to rows of the run.

use crate::config::Config;
use rowsmith_exec::{Connection, Interrupt, Launch, Message, out_of_turn};
use rowsmith_plugin_api::prelude::*;
use rowsmith_plugin_api::row::add_cells;

/// Reads rows from a program.
#[derive(Debug)]
pub struct ExecScraper {
    launch: Launch,
    host: Host,
}

impl Scraper for ExecScraper {
    type Config = Config;

    fn new(config: Config, host: Host) -> Result<Self> {
        Ok(Self { launch: config.launch()?, host })
    }

    async fn scrape(&self, rows: &mut RowSink) -> Result<()> {
        let mut program = self.start("scrape")?;
        let mut result = receive_rows(&mut program, rows).await;
        if result.as_ref().is_err_and(|error| error.kind != ErrorKind::Cancelled) {
            // The rows before the failure are rows; those of a row that is cut off are not.
            result = rows.flush().await.and(result);
        }
        end(program, result)
    }

    async fn list(&self) -> Result<Vec<Listing>> {
        let mut program = self.start("list")?;
        let result = receive_listings(&mut program);
        end(program, result)
    }
}

impl ExecScraper {
    /// A wait ends when the run is being stopped.
    fn start(&self, task: &str) -> Result<Connection> {
        let host = self.host.clone();
        let interrupt: Interrupt = Box::new(move || host.check_cancelled());
        Connection::start(&self.launch, task, interrupt).map(|(program, _)| program)
    }
}

/// A program whose rows are not wanted any more gets the time to end in peace; one that failed gets none.
fn end<T>(program: Connection, result: Result<T>) -> Result<T> {
    match result {
        Ok(value) => program.finish().map(|()| value),
        Err(error) => {
            if error.kind == ErrorKind::Cancelled {
                program.dismiss();
            }
            Err(error)
        }
    }
}

async fn receive_rows(program: &mut Connection, rows: &mut RowSink) -> Result<()> {
    loop {
        let soon = program.receive_soon()?;
        if soon.is_none() {
            rows.flush().await?;
        }
        let message = soon.map_or_else(|| program.receive(), Ok)?;
        match message {
            Message::Row(row) => {
                let number = rows.rows() + 1;
                let added = add_cells(row.get(), rows.builder()).map_err(|error| error.to_string());
                let added =
                    added.and_then(|cells| if cells == 0 { Err("it has no columns".to_owned()) } else { Ok(()) });
                added.map_err(|why| bad_row(program.title(), number, &why))?;
                rows.builder().end_row()?;
                rows.flush_if_full().await?;
            }
            Message::Done(_) => return Ok(()),
            other => return Err(out_of_turn(program.title(), &other, "a row or `done`")),
        }
    }
}

fn receive_listings(program: &mut Connection) -> Result<Vec<Listing>> {
    let mut found = Vec::new();
    loop {
        match program.receive()? {
            Message::Listing(listing) => found.push(listing),
            Message::Done(_) => return Ok(found),
            // A program that does not look at its task scrapes.
            Message::Row(_) => {
                let message = format!("`{}` cannot list what there is to scrape", program.title());
                return Err(Error::new(ErrorKind::Unsupported, message)
                    .hint("a program that can answers the task `list` with lines {\"listing\": {…}}"));
            }
            other => return Err(out_of_turn(program.title(), &other, "a listing or `done`")),
        }
    }
}

fn bad_row(title: &str, number: u64, why: &str) -> Error {
    Error::new(ErrorKind::InvalidData, format!("row {number} of `{title}` cannot be read: {why}"))
        .hint("a row is an object with a value for each column: {\"row\": {\"Name\": \"…\"}}")
        .with_context("row", number.to_string())
}
