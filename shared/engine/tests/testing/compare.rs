//! Suites before and after the fixes.

