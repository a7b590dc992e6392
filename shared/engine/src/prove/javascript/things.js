// A test that Quartet generated. It calls one function with hostile input and asks whether the input reaches a sink as
// data or as code. Whatever package is not there is replaced by a STAND-IN, for this test alone. Needs Node.js 20.
const fs = require('node:fs');
const Module = require('node:module');
const path = require('node:path');
const { pathToFileURL } = require('node:url');

const MARK = 'zq7';
const TARGET = path.resolve(SPEC.file);
// What reached the sink in the call that runs now.
let RECORDS = [];
// Functions that were handed to something we stand in for: handlers, mostly.
const REGISTERED = [];
// The call that runs now.
const now = { payload: '', rows: true };

function lineInTarget() {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 100;
  const lines = new Error('where').stack.split('\n');
  Error.stackTraceLimit = limit;
  const line = lines.find((one) => one.includes(TARGET));
  const found = line && /:(\d+):\d+\)?$/.exec(line);
  return found ? Number(found[1]) : null;
}

function note(kind, text) {
  RECORDS.push({ kind, line: lineInTarget(), text: String(text) });
}

// Stands for any object: has every property, can be called, constructed and awaited, and knows its name.
function thing(name) {
  const base = function () {};
  return new Proxy(base, {
    get(target, key) {
      if (key === Symbol.toPrimitive) return (hint) => (hint === 'number' ? 1 : 'thing');
      if (key === Symbol.iterator) return function* () { yield thing(`${name}[]`); };
      if (typeof key === 'symbol' || key === 'then') return undefined;
      if (key === 'length') return now.rows ? 1 : 0;
      if (key === '__name') return name;
      if (key === 'toString') return () => 'thing';
      if (key === 'toJSON') return () => 'thing';
      if (Object.hasOwn(target, key) && key !== 'prototype' && key !== 'name') return target[key];
      return thing(`${name}.${key}`);
    },
    has: () => true,
    apply: (_, self, parts) => called(name, parts),
    construct: (_, parts) => called(name, parts),
  });
}

function called(name, parts) {
  REGISTERED.push(...parts.filter((one) => typeof one === 'function' && one.__name === undefined));
  const sink = THING_SINKS[name.split('.').pop()];
  if (sink) sink(name, parts);
  if (!now.rows && /\b(findOne|get|first|findUnique)$/.test(name)) return undefined;
  return thing(`${name}()`);
}

// What a client sent: every key has the payload.
function given() {
  return new Proxy({}, {
    get: (_, key) => (typeof key === 'symbol' ? undefined : key === 'then' || key === 'toJSON' ? undefined : now.payload),
    has: () => true,
    ownKeys: () => ['name'],
    getOwnPropertyDescriptor: () => ({ value: now.payload, enumerable: true, configurable: true }),
  });
}

function request() {
  const known = { query: given(), params: given(), body: given(), headers: given(), cookies: given(), method: 'GET' };
  return new Proxy(known, {
    get(target, key) {
      if (typeof key === 'symbol' || key === 'then') return undefined;
      if (key in target) return target[key];
      if (key === 'url' || key === 'path' || key === 'originalUrl') return now.payload;
      if (['get', 'header', 'param'].includes(key)) return () => now.payload;
      return thing(`request.${key}`);
    },
  });
}

const TYPED = ['.ts', '.tsx', '.mts', '.cts'];
const resolveReal = Module._resolveFilename;
// TypeScript imports `./a.js` where `./a.ts` is meant.
Module._resolveFilename = function (wanted, ...rest) {
  try {
    return resolveReal.call(Module, wanted, ...rest);
  } catch (error) {
    if (!/^[./].*\.[cm]?js$/.test(wanted)) throw error;
    return resolveReal.call(Module, wanted.replace(/js$/, 'ts'), ...rest);
  }
};
const loadReal = Module._load;
const STAND_INS = new Map();
Module._load = function (wanted, ...rest) {
  if (STAND_INS.has(wanted)) return STAND_INS.get(wanted);
  try {
    Module._resolveFilename(wanted, ...rest);
  } catch (error) {
    if (wanted.startsWith('.') || wanted.startsWith('/')) throw error;
    STAND_INS.set(wanted, thing(wanted));
    return STAND_INS.get(wanted);
  }
  return loadReal.call(Module, wanted, ...rest);
};

// Typed files were made JavaScript with the imports and exports of CommonJS, whatever the package says of its files.
for (const end of TYPED) {
  Module._extensions[end] = (module, file) => module._compile(fs.readFileSync(file, 'utf8'), file);
}
globalThis.quartetDefault = (found) => (found?.__name === undefined && found?.default !== undefined ? found.default : found);
globalThis.quartetExport = (exports, getters) => {
  for (const [name, get] of Object.entries(getters)) {
    Object.defineProperty(exports, name, { get, enumerable: true, configurable: true });
  }
};
