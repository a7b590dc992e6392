import { exec, execFile } from "child_process";

export function shell(command: string): void {
  exec(command); // CWE-78
}

export const helper = (name: string) => execFile("run", [name]);
export default shell;
