//! Several processes of one program that answer questions, one question at a time each.

use crate::connection::Connection;
use crate::launch::Launch;
use crate::protocol::{Message, Ready, Reply, unexpected_message};
use crate::recorder::Recorder;
use crate::replayed_questions::ReplayedQuestions;
use crate::steps::Interrupt;
use futures_channel::oneshot;
use rowsmith_plugin_api::prelude::{Error, ErrorKind, Result, log};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::thread::{self, JoinHandle};

/// The task in the first line.
const TASK: &str = "complete";

/// Processes that answer questions. They start on demand and end together.
#[derive(Debug)]
pub struct ProgramPool {
    ready: Ready,
    /// `None` only during the drop.
    questions: Option<Sender<QueuedQuestion>>,
    is_closing: Arc<AtomicBool>,
    workers: Vec<JoinHandle<()>>,
    /// Answers in place of the workers during a replay.
    replayed: Option<ReplayedQuestions>,
}

struct QueuedQuestion {
    /// The question as JSON text.
    text: String,
    answer: oneshot::Sender<Result<Reply>>,
    /// Dangling once the caller has dropped its future.
    caller: Weak<()>,
}

/// A thread with one process, which it restarts after failures.
struct Worker {
    launch: Launch,
    ready: Ready,
    connection: Option<Connection>,
    is_closing: Arc<AtomicBool>,
    run_check: Arc<Interrupt>,
    /// Number of the last question.
    last_id: u64,
    /// Maximum consecutive restarts without an answer.
    max_restarts: u32,
    /// Starts since the last answer, including the start of the process that gave it.
    starts: u32,
    /// Message of the last failure.
    last_failure: String,
}

impl ProgramPool {
    /// Starts the first of `processes` processes. `run_check` fails when the run is stopped; questions that are still
    /// queued then fail with its error.
    ///
    /// # Errors
    /// If the program does not get ready.
    pub fn start(launch: &Launch, processes: u32, max_restarts: u32, run_check: Interrupt) -> Result<Self> {
        let run_check: Arc<Interrupt> = Arc::new(run_check);
        let is_closing = Arc::new(AtomicBool::new(false));
        let (connection, ready) = Connection::start(launch, TASK, unless_closing(&is_closing))?;
        if let Some(replayed) = ReplayedQuestions::of(launch) {
            return Ok(Self { ready, questions: None, is_closing, workers: Vec::new(), replayed: Some(replayed) });
        }
        let (questions, receiver) = channel();
        let receiver = Arc::new(Mutex::new(receiver));
        let mut first = Some(connection);
        let (workers, replayed) = (Vec::new(), None);
        let mut pool = Self { ready: ready.clone(), questions: Some(questions), is_closing, workers, replayed };
        for _ in 0..processes {
            let connection = first.take();
            let worker = Worker {
                launch: launch.clone(),
                ready: ready.clone(),
                is_closing: Arc::clone(&pool.is_closing),
                run_check: Arc::clone(&run_check),
                last_id: 0,
                max_restarts,
                starts: u32::from(connection.is_some()),
                last_failure: String::new(),
                connection,
            };
            let receiver = Arc::clone(&receiver);
            let thread = thread::Builder::new().name("exec-ask".to_owned()).spawn(move || worker.run(&receiver));
            pool.workers.push(thread.map_err(|error| Error::new(ErrorKind::Io, error.to_string()))?);
        }
        Ok(pool)
    }

    /// The `ready` message of the program.
    pub fn ready(&self) -> &Ready {
        &self.ready
    }

    /// Asks the first idle process.
    ///
    /// # Errors
    /// The error of the program; [`ErrorKind::Retryable`] if the process fails while it has the question.
    pub async fn ask(&self, question: String) -> Result<Reply> {
        if let Some(replayed) = &self.replayed {
            return replayed.ask(&question).await;
        }
        let closed = || Error::new(ErrorKind::Cancelled, "the program is being shut down");
        let (answer, receiver) = oneshot::channel();
        let questions = self.questions.as_ref().ok_or_else(closed)?;
        // Lives as long as this future, so that the worker notices when the caller drops it.
        let caller = Arc::new(());
        let question = QueuedQuestion { text: question, answer, caller: Arc::downgrade(&caller) };
        questions.send(question).map_err(|_| closed())?;
        receiver.await.map_err(|_| closed())?
    }
}

/// Shuts down idle processes and kills busy ones.
impl Drop for ProgramPool {
    fn drop(&mut self) {
        self.is_closing.store(true, Ordering::SeqCst);
        self.questions = None;
        for worker in self.workers.drain(..) {
            // A worker that panicked has dropped its connection.
            drop(worker.join());
        }
    }
}

fn unless_closing(is_closing: &Arc<AtomicBool>) -> Interrupt {
    let is_closing = Arc::clone(is_closing);
    Box::new(move || check_open(&is_closing))
}

