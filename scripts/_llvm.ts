// The compiler that the simulator's tests call. Nothing else in the repository needs it.
import { childEnv } from "./_workspace.ts";

const TOOLS = ["clang-19", "clang++-19", "ld.lld-19", "llvm-objdump-19"];

/** Debian packages that have the tools. */
export const LLVM_PACKAGES = "clang-19 lld-19 llvm-19";

/** The tools that are not on PATH. */
export function missingLlvm(): string[] {
  const { PATH } = childEnv();
  return TOOLS.filter((tool) => Bun.which(tool, { PATH }) === null);
}
