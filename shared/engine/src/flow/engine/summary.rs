//! A function run once on symbols: what it does, in terms of its parameters.

use std::rc::Rc;

use super::super::ir::{FnId, Module, ParamKind};
use super::super::names::Sym;
use super::super::value::{ClassRef, FnRef, Origin, Value};
use super::branch::Flow;
use super::sink::ParamSink;
use super::{Engine, FUNCTION_FUEL, Frame};

/// The index of the receiver among parameters, where the language does not list it.
pub(super) const RECEIVER: u16 = u16::MAX;
/// Calls are followed to this depth of evaluation; further in, arguments flow into results.
pub(super) const FOLLOW: u32 = 400;
/// Functions run inside one another's runs.
const INSIDE: u32 = 24;

/// What a call of a function does, in terms of its parameters.
pub(super) struct Summary {
    pub(super) call: u32,
    pub(super) returned: Value,
    pub(super) sinks: Vec<ParamSink>,
    /// What the receiver is afterwards.
    pub(super) instance: Value,
    /// What holds of parameters when the function comes back at all.
    pub(super) ensures: Vec<(Origin, u32)>,
    pub(super) params: Vec<(Sym, ParamKind)>,
    pub(super) takes_self: bool,
    /// No path through it comes back.
    pub(super) ends: bool,
}

impl Engine<'_> {
    /// Runs what is defined in the current function and was not run yet.
    pub(super) fn settle(&mut self, frame: usize, m: &Module) {
        let file = self.frames.get(frame).map_or(0, |f| f.file);
        let mut done = 0;
        while let Some(function) = self.frames.get(frame).and_then(|f| f.pending.get(done).copied()) {
            done += 1;
            if m.functions.len() > function.0 as usize {
                self.summary(FnRef { file, function });
            }
        }
        if let Some(f) = self.frames.get_mut(frame) {
            f.pending.clear();
        }
    }

    /// `None` for a function that is being run, or lies too deep.
    pub(super) fn summary(&mut self, at: FnRef) -> Option<Rc<Summary>> {
        if let Some(known) = self.summaries.get(&at) {
            return known.clone();
        }
        if self.depth >= FOLLOW || self.nested >= INSIDE || self.repository_fuel == 0 {
            return None;
        }
        let module = self.module_of(at.file)?;
        let function = module.functions.get(at.function.0 as usize)?;
        let outer = function.parent.unwrap_or(FnId(0));
        let parent = self.frames.iter().rposition(|f| f.file == at.file && f.function == outer);
        let opened = (parent.is_none() && outer == FnId(0)).then(|| self.enter_module(at.file, &module));
        let parent = parent.or(opened);
        self.summaries.insert(at, None);
        self.nested += 1;
        let made = Rc::new(self.run_function(at, &module, parent));
        self.nested -= 1;
        self.summaries.insert(at, Some(Rc::clone(&made)));
        if let Some(frame) = opened {
            self.leave_module(at.file, frame);
        }
        Some(made)
    }

    fn module_of(&mut self, file: u32) -> Option<Rc<Module>> {
        let active = self.frames.iter().rev().find(|f| f.file == file).and_then(|f| f.module.clone());
        active.or_else(|| self.load(file))
    }

    fn run_function(&mut self, at: FnRef, module: &Rc<Module>, parent: Option<usize>) -> Summary {
        let m: &Module = module;
        let code = m.function(at.function);
        let call = self.next_call();
        let class = code.class.map(|class| ClassRef { file: at.file, class });
        let frame = Frame {
            parent,
            class,
            module: Some(Rc::clone(module)),
            ..Frame::new(call, at.file, at.function, vec![Value::unset(); code.slots as usize])
        };
        let fuel = std::mem::replace(&mut self.function_fuel, FUNCTION_FUEL);
        let (loops, branches) = (std::mem::take(&mut self.loops), std::mem::take(&mut self.branches));
        let facts = self.facts.len();
        self.frames.push(frame);
        let top = self.top();
        self.bind_symbols(m, at, call);
        let flow = self.block(m, &code.body);
        let early = self.frames.get(top).is_some_and(|f| f.early);
        let ensures = if early { Vec::new() } else { self.ensured(facts, call, flow) };
        self.say_if_dry(at.file, at.function, m);
        self.settle(top, m);
        self.facts.truncate(facts);
        (self.loops, self.branches) = (loops, branches);
        self.function_fuel = fuel;
        let receiver = code.this.or(code.takes_self.then_some(0));
        let (returned, sinks, slots) = match self.frames.pop() {
            Some(f) => (f.returned, f.sinks, f.slots),
            None => (Value::default(), Vec::new(), Vec::new()),
        };
        let is_empty = returned.is_unset();
        let instance = receiver.and_then(|slot| slots.get(slot as usize).cloned()).unwrap_or_default();
        Summary {
            call,
            returned: if is_empty { Value::default() } else { returned },
            sinks,
            instance: if code.class.is_some() { instance } else { Value::default() },
            ensures,
            // A method that only throws is often there to be overridden.
            ends: flow == Flow::End && is_empty && code.class.is_none(),
            params: code.params.iter().map(|p| (p.name, p.kind)).collect(),
            takes_self: code.takes_self,
        }
    }

    fn ensured(&self, from: usize, call: u32, _flow: Flow) -> Vec<(Origin, u32)> {
        let facts = self.facts.get(from..).unwrap_or_default();
        let ours = facts.iter().filter(|(o, _)| matches!(o, Origin::Param { call: c, .. } if *c == call));
        ours.copied().take(16).collect()
    }

    // Calls.
}
