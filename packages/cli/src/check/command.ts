import { Command, Option } from "@commander-js/extra-typings";
import { deviceOption, envName } from "../_options.ts";
import { choice } from "../_values.ts";
import type { Dispatch } from "../context.ts";
import { withExamples } from "../help/examples.ts";
import { ARCH_NAMES } from "../run/choices.ts";

/** What `check` was asked for. */
export type CheckOptions = ReturnType<ReturnType<typeof options>["opts"]>;

const BACKEND_NAMES = ["hip", "cuda", "sim"] as const;

function options() {
  return new Command("check")
    .summary("Run the kernels of a device on fixed problems and compare with the oracles.")
    .addOption(
      new Option("--backend <name>", `the device's backend: ${BACKEND_NAMES.join(", ")}`)
        .argParser(choice("--backend", BACKEND_NAMES))
        .env(envName("--backend"))
        .makeOptionMandatory(),
    )
    .addOption(
      new Option("--arch <name>", `of sim: ${ARCH_NAMES.join(", ")} (default: gfx1151)`)
        .argParser(choice("--arch", ARCH_NAMES))
        .env(envName("--arch")),
    )
    .addOption(deviceOption());
}

/** `check`: whether a device computes what it should. */
export function checkCommand(dispatch: Dispatch) {
  const command = options().action((given, self) => {
    dispatch(self, async (context) => (await import("./action.ts")).check(given, context));
  });
  return withExamples(command, [
    ["moe-bench check --backend cuda", "an NVIDIA GPU: align, GEMM and layer"],
    ["moe-bench check --backend sim --arch gfx1100", "the same problems on a simulated GPU"],
  ]);
}
