// The README's second command: everything that has to hold before a commit, and what CI runs. Writes nothing that git sees.
// Usage: bun run check [step …]   (no step named: all of them)
import { install } from "./_setup.ts";
import { BUN, childEnv, ROOT } from "./_workspace.ts";

async function main(args: readonly string[]): Promise<boolean> {
  if (isForTypeChecker(args)) return typeCheck(args);
  install();
  // Imported late: these need what was just installed.
  const { STEPS } = await import("./_checks.ts");
  const { runSteps } = await import("./_steps.ts");
  const { treeStep } = await import("./_tree.ts");
  const names = STEPS.map((step) => step.name);
  const unknown = args.filter((name) => !names.includes(name));
  if (unknown.length > 0) {
    console.error(`no step "${unknown.join('", "')}"; the steps are: ${names.join(", ")}`);
    return false;
  }
  const chosen = STEPS.filter(({ name }) => args.length === 0 || args.includes(name));
  return await runSteps([...chosen, treeStep()]);
}

/** `bun check` runs the script of that name where there is one; paths and flags are meant for its type checker. */
function isForTypeChecker(args: readonly string[]): boolean {
  return args.some((arg) => arg.startsWith("-") || /[./]/.test(arg));
}

function typeCheck(args: readonly string[]): boolean {
  const child = Bun.spawnSync([BUN, "check", "--no-script", ...args], {
    cwd: ROOT,
    env: childEnv(),
    stdio: ["ignore", "inherit", "inherit"],
  });
  return child.exitCode === 0;
}

process.exitCode = (await main(process.argv.slice(2))) ? 0 : 1;
