// Finds the function, fills its parameters, calls it with plain and with hostile input, and says what came of it.
const CALL_MS = 500;
const MOST_ATTEMPTS = 24;
const THINGS = /^(db|database|conn|connection|pool|client|session|res|resp|response|reply|next|done|cb|callback|ctx|context|app|router|store|repo|logger|log|knex|sequelize|prisma|transaction|tx|trx|stmt)$/i;
const FOLDERS = /(folder|dir|directory|root|base|prefix|workspace|parent)$/i;
const MAPPINGS = /^(query|params|args|form|data|options|opts|headers|config|settings|payload|body|event|values|cookies|input)$/i;
const NUMBERS = /(^|[a-z])(Id|id|count|limit|page|size|port|timeout|offset|index)$/;

class NotCallable extends Error {}

// The target's own scope can be asked for names that it does not export.
const compileReal = Module.prototype._compile;
Module.prototype._compile = function (source, file, ...rest) {
  const ask = file === TARGET ? '\n;globalThis.quartetAsk = (name) => eval(name);' : '';
  return compileReal.call(this, source + ask, file, ...rest);
};

async function load() {
  try {
    return require(TARGET);
  } catch (error) {
    if (error.code === 'ERR_REQUIRE_ESM' || /Cannot use import statement|Unexpected token 'export'|await is only valid/.test(error.message)) {
      return import(pathToFileURL(TARGET));
    }
    throw error;
  }
}

function ask(name) {
  try {
    return globalThis.quartetAsk?.(name);
  } catch {
    return undefined;
  }
}

function find(exported, names) {
  const [first, ...rest] = names;
  const starts = [
    [ask(first), rest], [exported?.[first], rest], [exported?.default?.[first], rest], [exported?.default, rest], [exported, rest],
  ];
  for (const [start, path] of starts) {
    let [owner, found] = [undefined, start];
    for (const name of path) [owner, found] = [found, found?.prototype?.[name] ?? found?.[name]];
    const isOther = start === exported && found?.name && found.name !== names.at(-1);
    if (typeof found !== 'function' || found.__name !== undefined || isOther) continue;
    return owner === undefined ? { found } : { found, self: bare(owner) };
  }
  return undefined;
}

// A handler without a name is known by its text.
function registered() {
  const line = fs.readFileSync(TARGET, 'utf8').split('\n')[SPEC.lines[0] - 1].trim();
  const found = REGISTERED.filter((one) => one.toString().includes(line));
  found.sort((a, b) => a.toString().length - b.toString().length);
  return found.length > 0 ? { found: found[0] } : undefined;
}

// An object of the class that was never constructed: what it lacks is a thing.
function bare(owner) {
  const prototype = typeof owner === 'function' ? owner.prototype ?? owner : owner;
  return new Proxy(Object.create(prototype), {
    get(target, key) {
      if (typeof key === 'symbol' || key === 'then' || key in target) return target[key];
      return thing(key);
    },
  });
}

