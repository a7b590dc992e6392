const { exec } = require("child_process");

class Mailer {
  #program;

  constructor(program) {
    this.#program = program;
  }

  send(to) {
    exec(`${this.#program} ${to}`); // CWE-78
  }
}

module.exports = Mailer;
