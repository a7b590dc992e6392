//! What holds after a call: sources, sanitisers, guards and promises of the rules that name it.

use std::rc::Rc;

use super::super::names::Sym;
use super::super::rules::Ref;
use super::super::value::{Object, Shape, Taint, Test, Value};
use super::Engine;
use super::call::Site;

impl Engine<'_> {
    /// Sanitisers and guards, by rule or, for a function of which nothing is known, by what its name promises.
    pub(super) fn after(&mut self, site: &Site<'_>, refs: &[Ref], value: Value, is_ours: bool) -> Value {
        let mut clean = 0;
        let mut test = value.test().cloned().unwrap_or_default();
        let mut is_known = is_ours;
        for found in refs {
            match found {
                Ref::Sanitiser(at) => {
                    let rule = self.rules.sanitiser(*at);
                    if self.holds_all(&rule.when, site) {
                        clean |= self.rules.mask(&rule.classes);
                        is_known = true;
                    }
                }
                Ref::Guard(at) => {
                    let rule = self.rules.guard(*at);
                    if self.holds_all(&rule.when, site) {
                        self.guarded(
                            site,
                            &rule.args,
                            self.rules.mask(&rule.classes),
                            rule.when_true,
                            &mut test,
                        );
                        is_known = true;
                    }
                }
                Ref::Source(_) | Ref::Sink(..) | Ref::Shape(..) | Ref::Propagator(_) | Ref::Entry(_) => {
                    is_known = true
                }
            }
        }
        let has_taint = !value.taint.is_clean() || value.shape.is_some();
        if !is_known && has_taint {
            clean |= self.promised(site, &mut test);
        }
        let mut value = if clean == 0 { value } else { strip(value, clean) };
        if test != Test::default() && value.object().is_none() {
            value.shape = Some(Rc::new(Shape::Test(test)));
        }
        value
    }

    fn guarded(&self, site: &Site<'_>, args: &[usize], mask: u32, when_true: bool, test: &mut Test) {
        let mut taint = Taint::default();
        if args.is_empty() {
            taint = site.receiver_value().all_taint();
        }
        for at in args {
            taint = taint.union(&site.at(*at).map(|v| v.all_taint()).unwrap_or_default());
        }
        let side = if when_true { &mut test.yes } else { &mut test.no };
        side.extend(taint.labels().iter().map(|l| (l.origin, mask)));
    }

    fn promised(&self, site: &Site<'_>, test: &mut Test) -> u32 {
        let word = if site.method == Sym::NONE { self.names.last(site.name) } else { site.method };
        let word = self.names.text(word).to_ascii_lowercase();
        if word.is_empty() {
            return 0;
        }
        let mut clean = 0;
        for rule in &self.rules.file.sanitiser {
            let has = |words: &[String]| words.iter().any(|l| word.contains(l.as_str()));
            if has(&rule.like) && !has(&rule.unlike) {
                clean |= self.rules.mask(&rule.classes);
            }
        }
        for rule in &self.rules.file.guard {
            if rule.like.iter().any(|l| word.contains(l.as_str())) {
                let mask = self.rules.mask(&rule.classes);
                let all = site.args_taint();
                test.yes.extend(all.labels().iter().map(|l| (l.origin, mask)));
            }
        }
        clean
    }
}

/// The value with `mask` gone from all that is in it.
pub(super) fn strip(value: Value, mask: u32) -> Value {
    let taint = value.taint.without(mask);
    let shape = match value.object() {
        Some(object) => {
            let entries = object.entries.iter().map(|(k, v)| (*k, strip(v.clone(), mask))).collect();
            let rest = if object.rest == Value::default() {
                Value::default()
            } else {
                strip(object.rest.clone(), mask)
            };
            Some(Rc::new(Shape::Object(Object { entries, rest, ..object.clone() })))
        }
        None => value.shape.clone(),
    };
    Value { taint, shape, clean: value.clean | mask, ..value }
}