// The names of the parameters; one that is taken apart is a mapping, and one that collects the rest is left out.
function parametersOf(found) {
  const text = found.toString().replace(/\/\*[^]*?\*\/|\/\/[^\n]*/g, '');
  const single = /^(?:async\s+)?([A-Za-z_$][\w$]*)\s*=>/.exec(text);
  if (single) return [single[1]];
  const names = [];
  let depth = 0;
  let part = '';
  for (const letter of text.slice(text.indexOf('('))) {
    if ('([{'.includes(letter)) depth += 1;
    if (')]}'.includes(letter)) depth -= 1;
    if (depth === 0 || (depth === 1 && letter === ',')) {
      names.push(part.replace(/^\(/, '').split('=')[0].trim());
      part = '';
    } else part += letter;
    if (depth === 0) break;
  }
  return names.filter((name) => name && !name.startsWith('...'));
}

function fixedValue(name) {
  if (/^(req|request)$/i.test(name)) return request();
  if (SPEC.weakness === 'path' && FOLDERS.test(name)) return require('node:os').tmpdir();
  if (THINGS.test(name)) return thing(name);
  return undefined;
}

function build(parameters, hostile, text, asMapping) {
  return parameters.map((name) => {
    const fixed = fixedValue(name);
    if (fixed !== undefined) return fixed;
    if (name.startsWith('{') || (asMapping && MAPPINGS.test(name))) return given();
    if (hostile.has(name)) return text;
    return NUMBERS.test(name) ? 7 : PLAIN;
  });
}

// What the call left at the sink on the lines that count, and what it threw.
async function recordsOf({ found, self }, parts) {
  RECORDS = [];
  let error;
  try {
    const late = new Promise((resolve) => setTimeout(resolve, CALL_MS));
    const value = await Promise.race([found.apply(self, parts), late]);
    if (SPEC.weakness === 'html') judgeHtml(value);
  } catch (thrown) {
    error = thrown;
  }
  const counts = (line) => SPEC.weakness === 'html' || (line !== null && SPEC.lines[0] <= line && line <= SPEC.lines[1]);
  return { records: RECORDS.filter((one) => counts(one.line)), error };
}

function kinds(records, plain) {
  const folders = plain.filter((one) => one.kind === 'path').map((one) => path.dirname(one.text));
  const inside = (text) => folders.some((one) => text.startsWith(one.replace(/\/$/, '') + path.sep));
  return records.map((one) => (one.kind === 'path' ? (inside(one.text) ? 'data' : 'code') : one.kind));
}

function missed(error) {
  if (error === undefined) return 'unreached: the function ended before the sink';
  const broken = error instanceof ReferenceError || error instanceof SyntaxError || /is not a function/.test(error.message);
  return `${broken ? 'broken' : 'unreached'}: ${error.name}: ${String(error.message).slice(0, 200)}`;
}

const RANKS = ['broken', 'unreached', 'seen', 'refused', 'data'];

async function verdict(target, fill) {
  now.payload = PLAIN;
  const plain = await recordsOf(target, fill(PLAIN));
  if (HOSTILE.length === 0) {
    const found = plain.records.map((one) => one.kind);
    return found.includes('code') ? 'code' : found.includes('data') ? 'data' : missed(plain.error);
  }
  const verdicts = [];
  for (const payload of HOSTILE) {
    now.payload = payload;
    const { records, error } = await recordsOf(target, fill(payload));
    const found = kinds(records, plain.records);
    const outcome = error && missed(error);
    if (found.includes('code')) return 'code';
    if (found.includes('data')) verdicts.push('data');
    else if (plain.records.length > 0 && !outcome?.startsWith('broken')) {
      verdicts.push(found.length > 0 && !error && SPEC.weakness !== 'redirect' ? 'seen' : 'refused');
    } else verdicts.push(outcome ?? missed(plain.error));
  }
  return verdicts.sort((a, b) => RANKS.indexOf(a.split(':')[0]) - RANKS.indexOf(b.split(':')[0]))[0];
}

async function examine() {
  install();
  now.payload = PLAIN;
  let exported;
  try {
    exported = await load();
  } catch (error) {
    throw new NotCallable(`its file cannot be loaded: ${error.name}: ${String(error.message).split('\n')[0].slice(0, 200)}`);
  }
  const target = (SPEC.function && find(exported, SPEC.function.split('.'))) || registered();
  if (!target) throw new NotCallable('the function was not found');
  const parameters = parametersOf(target.found);
  const open = parameters.filter((name) => fixedValue(name) === undefined);
  const hostile = [['all', new Set(open)]];
  if (open.length > 1 && HOSTILE.length > 0) hostile.push(...open.map((name) => [name, new Set([name])]));
  const found = {};
  for (const asMapping of open.some((name) => MAPPINGS.test(name)) ? [true, false] : [true]) {
    for (const rows of [true, false]) {
      for (const [name, names] of hostile) {
        if (Object.keys(found).length >= MOST_ATTEMPTS) return found;
        now.rows = rows;
        const fill = (text) => build(parameters, names, text, asMapping);
        found[`${name} ${asMapping ? 'mapping' : 'text'} ${rows ? 'rows' : 'none'}`] = await verdict(target, fill);
      }
    }
  }
  return found;
}

async function main(report) {
  // Before anything is replaced.
  const write = fs.writeFileSync;
  process.on('uncaughtException', () => {});
  process.on('unhandledRejection', () => {});
  let answer;
  try {
    answer = { attempts: await examine() };
  } catch (error) {
    answer = { reason: error instanceof NotCallable ? error.message : `${error.name}: ${error.message}` };
  }
  write(report, JSON.stringify(answer));
  process.exit(0);
}
