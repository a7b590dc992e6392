const fs = require("fs/promises");

exports.show = async (req, res) => {
  const text = await fs.readFile("/srv/items/" + req.params.id); // CWE-22
  res.json({ text });
};

exports.validate = (req, res, next) => {
  if (!/^\w+$/.test(req.body.name)) return res.sendStatus(400);
  next();
};

exports.create = async (req, res) => {
  res.send(`<p>${req.body.title}</p>`); // CWE-79
};
