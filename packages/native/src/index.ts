export {
  type Addon,
  type AddonLoader,
  type AddonOptions,
  addonLoader,
  type Versioned,
} from "./addonLoader.ts";
export type { Availability } from "./Availability.ts";
export { nativeResults, type NativeFailure, type NativeResults } from "./nativeResults.ts";
export { optionChecks, show, type OptionChecks } from "./optionChecks.ts";
