/**
 * Exit codes of `moe-bench`. Scripts may rely on them.
 *
 * | code | meaning |
 * |---|---|
 * | 0 | everything asked for was done |
 * | 1 | it ran and found a failure: an output that does not match (BADREL), a fault of a simulated kernel, an A/A run or a repetition with too many differences, or an unexpected error |
 * | 2 | usage: an unknown flag, command or value |
 * | 3 | the requested backend or instruction set is not available on this machine |
 * | 4 | inconclusive: every measured cell is AMBIGUOUS |
 * | 130, 143 | stopped by SIGINT or SIGTERM, after the finished cells were written |
 *
 * @example
 * ```ts
 * import { EXIT } from "moe-bench";
 * console.log(EXIT.usage, EXIT.SIGINT);
 * // → 2 130
 * ```
 */
export const EXIT: {
  /** Everything asked for was done. */
  readonly ok: 0;
  /** It ran and found a failure, or something unexpected happened. */
  readonly failure: 1;
  /** The command line is wrong. */
  readonly usage: 2;
  /** The backend or instruction set is not available on this machine. */
  readonly unavailable: 3;
  /** Every measured cell is AMBIGUOUS. */
  readonly inconclusive: 4;
  /** Stopped by SIGINT. */
  readonly SIGINT: 130;
  /** Stopped by SIGTERM. */
  readonly SIGTERM: 143;
} = Object.freeze({
  ok: 0,
  failure: 1,
  usage: 2,
  unavailable: 3,
  inconclusive: 4,
  SIGINT: 130,
  SIGTERM: 143,
});

/** One of the numbers in {@link EXIT}. */
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
