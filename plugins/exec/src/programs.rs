//! Several copies of one program that answer questions, each one at a time.

use crate::connection::{Connection, Interrupt};
use crate::launch::Launch;
use crate::wire::{Message, Ready, Reply, out_of_turn};
use futures_channel::oneshot;
use rowsmith_plugin_api::prelude::{Error, ErrorKind, Result, log};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::thread::{self, JoinHandle};

/// What a provider's program is told to do.
const TASK: &str = "complete";

/// Programs that answer. They are started as they are needed, and dropped together.
#[derive(Debug)]
pub struct Programs {
    ready: Ready,
    /// `None` only while it is being dropped.
    questions: Option<Sender<Question>>,
    closing: Arc<AtomicBool>,
    workers: Vec<JoinHandle<()>>,
}

struct Question {
    /// The question as JSON text.
    text: String,
    answer: oneshot::Sender<Result<Reply>>,
    /// Gone when nobody waits for the answer any more.
    asker: Weak<()>,
}

/// One program, and what happens when it breaks.
struct Worker {
    launch: Launch,
    ready: Ready,
    connection: Option<Connection>,
    closing: Arc<AtomicBool>,
    stopped: Arc<Interrupt>,
    /// The number of the last question.
    last: u64,
    /// How often the program may be started again without an answer in between.
    restarts: u32,
    /// How often it was started since the last answer; the program of that answer counts.
    starts: u32,
    /// What broke it the last time.
    last_break: String,
}

impl Programs {
    /// Starts the first of `processes` programs. `stopped` says whether the run is being stopped: questions that no
    /// program has yet are then given back.
    ///
    /// # Errors
    /// When it does not get ready.
    pub fn start(launch: &Launch, processes: u32, restarts: u32, stopped: Interrupt) -> Result<Self> {
        let stopped: Arc<Interrupt> = Arc::new(stopped);
        let closing = Arc::new(AtomicBool::new(false));
        let (connection, ready) = Connection::start(launch, TASK, until(&closing))?;
        let (questions, receiver) = channel();
        let receiver = Arc::new(Mutex::new(receiver));
        let mut first = Some(connection);
        let mut programs = Self { ready: ready.clone(), questions: Some(questions), closing, workers: Vec::new() };
        for _ in 0..processes {
            let connection = first.take();
            let worker = Worker {
                launch: launch.clone(),
                ready: ready.clone(),
                closing: Arc::clone(&programs.closing),
                stopped: Arc::clone(&stopped),
                last: 0,
                restarts,
                starts: u32::from(connection.is_some()),
                last_break: String::new(),
                connection,
            };
            let receiver = Arc::clone(&receiver);
            let thread = thread::Builder::new().name("exec-ask".to_owned()).spawn(move || worker.run(&receiver));
            programs.workers.push(thread.map_err(|error| Error::new(ErrorKind::Io, error.to_string()))?);
        }
        Ok(programs)
    }

    /// What the program said of itself.
    pub fn ready(&self) -> &Ready {
        &self.ready
    }

    /// Asks one of the programs, as soon as one is idle.
    ///
    /// # Errors
    /// The program's own; [`ErrorKind::Retryable`] when it broke while it had the question.
    pub async fn ask(&self, question: String) -> Result<Reply> {
        let gone = || Error::new(ErrorKind::Cancelled, "the programs are being ended");
        let (answer, receiver) = oneshot::channel();
        let questions = self.questions.as_ref().ok_or_else(gone)?;
        // It lives as long as this future, so the worker sees when the question is given up.
        let asker = Arc::new(());
        let question = Question { text: question, answer, asker: Arc::downgrade(&asker) };
        questions.send(question).map_err(|_| gone())?;
        receiver.await.map_err(|_| gone())?
    }
}

/// Programs that are idle are asked to end, those that are busy are killed.
impl Drop for Programs {
    fn drop(&mut self) {
        self.closing.store(true, Ordering::SeqCst);
        self.questions = None;
        for worker in self.workers.drain(..) {
            // A worker that panicked has dropped its program as well.
            drop(worker.join());
        }
    }
}

fn until(closing: &Arc<AtomicBool>) -> Interrupt {
    let closing = Arc::clone(closing);
    Box::new(move || check_open(&closing))
}

