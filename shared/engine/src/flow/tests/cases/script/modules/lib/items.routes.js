const { Router } = require("express");
const controller = require("./items.controller");

const router = Router();
router.get("/:id", controller.show);
router.post("/", controller.validate, controller.create);
module.exports = router;
