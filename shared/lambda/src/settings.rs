//! Settings are read once, whole, at init; a missing one stops the start with a message that names it.

use std::collections::HashMap;
use std::str::FromStr;

/// The environment, as it was at init.
#[derive(Clone, Debug)]
pub struct Settings {
    values: HashMap<String, String>,
}

/// A setting is absent or not of its form.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Missing {
    #[error("{0} is not set: the template gives it to every function that needs it")]
    Absent(&'static str),
    #[error("{0} has a value of the wrong form")]
    Form(&'static str),
    #[error("the file that {0} names cannot be read")]
    File(&'static str),
}

impl Settings {
    pub fn from_env() -> Self {
        Self { values: std::env::vars().collect() }
    }

    /// Settings by hand, for tests.
    pub fn of(values: &[(&str, &str)]) -> Self {
        Self { values: values.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect() }
    }

    pub fn text(&self, name: &'static str) -> Result<String, Missing> {
        self.optional(name).map(str::to_owned).ok_or(Missing::Absent(name))
    }

    /// Empty counts as absent: CloudFormation cannot leave a variable out.
    pub fn optional(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// What the file holds that the setting names, if it names one.
    pub fn file(&self, name: &'static str) -> Result<Option<Vec<u8>>, Missing> {
        self.optional(name).map(|path| std::fs::read(path).map_err(|_| Missing::File(name))).transpose()
    }

    /// What `make` makes of where AWS is: the region, an endpoint that is not AWS's own, and the authorities that vouch for it
    /// (PEM). This crate knows no AWS client; the test stage has none.
    pub fn aws<T>(&self, make: impl FnOnce(&str, Option<&str>, Option<Vec<u8>>) -> T) -> Result<T, Missing> {
        let region = self.text("AWS_REGION")?;
        Ok(make(&region, self.optional("AWS_ENDPOINT_URL"), self.file("AWS_CA_BUNDLE")?))
    }

    pub fn parse<T: FromStr>(&self, name: &'static str) -> Result<T, Missing> {
        self.text(name)?.parse().map_err(|_| Missing::Form(name))
    }

    /// The setting, or `default` when it is absent; a value of the wrong form is still an error.
    pub fn parse_or<T: FromStr>(&self, name: &'static str, default: T) -> Result<T, Missing> {
        match self.optional(name) {
            None => Ok(default),
            Some(value) => value.parse().map_err(|_| Missing::Form(name)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_setting_is_named() {
        let settings = Settings::of(&[("A", "1"), ("B", ""), ("C", "x")]);
        assert_eq!(settings.parse("A"), Ok(1));
        assert_eq!(settings.text("B"), Err(Missing::Absent("B")));
        assert_eq!(settings.parse::<u8>("C"), Err(Missing::Form("C")));
        assert_eq!(settings.parse_or("D", 7), Ok(7));
        assert_eq!(settings.file("B"), Ok(None));
        assert_eq!(settings.file("C"), Err(Missing::File("C")));
        assert!(Missing::Absent("B").to_string().starts_with("B is not set"));
    }
}
