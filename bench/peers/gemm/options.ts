// The command line of the gemm peers.
import { parseArgs } from "node:util";
import type { Gemm } from "@moe/bench";
import { cpuInfo } from "@moe/kernel-cpu";
import { UsageError } from "../UsageError.ts";
import { SHAPE } from "./cell.ts";
import { type PeerEntry, PEERS } from "./peers.ts";

export interface Options {
  tokens: number[];
  gemms: Gemm[];
  peers: PeerEntry[];
  rounds: number;
  threads: number;
}

export function readOptions(words: string[]): Options {
  const values = parse(words);
  const tokens = values.tokens.split(",").map((text) => wholeNumber("--tokens", text));
  const even = SHAPE.numExperts / SHAPE.topK;
  if (tokens.some((t) => t % even !== 0)) {
    throw new UsageError(
      `--tokens is ${values.tokens}; only at multiples of ${even} do all experts get the same rows`,
    );
  }
  return {
    tokens,
    gemms: values.gemm.split(",").map(readGemm),
    peers: values.only.split(",").map(readPeer),
    rounds: wholeNumber("--rounds", values.rounds, 2),
    threads: cpuInfo().cores,
  };
}

function parse(words: string[]): Record<"tokens" | "gemm" | "only" | "rounds", string> {
  const names = PEERS.map(({ name }) => name).join(",");
  try {
    return parseArgs({
      args: words,
      options: {
        tokens: { type: "string", default: "128,1024,4096" },
        gemm: { type: "string", default: "1,2" },
        only: { type: "string", default: names },
        rounds: { type: "string", default: "7" },
      },
    }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function wholeNumber(option: string, text: string, least = 1): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= least) return value;
  throw new UsageError(`${option} is ${text}; it must be a whole number from ${least} up`);
}

function readGemm(text: string): Gemm {
  if (text === "1" || text === "2") return Number(text) as Gemm;
  throw new UsageError(`--gemm is ${text}; there are 1 and 2`);
}

function readPeer(name: string): PeerEntry {
  const entry = PEERS.find((peer) => peer.name === name);
  if (entry !== undefined) return entry;
  const known = PEERS.map((peer) => peer.name).join(", ");
  throw new UsageError(`no peer is named ${name}; there are ${known}`);
}