fn until_given_up(closing: &Arc<AtomicBool>, title: &str, asker: &Weak<()>) -> Interrupt {
    let (closing, title, asker) = (Arc::clone(closing), title.to_owned(), Weak::clone(asker));
    Box::new(move || {
        check_open(&closing)?;
        if asker.strong_count() > 0 {
            return Ok(());
        }
        let message = format!("`{title}` did not answer before its question was given up");
        Err(Error::new(ErrorKind::Cancelled, message))
    })
}

fn check_open(closing: &AtomicBool) -> Result<()> {
    if closing.load(Ordering::SeqCst) {
        return Err(Error::new(ErrorKind::Cancelled, "the program is being ended"));
    }
    Ok(())
}

impl Worker {
    fn run(mut self, questions: &Mutex<Receiver<Question>>) {
        loop {
            // The lock is held while waiting, so the others wait for the lock.
            let next = questions.lock().unwrap_or_else(PoisonError::into_inner).recv();
            let Ok(question) = next else { break };
            // Nobody waits for the answers of a run that was stopped.
            if question.asker.strong_count() > 0 {
                let answer = (self.stopped)().and_then(|()| self.answer(&question.text, &question.asker));
                drop(question.answer.send(answer));
            }
        }
        if let Some(connection) = self.connection {
            connection.dismiss();
        }
    }

    fn answer(&mut self, question: &str, asker: &Weak<()>) -> Result<Reply> {
        let mut connection = match self.connection.take().filter(Connection::is_alive) {
            Some(connection) => connection,
            None => self.start()?,
        };
        if asker.strong_count() == 0 {
            // It was given up while its program was starting, which the next question can have.
            self.connection = Some(connection);
            return Err(Error::new(ErrorKind::Cancelled, "nobody waits for the answer any more"));
        }
        self.last += 1;
        // The program cannot be told that an answer is not wanted any more, and must not keep the next question waiting.
        connection.set_interrupt(until_given_up(&self.closing, connection.title(), asker));
        match exchange(&mut connection, self.last, question) {
            Ok(mut reply) => {
                self.starts = 1;
                self.connection = Some(connection);
                match reply.error.take() {
                    Some(failure) => Err(failure.into_error()),
                    None => Ok(reply),
                }
            }
            // The program is in an unknown state, so it goes; the next question gets a new one.
            Err(error) => {
                self.last_break.clone_from(&error.message);
                Err(broken(error))
            }
        }
    }

    /// Starts a program for a worker that has none, or whose program broke.
    fn start(&mut self) -> Result<Connection> {
        if self.starts > self.restarts {
            let message = format!("{}, {} times without an answer in between", self.last_break, self.starts);
            let error = Error::config("command", message);
            return Err(
                error.hint("all that it wrote to its standard error is shown with `-v`; `restarts` allows more")
            );
        }
        self.starts += 1;
        let (connection, ready) = Connection::start(&self.launch, TASK, until(&self.closing))?;
        if ready != self.ready {
            let title = connection.title();
            let message = format!("`{title}` says something else of itself than when it was first started");
            let error = Error::config("command", message);
            return Err(
                error.hint("what it says when it is ready is part of the key of every answer: keep it the same")
            );
        }
        log::debug!(target: connection.title(), "started");
        Ok(connection)
    }
}

fn exchange(connection: &mut Connection, id: u64, question: &str) -> Result<Reply> {
    connection.send(format!("{{\"id\":{id},\"complete\":{question}}}"))?;
    match connection.receive()? {
        Message::Reply(reply) if reply.id == id => Ok(reply),
        Message::Reply(reply) => {
            let message = format!("`{}` answered question {} where {id} was due", connection.title(), reply.id);
            Err(Error::new(ErrorKind::InvalidData, message).hint("an answer has the `id` of its question"))
        }
        other => Err(out_of_turn(connection.title(), &other, "an answer")),
    }
}

/// What a program that broke means for its question: another try may do, unless the program said what is wrong.
fn broken(mut error: Error) -> Error {
    if matches!(error.kind, ErrorKind::Other | ErrorKind::Io | ErrorKind::InvalidData | ErrorKind::NotFound) {
        error.kind = ErrorKind::Retryable;
    }
    error.maybe_billed()
}
