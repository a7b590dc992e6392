//! The functions that are running, and their variables.

use std::rc::Rc;

use super::super::ir::{FnId, Module, Slot};
use super::super::value::{ClassRef, Value};
use super::Engine;
use super::branch::Change;
use super::sink::ParamSink;

/// One running function.
pub(super) struct Frame {
    pub(super) call: u32,
    pub(super) file: u32,
    pub(super) function: FnId,
    pub(super) slots: Vec<Value>,
    /// The activation of the function around it.
    pub(super) parent: Option<usize>,
    /// Functions defined here and not run yet.
    pub(super) pending: Vec<FnId>,
    pub(super) returned: Value,
    pub(super) sinks: Vec<ParamSink>,
    pub(super) class: Option<ClassRef>,
    /// Some path returned before the end.
    pub(super) early: bool,
    pub(super) module: Option<Rc<Module>>,
}

impl Frame {
    pub(super) fn new(call: u32, file: u32, function: FnId, slots: Vec<Value>) -> Self {
        Self {
            call,
            file,
            function,
            slots,
            parent: None,
            pending: Vec::new(),
            returned: Value::unset(),
            sinks: Vec::new(),
            class: None,
            early: false,
            module: None,
        }
    }
}

impl Engine<'_> {
    pub(super) fn top(&self) -> usize {
        self.frames.len().saturating_sub(1)
    }

    /// The activation `up` functions out of the current one.
    pub(super) fn outward(&self, up: u16) -> Option<usize> {
        let mut at = self.top();
        for _ in 0..up {
            at = self.frames.get(at)?.parent?;
        }
        Some(at)
    }

    pub(super) fn read(&self, up: u16, slot: Slot) -> Value {
        let frame = self.outward(up).and_then(|at| self.frames.get(at));
        frame.and_then(|f| f.slots.get(slot as usize)).cloned().unwrap_or_default()
    }

    pub(super) fn write(&mut self, up: u16, slot: Slot, value: Value) {
        let Some(at) = self.outward(up) else { return };
        self.put(at, slot, value);
    }

    pub(super) fn put(&mut self, at: usize, slot: Slot, value: Value) {
        let Some(frame) = self.frames.get_mut(at) else { return };
        let Some(place) = frame.slots.get_mut(slot as usize) else { return };
        let before = std::mem::replace(place, value);
        if self.branches > 0 {
            self.moves = self.moves.saturating_sub(1);
            self.journal.push(Change { frame: at, call: frame.call, slot, value: before });
        }
    }

    pub(super) fn next_call(&mut self) -> u32 {
        self.calls += 1;
        self.calls
    }
}
