import { Argument, Command, Option, type CommandUnknownOpts } from "@commander-js/extra-typings";
import { envName } from "../_options.ts";
import { integer, seed } from "../_values.ts";
import type { Dispatch } from "../context.ts";
import { withExamples } from "../help/examples.ts";

const CODE_OBJECT = "ELF file for gfx11, from clang or Triton";
const LAUNCH = "JSON description of a launch, see docs/simulator.md; - reads stdin";

const kernelOption = () => new Option("-k, --kernel <name>", "only this kernel");

/** What `sim inspect` was asked for. */
export type InspectOptions = ReturnType<ReturnType<typeof inspect>["opts"]>;
/** What `sim disassemble` was asked for. */
export type DisassembleOptions = ReturnType<ReturnType<typeof disassemble>["opts"]>;
/** What `sim run` and `sim annotate` were asked for. */
export type LaunchOptions = ReturnType<ReturnType<typeof run>["opts"]>;

function inspect() {
  return new Command("inspect")
    .summary("Show the kernels of a code object: arguments, registers, LDS, occupancy.")
    .addArgument(new Argument("<code-object>", CODE_OBJECT))
    .addOption(kernelOption())
    .addOption(
      new Option("--workgroup-size <n>", "threads of a workgroup (default: the kernel's most)")
        .argParser(integer("--workgroup-size", 1, 1024))
        .env(envName("--workgroup-size")),
    )
    .addOption(
      new Option("--dynamic-lds <bytes>", "LDS beyond what the kernel declares (default: 0)")
        .argParser(integer("--dynamic-lds", 0, 65_536))
        .default<number>(0)
        .env(envName("--dynamic-lds")),
    );
}

function disassemble() {
  return new Command("disassemble")
    .summary("Print the instructions of a code object as LLVM does.")
    .addArgument(new Argument("<code-object>", CODE_OBJECT))
    .addOption(kernelOption());
}

function launching(name: string, summary: string) {
  return new Command(name)
    .summary(summary)
    .addArgument(new Argument("<code-object>", CODE_OBJECT))
    .addArgument(new Argument("<launch>", LAUNCH))
    .addOption(
      new Option("--threads <n>", "host threads, 1 to 256 (default: all)")
        .argParser(integer("--threads", 1, 256))
        .env(envName("--threads")),
    )
    .addOption(
      new Option("--schedule-seed <n>", "run waves in the random order of this seed")
        .argParser(seed("--schedule-seed"))
        .env(envName("--schedule-seed")),
    );
}

const run = () =>
  launching("run", "Run a kernel on a simulated GPU with all checks, and print what it executed.");

const annotate = () =>
  launching("annotate", "Run a kernel and print how often each instruction was executed.");

/** `sim`: compiled gfx11 kernels without a GPU. */
export function simCommand(dispatch: Dispatch): CommandUnknownOpts {
  const command = new Command("sim").summary("Look into compiled gfx11 kernels and run them.");
  const commands: CommandUnknownOpts[] = [
    inspectCommand(dispatch),
    disassembleCommand(dispatch),
    runCommand(dispatch),
    annotateCommand(dispatch),
  ];
  for (const child of commands) command.addCommand(child);
  return withExamples(command, [
    ["moe-bench sim inspect kernel.co", "what is in the file"],
    ["moe-bench sim run kernel.co launch.json", "test a kernel where there is no GPU"],
  ]);
}

function inspectCommand(dispatch: Dispatch) {
  const command = inspect().action((file, given, self) => {
    dispatch(self, async (context) => (await import("./inspect.ts")).inspect(file, given, context));
  });
  return withExamples(command, [
    ["moe-bench sim inspect kernel.co", "all kernels"],
    ["moe-bench sim inspect kernel.hsaco --workgroup-size 128 --dynamic-lds 32768", "Triton's"],
    ["moe-bench sim inspect kernel.co --json | jq '.kernels[].occupancy'", "for programs"],
  ]);
}

function disassembleCommand(dispatch: Dispatch) {
  const command = disassemble().action((file, given, self) => {
    dispatch(self, async (context) =>
      (await import("./disassemble.ts")).disassemble(file, given, context),
    );
  });
  return withExamples(command, [
    ["moe-bench sim disassemble kernel.co", "all code"],
    ["moe-bench sim disassemble kernel.co -k saxpy", "one kernel"],
  ]);
}

function runCommand(dispatch: Dispatch) {
  const command = run().action((file, launch, given, self) => {
    dispatch(self, async (context) =>
      (await import("./run.ts")).run({ file, launch, given }, context),
    );
  });
  return withExamples(command, [
    ["moe-bench sim run kernel.co launch.json", "exit code 1 where a check finds a fault"],
    ["moe-bench sim run kernel.co launch.json --schedule-seed 7", "another order of waves"],
    ["generate-launch | moe-bench sim run kernel.co - --json > report.json", "in a pipeline"],
  ]);
}

function annotateCommand(dispatch: Dispatch) {
  const command = annotate().action((file, launch, given, self) => {
    dispatch(self, async (context) =>
      (await import("./run.ts")).annotate({ file, launch, given }, context),
    );
  });
  return withExamples(command, [
    ["moe-bench sim annotate kernel.co launch.json", "counts, lanes and costs beside the code"],
    [
      "moe-bench sim annotate kernel.co launch.json --json | jq '.profile[:3]'",
      "the same for programs",
    ],
  ]);
}
