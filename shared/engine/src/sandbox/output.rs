//! The program's output: its beginning is kept, the rest is read and dropped so that it never blocks.

use std::io::{PipeReader, Read};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

#[derive(Clone)]
pub(super) struct Output {
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    head: Vec<u8>,
    total: u64,
    ended: bool,
}

impl Output {
    /// Reads on a thread of its own until every writer is gone.
    pub(super) fn collect(mut pipe: PipeReader, keep: usize) -> Self {
        let output = Self { state: Arc::default() };
        let shared = output.clone();
        thread::spawn(move || {
            let mut buffer = [0; 16 * 1024];
            while let Ok(count @ 1..) = pipe.read(&mut buffer) {
                shared.with(|state| {
                    let room = keep.saturating_sub(state.head.len());
                    state.head.extend(&buffer[..count.min(room)]);
                    state.total += count as u64;
                });
            }
            shared.with(|state| state.ended = true);
        });
        output
    }

    pub(super) fn total(&self) -> u64 {
        self.with(|state| state.total)
    }

    /// Waits for the end, but not for ever: a writer that cannot be killed must not hold us. Answers what was kept and
    /// whether there was more.
    pub(super) fn finish(&self, patience: Duration) -> (Vec<u8>, bool) {
        let started = Instant::now();
        while !self.with(|state| state.ended) && started.elapsed() < patience {
            thread::sleep(Duration::from_millis(1));
        }
        self.with(|state| {
            let head = std::mem::take(&mut state.head);
            let cut = (head.len() as u64) < state.total;
            (head, cut)
        })
    }

    fn with<T>(&self, act: impl FnOnce(&mut State) -> T) -> T {
        act(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
