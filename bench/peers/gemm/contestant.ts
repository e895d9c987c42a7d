// Who is timed: our kernel in this process, or a peer in one of its own. Both multiply the same numbers.
import { bf16ToFloat, verifyGemm } from "@moe/quant";
import { moeGemmW4A16 } from "@moe/kernel-cpu";
import { type JsonLines, startJsonLines } from "../jsonLines.ts";
import { python } from "../venv.ts";
import { type Cell, SHAPE } from "./cell.ts";
import type { Arithmetic, PeerEntry } from "./peers.ts";

export interface Contestant {
  name: string;
  arithmetic: Arithmetic;
  /** Takes the next cell; `path` is that of its activations in expert order. */
  prepare(cell: Cell, path: string): Promise<void>;
  /** Runs once and returns the cell's checked elements. */
  check(cell: Cell): Promise<number[]>;
  /** Runs once and returns nanoseconds. */
  time(cell: Cell): Promise<number>;
  stop(): void;
}

/** A bf16 NaN that no kernel computes from finite inputs. */
const POISON = 0xffff;

export function ourKernel(threads: number): Contestant {
  return {
    name: "moeGemmW4A16",
    arithmetic: { activations: "bf16", weights: "int4" },
    prepare: async () => {},
    async check({ problem, checks }) {
      problem.c.fill(POISON);
      moeGemmW4A16(problem, { threads });
      const { passed, worst } = verifyGemm(problem);
      if (!passed) throw new Error(`moeGemmW4A16 is wrong: ${JSON.stringify(worst)}`);
      return checks.map(({ flat, column }) =>
        bf16ToFloat(problem.c[flat * problem.weights.n + column]),
      );
    },
    time: async ({ problem }) => {
      const start = Bun.nanoseconds();
      moeGemmW4A16(problem, { threads });
      return Bun.nanoseconds() - start;
    },
    stop: () => {},
  };
}

/** Installs a peer, starts it and gives it the weights in `folder`. Throws with the reason where it cannot be had. */
export async function startPeer(
  entry: PeerEntry,
  folder: string,
  { n, k, threads }: { n: number; k: number; threads: number },
): Promise<Contestant> {
  const interpreter = await python(entry.packages);
  const script = Bun.fileURLToPath(new URL("worker.py", import.meta.url));
  const command = [interpreter, script, entry.module, String(threads)];
  const child = startJsonLines(command, { PYTHONDONTWRITEBYTECODE: "1", ...entry.env });
  try {
    checkAnswer(await child.read());
    const { numExperts, groupSize } = SHAPE;
    await ask(child, { op: "load", folder, experts: numExperts, n, k, groupSize });
  } catch (error) {
    child.stop();
    throw error;
  }
  return {
    name: entry.name,
    arithmetic: entry.arithmetic,
    async prepare({ rows }, path) {
      await ask(child, { op: "prepare", path, rows });
    },
    async check({ checks }) {
      const elements = checks.map(({ expert, row, column }) => [expert, row, column]);
      const { values } = await ask<{ values: (number | null)[] }>(child, { op: "check", elements });
      return values.map((value) => value ?? NaN);
    },
    time: async () => (await ask<{ ns: number }>(child, { op: "time" })).ns,
    stop: child.stop,
  };
}

async function ask<Answer>(child: JsonLines, request: object): Promise<Answer> {
  return checkAnswer(await child.ask(request)) as Answer;
}

function checkAnswer(answer: unknown): object {
  if (typeof answer !== "object" || answer === null) throw new Error(`answered ${String(answer)}`);
  if ("error" in answer) throw new Error(String(answer.error));
  return answer;
}
