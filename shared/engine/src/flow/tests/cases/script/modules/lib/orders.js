const db = require("./db");

module.exports = {
  async byCustomer(customer) {
    return db.rows(`select * from orders where customer = '${customer}'`);
  },
  byId: async (id) => db.rows("select * from orders where id = $1", [id]),
};
