import { exec as run } from "child_process";
import type { Request, Response } from "express";
import { shell } from "./shell";
export { helper } from "./shell";
import * as tools from "./shell";

export class Service {
  private readonly prefix: string;

  constructor(prefix = "run") {
    this.prefix = prefix;
  }

  handle = async (req: Request, res: Response): Promise<void> => {
    const { name, ...others } = req.body;
    run(`${this.prefix} ${name}`); // CWE-78
    shell(others.args);
    tools.shell(req.query?.["a"] as string);
    tools.helper(name);
    res.end();
  };
}
