/// <reference lib="esnext.disposable" preserve="true" />
export { type Device, type DeviceMemory } from "./Device.ts";
export type { DeviceBuffer } from "./DeviceBuffer.ts";
export type { DeviceTensor, DeviceView } from "./DeviceTensor.ts";
export { type Backend, BACKENDS, type DeviceInfo } from "./DeviceInfo.ts";
export type { DeviceSensors } from "./DeviceSensors.ts";
export type { DeviceModule, Kernel, LaunchOptions } from "./DeviceModule.ts";
export { compileMoeKernels } from "./compileMoeKernels.ts";
export { type BackendDevices, devices } from "./devices.ts";
export { KernelHipError, type KernelHipDetails, type KernelHipErrorCode } from "./errors.ts";
export { gfx11OffsetRounding } from "./gfx11OffsetRounding.ts";
export {
  type DeviceGemm,
  launchMoeGemm,
  type MoeGemmSizes,
  moeGemmWorkspaceBytes,
  type PreparedGemm,
} from "./launchMoeGemm.ts";
export { launchTritonGemm, type TritonGemm, type TritonLaunch } from "./launchTritonGemm.ts";
export { tritonGemmW4A16, type TritonGemmRun } from "./tritonGemmW4A16.ts";
export {
  TRITON_WEIGHT_ROUNDING,
  type TritonConfiguration,
  tritonConfigurationFor,
  tritonConfigurations,
} from "./tritonConfigurations.ts";
export {
  type DeviceWeights,
  uploadMoeGemm,
  type UploadedGemm,
  uploadWeights,
} from "./uploadMoeGemm.ts";
export {
  type PlainWeights,
  prepareMoeWeights,
  restoreMoeWeights,
  type WeightSizes,
} from "./prepareMoeWeights.ts";
export type { PreparedMoeWeights } from "./PreparedMoeWeights.ts";
export {
  type DeviceLayer,
  type DeviceProjection,
  launchMoeForward,
  moeForwardWorkspaceBytes,
  type MoeLayerSizes,
  type MoeWeightSizes,
  type PreparedProjection,
} from "./launchMoeForward.ts";
export {
  type DeviceAlign,
  launchMoeAlign,
  type MoeAlignSizes,
  moeAlignWorkspaceBytes,
} from "./launchMoeAlign.ts";
export { moeForward, type MoeForwardOptions } from "./moeForward.ts";
export { type DeviceAlignOptions, moeAlignBlockSize } from "./moeAlignBlockSize.ts";
export { moeGemmW4A16, type MoeGemmRun } from "./moeGemmW4A16.ts";
export {
  CUDA_KERNEL_ARCHES,
  KERNEL_ARCHES,
  type MoeKernelCode,
  moeKernelCode,
  moeKernelName,
} from "./moeKernelCode.ts";
export type { MoeKernelShape } from "./moeKernelShape.ts";
export { moeWeightRounding } from "./moeWeightRounding.ts";
export type {
  ProfileScope,
  ProfileSink,
  RowHistogram,
  ScopeFacts,
  ScopeTimes,
} from "./ProfileScope.ts";
export { ChromeTrace, type ChromeTraceEvent, type ChromeTraceFile } from "./ChromeTrace.ts";
export { rangesSink, type RangesSink } from "./rangesSink.ts";
export { usesMoeKernel } from "./usesMoeKernel.ts";
export type { KernelArgument, OneArgument, TypedArgument } from "./KernelArgument.ts";
export {
  type DeviceOptions,
  type GpuDeviceOptions,
  openDevice,
  type SimDeviceOptions,
  type SimLaunch,
} from "./openDevice.ts";
