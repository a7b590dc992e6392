// A reporter for `node --test`: one JSON object for each test, as it ends. Node 20 or newer.
// Files have whole paths in version 20; in 22 the names of files, and who wrote to stderr, are seen from where it runs.
import { resolve } from 'node:path';

export default async function* report(events) {
  const names = new Map();
  const said = new Map();
  for await (const { type, data } of events) {
    if (type === 'test:stderr') {
      const file = resolve(data.file ?? '');
      said.set(file, ((said.get(file) ?? '') + data.message).slice(-4000));
    }
    if (type === 'test:start') {
      const path = names.get(data.file) ?? [];
      path.length = data.nesting;
      path[data.nesting] = data.name;
      names.set(data.file, path);
    }
    if (type !== 'test:pass' && type !== 'test:fail') continue;
    const error = data.details?.error;
    const isFile = data.nesting === 0 && data.file !== undefined && resolve(data.name) === data.file;
    // A file without tests passes; a suite fails with its tests. Neither is a test.
    if (type === 'test:pass' && (isFile || data.details?.type === 'suite')) continue;
    if (data.details?.type === 'suite' && error?.failureType === 'subtestsFailed') continue;
    const path = (names.get(data.file) ?? []).slice(0, data.nesting);
    const skipped = data.skip !== undefined || data.todo !== undefined;
    const failed = isFile ? 'error' : 'failed';
    const reason = error === undefined ? data.skip ?? data.todo : error.cause?.stack ?? error.cause ?? error.message;
    yield `${JSON.stringify({
      file: data.file ?? '',
      function: isFile ? '' : data.name,
      name: isFile ? '(file)' : [...path, data.name].join(' > '),
      status: skipped ? 'skipped' : type === 'test:pass' ? 'passed' : failed,
      seconds: (data.details?.duration_ms ?? 0) / 1000,
      message: reason === undefined ? null : String(isFile ? said.get(data.file) ?? reason : reason),
    })}\n`;
  }
  yield '{"end":true}\n';
}
