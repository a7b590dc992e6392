// A reporter for mocha 8 or newer: one JSON object for each test, as it ends.
const fs = require('node:fs');

module.exports = class Reporter {
  constructor(runner) {
    const out = fs.openSync(process.env.QUARTET_REPORT, 'a');
    const write = (line) => fs.writeSync(out, `${JSON.stringify(line)}\n`);
    const report = (status) => (test, error) => {
      const isHook = test.type === 'hook';
      write({
        file: test.file ?? '',
        function: test.title,
        name: test.titlePath().join(' > '),
        status: isHook ? 'error' : status,
        seconds: (test.duration ?? 0) / 1000,
        message: error ? String(error.stack ?? error) : null,
      });
    };
    runner.on('pass', report('passed'));
    runner.on('fail', report('failed'));
    runner.on('pending', report('skipped'));
    runner.once('end', () => write({ end: true }));
  }
};
