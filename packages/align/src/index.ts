export type { Alignment } from "./_buffers.ts";
export { type AlignShape, type AlignSizes, alignSizes } from "./alignSizes.ts";
export { type BatchedAlignOptions, batchedMoeAlignBlockSize } from "./batchedMoeAlignBlockSize.ts";
export { type BlockFill, blockFill, type FillCount, SKINNY_ROWS } from "./blockFill.ts";
export { AlignError, type AlignErrorCode } from "./errors.ts";
export { formatSpaceMapCells, formatSpaceMapTsv, spaceMapColumns } from "./formatSpaceMap.ts";
export { inverseAlignment } from "./inverseAlignment.ts";
export { type AlignOptions, moeAlignBlockSize } from "./moeAlignBlockSize.ts";
export {
  SPACE_MAP_BLOCK_M,
  spaceMap,
  type SpaceMapCell,
  type SpaceMapFill,
  type SpaceMapOptions,
  type SpaceMapRow,
} from "./spaceMap.ts";
