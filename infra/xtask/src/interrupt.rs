//! The signals that end a command: Ctrl-C, SIGTERM, and the terminal's end.

use anyhow::Result;
use tokio::signal::unix::{Signal, SignalKind, signal};

/// Listens from its making on, so that no signal falls between.
pub(crate) struct Interrupt {
    ctrl_c: Signal,
    terminate: Signal,
    hang_up: Signal,
}

/// What came.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Received(u8);

impl Interrupt {
    pub(crate) fn listen() -> Result<Self> {
        Ok(Self {
            ctrl_c: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hang_up: signal(SignalKind::hangup())?,
        })
    }

    pub(crate) async fn next(&mut self) -> Received {
        tokio::select! {
            _ = self.ctrl_c.recv() => Received(2),
            _ = self.terminate.recv() => Received(15),
            _ = self.hang_up.recv() => Received(1),
        }
    }
}

impl Received {
    /// As a shell counts: 128 and the signal's number.
    pub(crate) fn exit_code(self) -> u8 {
        128 + self.0
    }
}
