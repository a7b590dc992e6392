// The sinks of the weakness: each is replaced by a recorder that says whether the payload came as code or as data.
const SQL = /\b(select|insert|update|delete|replace|create|drop|alter|with)\b/i;
const BROKEN_HASHES = new Set(['md4', 'md5', 'sha1', 'ripemd160', 'rmd160']);

function contains(value, depth = 0) {
  if (typeof value === 'string') return value.includes(MARK);
  if (depth > 4 || value === null || typeof value !== 'object') return false;
  return Object.values(value).some((one) => contains(one, depth + 1));
}

function query(name, parts) {
  const first = parts[0];
  const text = typeof first === 'string' ? first : first?.__name === undefined ? first?.sql ?? first?.text : undefined;
  const isQuery = typeof text === 'string' && SQL.test(text);
  const rest = typeof first === 'string' ? parts.slice(1) : parts;
  if (isQuery && text.includes(MARK)) note('code', text);
  else if (rest.some((one) => contains(one))) note('data', text);
  else if (isQuery) note('seen', text);
}

// Whether escaped text is shown where it stands: not in a script, and in a tag only within the quotes of an attribute that
// is neither run nor leads somewhere.
function isShown(before, after) {
  if (/<(script|style)\b(?![\s\S]*<\/\1\b)/i.test(before)) return false;
  const tag = before.slice(before.search(/<[^<]*$/)).replace(/=\s*("[^"]*"|'[^']*')/g, ' ');
  if (!/^<[a-z]/i.test(tag)) return true;
  const open = /([^\s=]+)\s*=\s*(["'])([^]*)$/.exec(tag);
  const end = tag.indexOf('>');
  if (open === null || (end >= 0 && end < open.index + open[1].length)) return end >= 0;
  const [, name, quote, start] = open;
  const runs = /^(on.*|style|srcdoc)$/i.test(name) || (start === '' && /^(href|src|action|formaction|data|xlink:href)$/i.test(name));
  return !runs && !(quote === '"' && after.startsWith(' a="'));
}

function judgeHtml(value) {
  if (typeof value !== 'string') return;
  const escaped = [...value.matchAll(new RegExp(`(?:&lt;|&#60;|&#x3c;)${MARK}`, 'gi'))];
  const shown = escaped.every((one) => isShown(value.slice(0, one.index), value.slice(one.index + one[0].length)));
  note(value.includes(`<${MARK}`) || !shown ? 'code' : escaped.length > 0 ? 'data' : 'seen', value);
}

function redirected(name, parts) {
  const text = String(parts.findLast((one) => typeof one === 'string') ?? '').trim().replaceAll('\\', '/');
  if (!text.includes(MARK)) return note('seen', text);
  const outside = /^[a-z][a-z0-9+.-]*:/i.test(text) || text.startsWith('//');
  note(outside ? 'code' : 'data', text);
}

function opened(place) {
  const text = place instanceof URL ? place.pathname : String(place);
  if (text.includes(MARK)) note('path', path.resolve(text));
}

function sentFile(name, parts) {
  const root = parts[1]?.__name === undefined ? parts[1]?.root : undefined;
  if (typeof root !== 'string') return opened(parts[0]);
  // With a root, a path that leaves it is refused by the framework itself.
  note('data', parts[0]);
}

function loadedYaml(name, parts) {
  if (!name.startsWith('js-yaml') && !name.startsWith('yaml')) return;
  const schema = parts[1]?.schema?.__name ?? '';
  note(!contains(parts[0]) ? 'seen' : /FULL/.test(schema) ? 'code' : 'data', schema);
}

function cookie(name, parts) {
  const flag = SPEC.cwe === 'CWE-1004' ? 'httpOnly' : 'secure';
  note(parts[2] && parts[2].__name === undefined && parts[2][flag] ? 'data' : 'code', flag);
}

function replace(module, names, recorder) {
  for (const name of names) {
    const real = module[name];
    if (typeof real === 'function') module[name] = recorder(real, name);
  }
  Module.syncBuiltinESMExports();
}

function callBack(parts, ...values) {
  const last = parts.at(-1);
  if (typeof last === 'function') setImmediate(() => last(null, ...values));
}

function commands() {
  const record = (real, name) => (...parts) => {
    const [command, ...rest] = parts;
    const words = rest.find((one) => Array.isArray(one)) ?? [];
    const options = rest.find((one) => one !== null && typeof one === 'object' && !Array.isArray(one)) ?? {};
    const inShell = name === 'exec' || name === 'execSync' || Boolean(options.shell);
    const shellScript = /(^|\/)(sh|bash|zsh|dash|cmd|cmd\.exe)$/.test(String(command)) && words[0] === '-c' ? words[1] : '';
    const code = inShell ? [command, ...words].join(' ') : `${command} ${shellScript}`;
    note(code.includes(MARK) ? 'code' : contains(words) ? 'data' : 'seen', code);
    callBack(parts, '7\n', '');
    if (name === 'spawnSync') return { status: 0, stdout: '7\n', stderr: '' };
    return name.endsWith('Sync') ? '7\n' : thing(name);
  };
  const names = ['exec', 'execSync', 'execFile', 'execFileSync', 'spawn', 'spawnSync', 'fork'];
  replace(require('node:child_process'), names, record);
}

function files() {
  const record = (answer) => (real, name) => (...parts) => {
    const here = lineInTarget() !== null && contains(String(parts[0]));
    if (!here) return real(...parts);
    opened(parts[0]);
    callBack(parts, '7\n');
    return answer(name);
  };
  const direct = ['readFile', 'writeFile', 'appendFile', 'unlink', 'readdir', 'stat', 'open', 'access', 'rm', 'mkdir'];
  const later = ['createReadStream', 'createWriteStream'];
  replace(fs, [...direct, ...direct.map((name) => `${name}Sync`), ...later], record((name) => (name.endsWith('Sync') ? '7\n' : thing(name))));
  replace(fs.promises, direct, record(async () => '7\n'));
}

function hashes() {
  const record = (real) => (name, ...rest) => {
    note(BROKEN_HASHES.has(String(name).toLowerCase().replace(/^rsa-|-/g, '')) ? 'code' : 'data', name);
    return real(name, ...rest);
  };
  replace(require('node:crypto'), ['createHash', 'createHmac', 'hash'], record);
}

function randoms() {
  const record = (kind) => (real, name) => (...parts) => {
    note(kind, name);
    return real(...parts);
  };
  Math.random = record('code')(Math.random, 'Math.random');
  const strong = ['randomBytes', 'randomInt', 'randomUUID', 'getRandomValues'];
  replace(require('node:crypto'), strong, record('data'));
}

function evaluations() {
  const real = globalThis.eval;
  globalThis.eval = (text) => {
    if (!contains(text)) return real(text);
    note('code', text);
    return thing('eval');
  };
  const parse = JSON.parse;
  JSON.parse = (text, ...rest) => {
    note(contains(text) ? 'data' : 'seen', text);
    return parse(text, ...rest);
  };
  replace(require('node:vm'), ['runInThisContext', 'runInNewContext', 'runInContext'], () => (text) => {
    note(contains(text) ? 'code' : 'seen', text);
    return thing('vm');
  });
}

const named = (names, sink) => Object.fromEntries(names.map((name) => [name, sink]));
const QUERIES = ['query', 'execute', 'raw', 'prepare', 'exec', 'run', 'all', 'get', 'each', 'any', 'one', 'none', 'oneOrNone', '$queryRawUnsafe', '$executeRawUnsafe'];
const PAGES = ['send', 'write', 'end', 'html'];
// By weakness: what is replaced, the methods of things that are sinks, the payloads, and a plain value.
const WEAKNESSES = {
  sql: [() => {}, named(QUERIES, query), ["zq7' OR '1'='1"], '7'],
  command: [commands, {}, ['zq7"; $(echo zq7) \''], '7'],
  path: [files, { sendFile: sentFile, download: (name, parts) => opened(parts[0]) }, ['../../zq7.txt'], 'zq7.txt'],
  html: [() => {}, named(PAGES, (name, parts) => judgeHtml(parts[0])), ['<zq7 a="b">'], 'zq7'],
  redirect: [() => {}, { redirect: redirected }, ['https://zq7.example/', '//zq7.example/'], '/zq7'],
  hash: [hashes, {}, [], '7'],
  random: [randoms, {}, [], '7'],
  yaml: [() => {}, { load: loadedYaml }, ['!!js/undefined zq7'], 'zq7: 1'],
  eval: [evaluations, {}, ['(() => "zq7")()'], '7'],
  cookie: [() => {}, { cookie }, [], '7'],
};
if (!WEAKNESSES[SPEC.weakness]) WEAKNESSES[SPEC.weakness] = [() => {}, {}, [], ''];
const [install, THING_SINKS, HOSTILE, PLAIN] = WEAKNESSES[SPEC.weakness];
