//! From an import to a file of the repository, and from a file to what it exports.

use std::rc::Rc;

use super::super::ir::{FnId, ImportFrom, Module};
use super::super::lower::Language;
use super::super::names::{Name, Sym};
use super::super::value::{Shape, Value};
use super::{Engine, FUNCTION_FUEL, Frame, MOVES};

/// Files that may be opened inside one another's opening.
const NESTED: u32 = 12;
/// Folders upward in which an absolute import is looked for.
const UPWARD: usize = 8;

impl Engine<'_> {
    pub(super) fn import(&mut self, from: &ImportFrom) -> Value {
        let path: Vec<Sym> =
            if from.root_only { from.path[..1.min(from.path.len())].to_vec() } else { from.path.clone() };
        let words: Vec<&str> = path.iter().map(|s| self.names.text(*s)).collect();
        let stem = words.join("/");
        let here = self.frames.last().map_or("", |f| self.files.path(f.file));
        let folder = here.rsplit_once('/').map_or("", |(f, _)| f);
        let found = if from.relative {
            self.relative(folder, &stem, from.dots)
        } else {
            self.absolute(folder, &stem)
        };
        let name = if from.relative {
            Name::NONE
        } else {
            path.iter().fold(Name::NONE, |at, segment| self.names.child(at, *segment))
        };
        let shape = found.map(Rc::new);
        Value { name, shape, ..Value::default() }
    }

    fn relative(&mut self, folder: &str, stem: &str, dots: u32) -> Option<Shape> {
        let mut base: Vec<&str> = folder.split('/').filter(|s| !s.is_empty()).collect();
        for _ in 1..dots {
            base.pop();
        }
        for part in stem.split('/') {
            match part {
                "" | "." => {}
                ".." => {
                    base.pop();
                }
                other => base.push(other),
            }
        }
        let path = base.join("/");
        self.at(&path)
    }

    fn absolute(&mut self, folder: &str, stem: &str) -> Option<Shape> {
        let script = self.files.language() != Language::Python;
        if script {
            // `@/x` and `~/x` are the usual names of the source root; a bare word is a package.
            let inner = stem.strip_prefix("@/").or_else(|| stem.strip_prefix("~/"))?;
            return ["", "src/", "app/"].iter().find_map(|root| self.at(&format!("{root}{inner}")));
        }
        let mut at = folder;
        for _ in 0..UPWARD {
            let path = if at.is_empty() { stem.to_owned() } else { format!("{at}/{stem}") };
            if let Some(found) = self.at(&path) {
                return Some(found);
            }
            if at.is_empty() {
                break;
            }
            at = at.rsplit_once('/').map_or("", |(up, _)| up);
        }
        self.at(&format!("src/{stem}"))
    }

    fn at(&mut self, path: &str) -> Option<Shape> {
        // TypeScript writes the name that the compiled file will have.
        let compiled = || self.files.candidates(path.strip_suffix(".js")?);
        match self.files.candidates(path).or_else(compiled) {
            Some(file) => Some(Shape::Module(file)),
            None if self.files.is_folder(path) => Some(Shape::Folder(self.names.sym(path))),
            None => None,
        }
    }

    /// What `file` exports as `sym`.
    pub(super) fn exported(&mut self, file: u32, sym: Sym) -> Option<Value> {
        let exports = self.surface(file)?;
        let slot = exports.binary_search_by_key(&sym, |e| e.0).ok().map(|at| exports[at].1);
        if let Some(slot) = slot {
            return Some(self.global(file, slot));
        }
        let whole = exports.first().filter(|e| e.0 == Sym::NONE).map(|e| e.1);
        if let Some(slot) = whole {
            let value = self.global(file, slot);
            if sym == Sym::NONE || self.names.text(sym) == "default" {
                return Some(value);
            }
            return self.known_member(&value, sym);
        }
        let default = self.names.sym("default");
        if self.files.language() != Language::Python {
            let slot = exports.binary_search_by_key(&default, |e| e.0).ok().map(|at| exports[at].1)?;
            let value = self.global(file, slot);
            return if sym == Sym::NONE { Some(value) } else { self.known_member(&value, sym) };
        }
        let folder = self.files.path(file).rsplit_once('/').map(|(f, _)| f.to_owned())?;
        let path = format!("{folder}/{}", self.names.text(sym));
        self.at(&path).map(Value::shaped)
    }

    pub(super) fn in_folder(&mut self, folder: Sym, sym: Sym) -> Option<Value> {
        let path = format!("{}/{}", self.names.text(folder), self.names.text(sym));
        self.at(&path).map(Value::shaped)
    }

    fn global(&mut self, file: u32, slot: u32) -> Value {
        let active = self.frames.iter().rposition(|f| f.file == file && f.function == FnId(0));
        let value = match active {
            Some(at) => self.frames[at].slots.get(slot as usize).cloned(),
            None => self.files.loaded(file).and_then(|l| l.globals.get(slot as usize).cloned()),
        };
        value.filter(|v| !v.is_unset()).unwrap_or_default()
    }

    /// What the file exports, by name and variable.
    fn surface(&mut self, file: u32) -> Option<Rc<[(Sym, u32)]>> {
        if let Some(loaded) = self.files.loaded(file) {
            return Some(Rc::clone(&loaded.exports));
        }
        let running = self.frames.iter().rev().find(|f| f.file == file).and_then(|f| f.module.clone());
        running.or_else(|| self.load(file)).map(|m| Rc::clone(&m.exports))
    }

    /// The file, lowered and with its top level run; `None` inside too many others.
    pub(super) fn load(&mut self, file: u32) -> Option<Rc<Module>> {
        if let Some(loaded) = self.files.loaded(file) {
            if let Some(module) = &loaded.module {
                return Some(Rc::clone(module));
            }
            let module = self.files.lower(file, &mut self.names)?;
            if let Some(loaded) = self.files.loaded(file) {
                loaded.module = Some(Rc::clone(&module));
            }
            return Some(module);
        }
        if self.nested >= NESTED || self.frames.iter().any(|f| f.file == file && f.function == FnId(0)) {
            return None;
        }
        let module = self.files.lower(file, &mut self.names)?;
        if module.functions.is_empty() {
            self.files.keep(file, Rc::clone(&module), Vec::new(), Vec::new());
            return Some(module);
        }
        self.nested += 1;
        let fuel = std::mem::replace(&mut self.function_fuel, FUNCTION_FUEL + 2 * module.exprs.len() as u64);
        let file_fuel =
            std::mem::replace(&mut self.file_fuel, 4 * FUNCTION_FUEL + 4 * module.exprs.len() as u64);
        let moves = std::mem::replace(&mut self.moves, MOVES);
        let (loops, branches) = (std::mem::take(&mut self.loops), std::mem::take(&mut self.branches));
        let facts = self.facts.len();
        let call = self.next_call();
        let slots = vec![Value::unset(); module.function(FnId(0)).slots as usize];
        self.frames
            .push(Frame { module: Some(Rc::clone(&module)), ..Frame::new(call, file, FnId(0), slots) });
        self.block(&module, &module.function(FnId(0)).body);
        self.say_if_dry(file, FnId(0), &module);
        let frame = self.frames.pop();
        self.facts.truncate(facts);
        (self.loops, self.branches) = (loops, branches);
        (self.function_fuel, self.file_fuel, self.moves) = (fuel, file_fuel, moves);
        self.nested -= 1;
        let (globals, pending) = frame.map(|f| (f.slots, f.pending)).unwrap_or_default();
        self.files.keep(file, Rc::clone(&module), globals, pending);
        Some(module)
    }

    /// Makes a loaded file's top level the current activation.
    pub(super) fn enter_module(&mut self, file: u32, module: &Rc<Module>) -> usize {
        let call = self.next_call();
        let (globals, pending) = match self.files.loaded(file) {
            Some(loaded) => (std::mem::take(&mut loaded.globals), std::mem::take(&mut loaded.pending)),
            None => {
                (vec![Value::unset(); module.functions.first().map_or(0, |f| f.slots as usize)], Vec::new())
            }
        };
        self.frames.push(Frame {
            pending,
            module: Some(Rc::clone(module)),
            ..Frame::new(call, file, FnId(0), globals)
        });
        self.top()
    }

    pub(super) fn leave_module(&mut self, file: u32, at: usize) {
        self.frames.truncate(at + 1);
        let Some(frame) = self.frames.pop() else { return };
        if let Some(loaded) = self.files.loaded(file) {
            loaded.globals = frame.slots;
            loaded.pending = frame.pending;
        }
    }
}
