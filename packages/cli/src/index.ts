export { runCli } from "./cli.ts";
export { CliError, type CliErrorCode, type CliErrorParts } from "./errors.ts";
export { EXIT, type ExitCode } from "./exit-codes.ts";
export { ClosedPipe, type Interrupts, type Io } from "./io.ts";
