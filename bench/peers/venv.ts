// The Python of the peers: a virtual environment beside this file, made on first use.
import { existsSync } from "node:fs";

const FOLDER = Bun.fileURLToPath(new URL(".venv", import.meta.url));

/**
 * Makes the environment and installs what is missing.
 *
 * @param packages - pip requirements
 * @returns path of the interpreter
 */
export async function python(packages: string[]): Promise<string> {
  const interpreter = `${FOLDER}/bin/python`;
  if (!existsSync(interpreter)) await execute(["python3", "-m", "venv", FOLDER]);
  await execute([interpreter, "-m", "pip", "install", "--quiet", ...packages]);
  return interpreter;
}

async function execute(command: string[]): Promise<void> {
  const child = Bun.spawn(command, { stdout: "ignore", stderr: "inherit" });
  if ((await child.exited) !== 0) throw new Error(`failed: ${command.join(" ")}`);
}
