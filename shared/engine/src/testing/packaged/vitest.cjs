// A reporter for vitest 1 or newer: one JSON object for each test, when the run ends.
const fs = require('node:fs');

const STATUS = { pass: 'passed', fail: 'failed', passed: 'passed', failed: 'failed' };

function walk(file, tasks, above, write) {
  for (const task of tasks) {
    if (task.type === 'suite' || task.tasks) {
      walk(file, task.tasks ?? [], [...above, task.name], write);
      continue;
    }
    const errors = task.result?.errors ?? [];
    write({
      file,
      function: task.name,
      name: [...above, task.name].join(' > '),
      status: STATUS[task.result?.state] ?? 'skipped',
      seconds: (task.result?.duration ?? 0) / 1000,
      message: errors.map((error) => error.stack ?? error.message).join('\n') || null,
    });
  }
}

module.exports = class Reporter {
  #out = fs.openSync(process.env.QUARTET_REPORT, 'a');
  #ended = false;

  #write = (line) => {
    fs.writeSync(this.#out, `${JSON.stringify(line)}\n`);
  };

  #report(files) {
    if (this.#ended) return;
    this.#ended = true;
    for (const file of files) {
      const path = file.filepath;
      const errors = file.result?.errors ?? [];
      if (errors.length > 0) {
        const message = errors.map((error) => error.stack ?? error.message).join('\n');
        this.#write({ file: path, function: '', name: '(file)', status: 'error', seconds: 0, message });
      }
      walk(path, file.tasks, [], this.#write);
    }
    this.#write({ end: true });
  }

  // Up to version 3.
  onFinished(files = []) {
    this.#report(files);
  }

  // From version 3 on.
  onTestRunEnd(modules) {
    this.#report(modules.map((module) => module.task));
  }
};
