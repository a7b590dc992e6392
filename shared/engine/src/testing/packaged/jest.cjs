// A reporter for jest 27 or newer: one JSON object for each test, when its file ends.
const fs = require('node:fs');

const STATUS = { passed: 'passed', failed: 'failed', pending: 'skipped', skipped: 'skipped', todo: 'skipped', disabled: 'skipped' };

module.exports = class Reporter {
  #out = fs.openSync(process.env.QUARTET_REPORT, 'a');

  #write(line) {
    fs.writeSync(this.#out, `${JSON.stringify(line)}\n`);
  }

  onTestResult(test, result) {
    const file = test.path;
    if (result.testExecError || (result.failureMessage && result.testResults.length === 0)) {
      const message = String(result.failureMessage ?? result.testExecError.message);
      this.#write({ file, function: '', name: '(file)', status: 'error', seconds: 0, message });
    }
    for (const one of result.testResults) {
      this.#write({
        file,
        function: one.title,
        name: [...one.ancestorTitles, one.title].join(' > '),
        status: STATUS[one.status] ?? 'error',
        seconds: (one.duration ?? 0) / 1000,
        message: one.failureMessages.join('\n') || null,
      });
    }
  }

  onRunComplete() {
    this.#write({ end: true });
  }
};
