import { script } from "@bomb.sh/tab";
import { captureLog } from "./_capture.ts";

/** The script that one shell loads. It calls `moe-bench complete -- WORDS` at each tab. */
export async function completionScript(shell: string): Promise<string> {
  return captureLog(() => script(shell, "moe-bench", "moe-bench"));
}
