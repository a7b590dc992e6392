//! Running statements.

use super::super::ir::{Arm, Block, Const, ExprId, ExprKind, Loop, Module, Op, Stmt, Try};
use super::super::value::{Traits, Value};
use super::Engine;
use super::branch::{Flow, Outcome};

impl Engine<'_> {
    pub(super) fn block(&mut self, m: &Module, block: &[Stmt]) -> Flow {
        if self.depth >= super::DEPTH {
            return Flow::Next;
        }
        self.depth += 1;
        let mut flow = Flow::Next;
        for stmt in block {
            if self.function_fuel == 0 {
                break;
            }
            flow = self.stmt(m, stmt);
            if flow != Flow::Next {
                break;
            }
        }
        self.depth -= 1;
        flow
    }

    fn stmt(&mut self, m: &Module, stmt: &Stmt) -> Flow {
        match stmt {
            Stmt::Expr(value) => {
                let made = self.eval(m, *value);
                if self.is_the_end(m, *value, &made) {
                    return Flow::End;
                }
            }
            Stmt::Assign { target, value } => {
                let given = self.eval(m, *value);
                self.assign(m, target, given, Some(*value));
            }
            Stmt::Augment { place, op, value } => self.augment(m, *place, *op, *value),
            Stmt::Return(value) => {
                let given = (*value).map(|e| self.eval(m, e)).unwrap_or_else(|| Value::constant(Const::Null));
                if let Some(e) = value.as_ref() {
                    self.check_returned(m, &given, m.expr(*e).span);
                }
                self.give_back(given);
                return Flow::End;
            }
            Stmt::Yield(value) => {
                let given = self.eval(m, *value);
                let top = self.top();
                if let Some(frame) = self.frames.get_mut(top) {
                    frame.returned = frame.returned.join(&given);
                }
            }
            Stmt::Throw(value) => {
                if let Some(value) = value {
                    self.eval(m, *value);
                }
                return Flow::End;
            }
            Stmt::Leave => return Flow::Leave,
            Stmt::If { arms, otherwise } => return self.choose(m, arms, otherwise),
            Stmt::Loop(code) => return self.repeat(m, code),
            Stmt::Match { subject, arms } => return self.select(m, *subject, arms),
            Stmt::Try(code) => return self.attempt(m, code),
            Stmt::Block(body) => return self.block(m, body),
            Stmt::Def { function, place } => self.define(m, *function, *place),
            Stmt::Class { class, place } => self.define_class(m, *class, *place),
        }
        Flow::Next
    }

    /// Whether `made` is what a call gives that never comes back.
    fn is_the_end(&self, m: &Module, value: ExprId, made: &Value) -> bool {
        matches!(m.expr(value).kind, ExprKind::Call { .. } | ExprKind::Await(_))
            && (made.traits.has(Traits::NEVER)
                || made.name.is_known() && self.rules.never.contains(&made.name))
    }

    fn give_back(&mut self, value: Value) {
        let (top, in_branch) = (self.top(), self.branches > 0);
        let Some(frame) = self.frames.get_mut(top) else { return };
        frame.early |= in_branch;
        let joined = frame.returned.join(&value);
        frame.returned = joined;
    }

    fn augment(&mut self, m: &Module, place: ExprId, op: Op, value: ExprId) {
        let before = self.eval(m, place);
        let more = self.eval(m, value);
        let span = m.expr(place).span;
        let result = self.operate(op, &before, &more, span);
        self.store(m, place, result, span);
    }

    fn choose(&mut self, m: &Module, arms: &[(ExprId, Block)], otherwise: &Block) -> Flow {
        let facts = self.facts.len();
        let mut outcomes: Vec<Outcome> = Vec::new();
        let mut decided = false;
        for (test, body) in arms {
            let value = self.eval(m, *test);
            match value.truth() {
                Some(false) => continue,
                Some(true) if outcomes.is_empty() => {
                    self.facts.truncate(facts);
                    return self.block(m, body);
                }
                Some(true) => {
                    outcomes.push(self.branch(facts, |e| e.block(m, body)));
                    decided = true;
                    break;
                }
                None => {}
            }
            outcomes.push(self.branch(facts, |e| {
                e.assume(&value, true);
                e.block(m, body)
            }));
            self.assume(&value, false);
            if self.function_fuel == 0 {
                break;
            }
        }
        if outcomes.is_empty() {
            self.facts.truncate(facts);
            return self.block(m, otherwise);
        }
        if !decided {
            outcomes.push(self.branch(facts, |e| e.block(m, otherwise)));
        }
        self.facts.truncate(facts);
        self.meet(outcomes)
    }

    fn repeat(&mut self, m: &Module, code: &Loop) -> Flow {
        let Loop { bind, test, body, after } = code;
        let elements = bind.as_ref().map(|(target, iter)| (target, self.eval(m, *iter)));
        let first = test.map(|t| self.eval(m, t));
        let truth = first.as_ref().and_then(Value::truth);
        if truth == Some(false) {
            return self.block(m, after);
        }
        let passes = if self.loops >= 2 { 1 } else { 2 };
        self.loops += 1;
        let facts = self.facts.len();
        let mut flow = Flow::Next;
        for pass in 0..passes {
            let outcome = self.branch(facts, |e| {
                if let Some((target, value)) = &elements {
                    let element = value.any_element();
                    e.assign(m, target, element, None);
                }
                let again = if pass == 0 { first.clone() } else { test.map(|t| e.eval(m, t)) };
                if let Some(value) = again {
                    e.assume(&value, true);
                }
                e.block(m, body)
            });
            flow = outcome.flow;
            if flow != Flow::End {
                self.apply_maybe(&outcome.changes);
            }
            if outcome.changes.is_empty() {
                break;
            }
        }
        self.loops -= 1;
        if flow == Flow::End && truth == Some(true) {
            return Flow::End;
        }
        if let Some(value) = test.map(|t| self.eval(m, t)) {
            self.assume(&value, false);
        }
        self.block(m, after)
    }

    fn select(&mut self, m: &Module, subject: ExprId, arms: &[Arm]) -> Flow {
        let value = self.eval(m, subject);
        let facts = self.facts.len();
        let mut outcomes = Vec::new();
        let mut decided = false;
        for arm in arms {
            let values: Vec<Value> = arm.values.iter().map(|v| self.eval(m, *v)).collect();
            let certain = self.selects(&value, &values, arm);
            if certain == Some(false) {
                continue;
            }
            outcomes.push(self.branch(facts, |e| {
                for target in &arm.binds {
                    e.assign(m, target, value.clone(), Some(subject));
                }
                if !values.is_empty() && arm.exact {
                    let all = value.all_taint();
                    e.facts.extend(all.labels().iter().map(|l| (l.origin, u32::MAX)));
                }
                if let Some(guard) = arm.guard {
                    let test = e.eval(m, guard);
                    e.assume(&test, true);
                }
                e.block(m, &arm.body)
            }));
            if certain == Some(true) {
                decided = true;
                break;
            }
        }
        if !decided {
            outcomes.push(Outcome {
                flow: Flow::Next,
                changes: Vec::new(),
                facts: Vec::new(),
                between: Vec::new(),
            });
        }
        match self.meet(outcomes) {
            // Leaving a `switch` is no leaving of the loop around it, and a path that goes on is the better guess.
            Flow::Leave | Flow::Next => Flow::Next,
            Flow::End => Flow::End,
        }
    }

    /// Whether the arm is taken, where that is sure.
    fn selects(&self, subject: &Value, values: &[Value], arm: &Arm) -> Option<bool> {
        if !arm.exact || arm.guard.is_some() {
            return None;
        }
        if values.is_empty() {
            return Some(true);
        }
        let known = subject.constant.as_ref()?;
        if values.iter().any(|v| v.constant.as_ref() == Some(known)) {
            return Some(true);
        }
        values.iter().all(|v| v.constant.is_some()).then_some(false)
    }

    fn attempt(&mut self, m: &Module, code: &Try) -> Flow {
        let Try { body, handlers, otherwise, finally } = code;
        let facts = self.facts.len();
        let tried = self.branch(facts, |e| e.block(m, body));
        let mut outcomes = Vec::with_capacity(handlers.len() + 1);
        for handler in handlers {
            outcomes.push(self.branch(facts, |e| {
                e.apply_maybe(&tried.changes);
                e.apply_maybe(&tried.between);
                if let Some(types) = handler.types {
                    e.eval(m, types);
                }
                if let Some(target) = &handler.bind {
                    let error = e.caught(m, target);
                    e.assign(m, target, error, None);
                }
                e.block(m, &handler.body)
            }));
        }
        let (flow, held) = (tried.flow, tried.facts);
        outcomes.push(self.branch(facts, |e| {
            e.apply(&tried.changes);
            e.facts.extend(held);
            if flow == Flow::Next { e.block(m, otherwise) } else { flow }
        }));
        let met = self.meet(outcomes);
        let last = self.block(m, finally);
        if last == Flow::Next { met } else { last }
    }
}
