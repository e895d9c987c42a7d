import { Command } from "@commander-js/extra-typings";
import type { Dispatch } from "../context.ts";
import { withExamples } from "../help/examples.ts";

/** `devices`: what can run a kernel here, and if not, why not. */
export function devicesCommand(dispatch: Dispatch) {
  const command = new Command("devices")
    .summary("Show the devices of this machine and whether their kernels can run.")
    .action((_options, self) => {
      dispatch(self, async (context) => (await import("./action.ts")).devices(context));
    });
  return withExamples(command, [
    ["moe-bench devices", "the CPU, the GPUs of each driver or why there are none, the simulator"],
    ["moe-bench devices --json | jq '.devices[].backend'", "for programs"],
  ]);
}
