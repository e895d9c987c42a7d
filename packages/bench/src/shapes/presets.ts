import { BenchError } from "../errors.ts";
import type { MoeShape } from "./MoeShape.ts";

/** One public model's expert layer. */
export interface Preset {
  /** Layer sizes; `groupSize` is 128 where it divides K, else the largest power of two that does, up to 64. */
  shape: MoeShape;
  /** Where the sizes were read: repository and path. */
  source: string;
}

/** Name of a preset. */
export type PresetName =
  | "qwen3.5-35b-a3b"
  | "qwen3-30b-a3b"
  | "qwen3-235b-a22b"
  | "mixtral-8x7b"
  | "deepseek-v3"
  | "kimi-k2"
  | "gpt-oss-120b";

function layer(
  hidden: number,
  intermediate: number,
  numExperts: number,
  topK: number,
  source: string,
  groupSize = 128,
): Preset {
  return {
    shape: { hidden, intermediate, numExperts, topK, groupSize, blockM: 32 },
    source,
  };
}

/** The preset that a sweep uses when none is named. */
export const DEFAULT_PRESET: PresetName = "qwen3.5-35b-a3b";

/**
 * Expert layers of public models by name. Sizes come from the file named in `source`; int4 weights, the
 * group size and blockM 32 are this project's choice, not the checkpoint's format.
 *
 * @example
 * ```ts
 * import { PRESETS } from '@moe/bench';
 * const { shape } = PRESETS['mixtral-8x7b'];
 * console.log(shape.hidden, shape.intermediate, shape.numExperts, shape.topK);
 * // → 4096 14336 8 2
 * ```
 */
export const PRESETS: Readonly<Record<PresetName, Preset>> = {
  "qwen3.5-35b-a3b": layer(2048, 512, 256, 8, "THUDM/slime scripts/models/qwen3.5-35B-A3B.sh"),
  "qwen3-30b-a3b": layer(2048, 768, 128, 8, "zyzshishui/slime scripts/models/qwen3-30B-A3B.sh"),
  "qwen3-235b-a22b": layer(
    4096,
    1536,
    128,
    8,
    "zyzshishui/slime scripts/models/qwen3-235B-A22B.sh",
  ),
  "mixtral-8x7b": layer(
    4096,
    14336,
    8,
    2,
    "huggingface/transformers src/transformers/models/mixtral/configuration_mixtral.py",
  ),
  "deepseek-v3": layer(
    7168,
    2048,
    256,
    8,
    "huggingface/transformers src/transformers/models/deepseek_v3/configuration_deepseek_v3.py",
  ),
  "kimi-k2": layer(7168, 2048, 384, 8, "zyzshishui/slime scripts/models/kimi-k2.sh"),
  "gpt-oss-120b": layer(
    2880,
    2880,
    128,
    4,
    "huggingface/transformers src/transformers/models/gpt_oss/configuration_gpt_oss.py",
    64,
  ),
};

/**
 * The shape of a preset by name.
 *
 * @param name one of the keys of {@link PRESETS}
 * @returns its layer sizes
 * @throws BenchError `E_PRESET` for an unknown name; `details.allowed` lists the names
 * @example
 * ```ts
 * import { presetShape } from '@moe/bench';
 * console.log(presetShape('deepseek-v3').hidden);
 * // → 7168
 * ```
 */
export function presetShape(name: string): MoeShape {
  if (Object.hasOwn(PRESETS, name)) return PRESETS[name as PresetName].shape;
  const allowed = Object.keys(PRESETS);
  throw new BenchError("E_PRESET", `There is no preset "${name}". Use ${allowed.join(", ")}.`, {
    given: name,
    allowed,
  });
}
