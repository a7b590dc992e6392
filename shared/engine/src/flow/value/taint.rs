//! Where a value may come from, as labels.

use std::rc::Rc;

use super::{LABELS, Mask, Origin};

/// That a value may hold what `origin` holds, and for which sinks it still matters.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in super::super) struct Label {
    pub(in super::super) origin: Origin,
    pub(in super::super) mask: Mask,
    /// The way so far, by position in the run's list of steps.
    pub(in super::super) trace: u32,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub(in super::super) struct Taint(Option<Rc<[Label]>>);

impl Taint {
    pub(in super::super) fn of(label: Label) -> Self {
        Self(Some(Rc::from([label].as_slice())))
    }

    pub(in super::super) fn is_clean(&self) -> bool {
        self.0.is_none()
    }

    pub(in super::super) fn labels(&self) -> &[Label] {
        self.0.as_deref().unwrap_or_default()
    }

    pub(in super::super) fn from_labels(mut labels: Vec<Label>) -> Self {
        labels.retain(|l| l.mask != 0);
        labels.truncate(LABELS);
        if labels.is_empty() { Self(None) } else { Self(Some(labels.into())) }
    }

    pub(in super::super) fn union(&self, other: &Self) -> Self {
        match (&self.0, &other.0) {
            (None, _) => other.clone(),
            (_, None) => self.clone(),
            (Some(a), Some(b)) if Rc::ptr_eq(a, b) => self.clone(),
            (Some(a), Some(b)) => {
                let mut all = a.to_vec();
                for label in b.iter() {
                    match all.iter_mut().find(|l| l.origin == label.origin) {
                        Some(known) => known.mask |= label.mask,
                        None => all.push(*label),
                    }
                }
                all.sort_by_key(|l| l.origin);
                Self::from_labels(all)
            }
        }
    }

    pub(in super::super) fn without(&self, mask: Mask) -> Self {
        if self.labels().iter().all(|l| l.mask & mask == 0) {
            return self.clone();
        }
        Self::from_labels(self.labels().iter().map(|l| Label { mask: l.mask & !mask, ..*l }).collect())
    }

    /// Another step on the way of every label.
    pub(in super::super) fn retrace(&self, mut step: impl FnMut(u32) -> u32) -> Self {
        if self.is_clean() {
            return self.clone();
        }
        Self::from_labels(self.labels().iter().map(|l| Label { trace: step(l.trace), ..*l }).collect())
    }
}
