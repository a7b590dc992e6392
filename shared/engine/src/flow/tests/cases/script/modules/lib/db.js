const { Pool } = require("pg");

const pool = new Pool();

async function rows(query, values = []) {
  const { rows: found } = await pool.query(query, values); // CWE-89
  return found;
}

module.exports = { rows };
