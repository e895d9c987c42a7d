// The Python of the peers: a virtual environment beside this file, made on first use.
import { existsSync } from "node:fs";

/** Where the environment is. */
export const VENV = Bun.fileURLToPath(new URL(".venv", import.meta.url));

/** One pinned package of the index. */
export interface Package {
  name: string;
  version: string;
  /** Oldest Python that the version runs on; older ones take what pip finds for them. */
  leastPython?: string;
  /** What to know before it is downloaded. */
  note?: string;
}

const INSTALLED = `
import importlib.metadata, json, sys
versions = {d.metadata["Name"].lower(): d.version for d in importlib.metadata.distributions()}
print(json.dumps({"python": sys.version_info[:2], "versions": versions}))`;

interface Installed {
  python: [number, number];
  versions: Record<string, string>;
}

/**
 * Makes the environment and installs what is missing or of another version, saying so on stderr.
 *
 * @param packages - what has to be there
 * @returns path of the interpreter
 * @throws Error with the last line that python3 or pip printed
 */
export async function python(packages: readonly Package[]): Promise<string> {
  const interpreter = `${VENV}/bin/python`;
  if (!existsSync(interpreter)) {
    console.error(`making the Python environment ${VENV}`);
    await output("python3 -m venv", ["python3", "-m", "venv", VENV]);
  }
  const installed = JSON.parse(
    await output("listing packages", [interpreter, "-c", INSTALLED]),
  ) as Installed;
  for (const wanted of packages) {
    const requirement = missing(wanted, installed);
    if (requirement === null) continue;
    console.error(`installing ${requirement}${wanted.note ? ` (${wanted.note})` : ""} …`);
    const start = Bun.nanoseconds();
    const command = [interpreter, "-m", "pip", "install", "--quiet", requirement];
    await output(`pip install ${requirement}`, command);
    console.error(`installed ${requirement} in ${Math.round((Bun.nanoseconds() - start) / 1e9)} s`);
  }
  return interpreter;
}

/** The requirement to install, or null where it is met. */
function missing(wanted: Package, installed: Installed): string | null {
  const found = installed.versions[wanted.name];
  if (isOlder(installed.python, wanted.leastPython)) return found ? null : wanted.name;
  return found === wanted.version ? null : `${wanted.name}==${wanted.version}`;
}

function isOlder([major, minor]: [number, number], least = "3.0"): boolean {
  const [leastMajor, leastMinor] = least.split(".").map(Number);
  return major < leastMajor || (major === leastMajor && minor < leastMinor);
}

async function output(what: string, command: string[]): Promise<string> {
  const child = Bun.spawn(command, { stdout: "pipe", stderr: "pipe" });
  const [out, problems] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  if ((await child.exited) === 0) return out;
  const said = (problems || out).trim().split("\n").at(-1);
  throw new Error(`${what} failed: ${said}`);
}