fn unless_dropped(is_closing: &Arc<AtomicBool>, title: &str, caller: &Weak<()>) -> Interrupt {
    let (is_closing, title, caller) = (Arc::clone(is_closing), title.to_owned(), Weak::clone(caller));
    Box::new(move || {
        check_open(&is_closing)?;
        if caller.strong_count() > 0 {
            return Ok(());
        }
        let message = format!("`{title}` did not answer before its question was cancelled");
        Err(Error::new(ErrorKind::Cancelled, message))
    })
}

fn check_open(is_closing: &AtomicBool) -> Result<()> {
    if is_closing.load(Ordering::SeqCst) {
        return Err(Error::new(ErrorKind::Cancelled, "the program is being shut down"));
    }
    Ok(())
}

impl Worker {
    fn run(mut self, questions: &Mutex<Receiver<QueuedQuestion>>) {
        loop {
            // The lock is held during the wait; the other workers wait for the lock.
            let next = questions.lock().unwrap_or_else(PoisonError::into_inner).recv();
            let Ok(question) = next else { break };
            // Skips questions whose caller is gone.
            if question.caller.strong_count() > 0 {
                let answer = (self.run_check)().and_then(|()| self.answer(&question.text, &question.caller));
                drop(question.answer.send(answer));
            }
        }
        if let Some(connection) = self.connection {
            connection.shut_down();
        }
    }

    fn answer(&mut self, question: &str, caller: &Weak<()>) -> Result<Reply> {
        let mut connection = match self.connection.take().filter(Connection::is_alive) {
            Some(connection) => connection,
            None => self.start().inspect_err(|error| self.record_unsent(question, error))?,
        };
        if caller.strong_count() == 0 {
            // The question was cancelled during the start. The process is kept for the next one.
            self.connection = Some(connection);
            return Err(Error::new(ErrorKind::Cancelled, "the question was cancelled"));
        }
        self.last_id += 1;
        // The protocol cannot cancel a question, and the next one must not wait for its answer.
        connection.set_interrupt(unless_dropped(&self.is_closing, connection.title(), caller));
        let answered = exchange(&mut connection, self.last_id, question);
        connection.end_exchange(answered.as_ref().err());
        match answered {
            Ok(mut reply) => {
                self.starts = 1;
                self.connection = Some(connection);
                match reply.error.take() {
                    Some(error) => Err(error.into_error()),
                    None => Ok(reply),
                }
            }
            // The process is in an unknown state, so it is dropped; the next question starts another.
            Err(error) => {
                self.last_failure.clone_from(&error.message);
                Err(retryable(error))
            }
        }
    }

    /// Records a question that was not sent, because no process is left to answer it.
    fn record_unsent(&self, question: &str, error: &Error) {
        if let Some(mut recorder) = Recorder::of(&self.launch) {
            recorder.sent(&question_line(self.last_id + 1, question));
            recorder.end(Some(error));
        }
    }

    /// Starts a process, for the first time or after a failure.
    fn start(&mut self) -> Result<Connection> {
        if self.starts > self.max_restarts {
            let message = format!("{} ({} consecutive failures)", self.last_failure, self.starts);
            let error = Error::config("command", message);
            return Err(error.hint("run with `-v` for its standard error; increase `restarts` to allow more failures"));
        }
        self.starts += 1;
        let (connection, ready) = Connection::restart(&self.launch, TASK, unless_closing(&self.is_closing))?;
        if ready != self.ready {
            let message = format!("`{}` sent another `ready` line than at its first start", connection.title());
            let error = Error::config("command", message);
            return Err(error.hint("keep the `ready` line the same: it is part of the cache key of every answer"));
        }
        log::debug!(target: connection.title(), "started");
        Ok(connection)
    }
}

fn exchange(connection: &mut Connection, id: u64, question: &str) -> Result<Reply> {
    connection.send(question_line(id, question))?;
    match connection.receive()? {
        Message::Reply(reply) if reply.id == id => Ok(reply),
        Message::Reply(reply) => {
            let message =
                format!("expected the answer to question {id} from `{}`, received {}", connection.title(), reply.id);
            Err(Error::new(ErrorKind::InvalidData, message).hint("copy the `id` of the question to the answer"))
        }
        other => Err(unexpected_message(connection.title(), &other, "an answer")),
    }
}

fn question_line(id: u64, question: &str) -> String {
    format!("{{\"id\":{id},\"complete\":{question}}}")
}

/// Makes failures of the exchange retryable. A program that ends by itself may do so because of the question, so its rows go
/// into smaller calls.
pub(crate) fn retryable(mut error: Error) -> Error {
    if matches!(error.kind, ErrorKind::Io | ErrorKind::InvalidData) {
        error.kind = ErrorKind::Retryable;
    }
    error.maybe_billed()
}
