//! Nothing: the tests of this package are in `stories` (through the deployed stack) and `contracts` (of the files that
//! the stack is made of).
