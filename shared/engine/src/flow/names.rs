//! Every identifier and dotted name of a run, interned once.
//!
//! A dotted name says how a value was obtained: `sqlite3.connect().cursor` is a path in a tree of segments. Rules are
//! interned before any code, so that an id at or above [`Names::seal`]'s mark can match no rule and costs no look-up.

use rustc_hash::FxHashMap;

/// An interned identifier.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Sym(pub(super) u32);

/// An interned dotted name; the default one is "unknown".
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Name(pub(super) u32);

impl Sym {
    /// The empty identifier.
    pub(super) const NONE: Self = Self(0);
    /// The segment of a call, `()`.
    pub(super) const CALL: Self = Self(1);
}

impl Name {
    pub(super) const NONE: Self = Self(0);

    pub(super) fn is_known(self) -> bool {
        self != Self::NONE
    }
}

#[derive(Debug)]
pub(super) struct Names {
    texts: Vec<Box<str>>,
    ids: FxHashMap<Box<str>, Sym>,
    nodes: Vec<(Name, Sym)>,
    children: FxHashMap<(Name, Sym), Name>,
    aliases: FxHashMap<Name, Name>,
    sealed: u32,
}

/// Ids are positions; a table that outgrew them would need more memory than a run may have.
pub(super) fn id(position: usize) -> u32 {
    u32::try_from(position).unwrap_or(u32::MAX)
}

impl Names {
    pub(super) fn new() -> Self {
        let mut names = Self {
            texts: Vec::new(),
            ids: FxHashMap::default(),
            nodes: vec![(Name::NONE, Sym::NONE)],
            children: FxHashMap::default(),
            aliases: FxHashMap::default(),
            sealed: 0,
        };
        names.sym("");
        names.sym("()");
        names
    }

    pub(super) fn sym(&mut self, text: &str) -> Sym {
        if let Some(known) = self.ids.get(text) {
            return *known;
        }
        let new = Sym(id(self.texts.len()));
        self.texts.push(text.into());
        self.ids.insert(text.into(), new);
        new
    }

    pub(super) fn text(&self, sym: Sym) -> &str {
        self.texts.get(sym.0 as usize).map_or("", |t| t)
    }

    /// The name one segment below `parent`, with aliases followed.
    pub(super) fn child(&mut self, parent: Name, segment: Sym) -> Name {
        let found = self.raw_child(parent, segment);
        self.meant(found)
    }

    /// The same, unknown where no rule and no code named it before.
    pub(super) fn find(&self, parent: Name, segment: Sym) -> Name {
        match self.children.get(&(parent, segment)) {
            Some(known) => self.meant(*known),
            None => self.any_below(parent).map_or(Name::NONE, |real| self.meant(real)),
        }
    }

    fn meant(&self, name: Name) -> Name {
        let mut found = name;
        for _ in 0..4 {
            match self.aliases.get(&found) {
                Some(real) => found = *real,
                None => break,
            }
        }
        found
    }

    /// `a.*` stands for whatever is below `a`.
    fn any_below(&self, parent: Name) -> Option<Name> {
        let star = self.ids.get("*").and_then(|star| self.children.get(&(parent, *star)));
        star.and_then(|star| self.aliases.get(star)).copied()
    }

    fn raw_child(&mut self, parent: Name, segment: Sym) -> Name {
        if let Some(known) = self.children.get(&(parent, segment)) {
            return *known;
        }
        let new = Name(id(self.nodes.len()));
        self.nodes.push((parent, segment));
        self.children.insert((parent, segment), new);
        if let Some(real) = self.any_below(parent) {
            self.aliases.insert(new, real);
        }
        new
    }

    /// What a call of `callee` gives: an instance keeps the name of its (capitalised) class.
    pub(super) fn call(&mut self, callee: Name) -> Name {
        let called = self.child(callee, Sym::CALL);
        let is_class = self.text(self.last(callee)).starts_with(|c: char| c.is_ascii_uppercase());
        let is_plain = self.nodes.get(called.0 as usize).is_some_and(|n| *n == (callee, Sym::CALL));
        if is_class && is_plain { callee } else { called }
    }

    /// Interns `a.b().c`; a segment may hold anything but a dot, and `'x.y'` quotes one that does.
    pub(super) fn path(&mut self, dotted: &str) -> Name {
        self.walk(dotted, Self::call)
    }

    fn walk(&mut self, dotted: &str, call: impl Fn(&mut Self, Name) -> Name) -> Name {
        let mut at = Name::NONE;
        for segment in segments(dotted) {
            let sym = self.sym(segment.strip_suffix("()").unwrap_or(segment));
            at = self.child(at, sym);
            if segment.ends_with("()") {
                at = call(self, at);
            }
        }
        at
    }

    /// Makes every later mention of `from` mean `to`.
    pub(super) fn alias(&mut self, from: &str, to: &str) {
        let to = self.path(to);
        let at = self.walk(from, |names, callee| names.child(callee, Sym::CALL));
        if at != to {
            self.aliases.insert(at, to);
        }
    }

    /// Names interned from here on are not any rule's.
    pub(super) fn seal(&mut self) {
        self.sealed = id(self.nodes.len());
    }

    pub(super) fn may_be_ruled(&self, name: Name) -> bool {
        name.is_known() && name.0 < self.sealed
    }

    pub(super) fn last(&self, name: Name) -> Sym {
        self.nodes.get(name.0 as usize).map_or(Sym::NONE, |n| n.1)
    }

    pub(super) fn parent(&self, name: Name) -> Name {
        self.nodes.get(name.0 as usize).map_or(Name::NONE, |n| n.0)
    }

    /// The pattern `parent.*`, where a rule has one.
    pub(super) fn any_child(&self, name: Name) -> Name {
        let star = self.ids.get("*").copied().unwrap_or(Sym::NONE);
        self.children.get(&(self.parent(name), star)).copied().unwrap_or_default()
    }

    /// The name in words, as `sqlite3.connect().cursor`.
    pub(super) fn show(&self, name: Name) -> String {
        let mut parts = Vec::new();
        let mut at = name;
        while at.is_known() && parts.len() < 12 {
            parts.push(self.text(self.last(at)));
            at = self.parent(at);
        }
        parts.reverse();
        parts.join(".").replace(".()", "()")
    }
}

fn segments(dotted: &str) -> impl Iterator<Item = &str> {
    let (quoted, rest) = match dotted.strip_prefix('\'').and_then(|q| q.split_once('\'')) {
        Some((quoted, rest)) => (Some(quoted), rest.trim_start_matches('.')),
        None => (None, dotted),
    };
    quoted.into_iter().chain(rest.split('.').filter(|s| !s.is_empty()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn aliases_lead_to_the_type() {
        let mut names = Names::new();
        names.alias("sqlite3.connect()", "db.Connection");
        names.alias("db.Connection.cursor()", "db.Cursor");
        let found = names.path("sqlite3.connect().cursor().execute");
        assert_eq!(names.show(found), "db.Cursor.execute");
    }

    #[test]
    fn an_instance_keeps_its_class() {
        let mut names = Names::new();
        let made = names.path("flask.Flask().route");
        assert_eq!(names.show(made), "flask.Flask.route");
        let quoted = names.path("'socket.io'.Server");
        assert_eq!(names.parent(quoted), names.path("'socket.io'"));
    }
}
