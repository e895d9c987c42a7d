// Where a multiplying thread stands.
#pragma once

namespace moe {

/// Four warps are a group.
struct Lane {
    int group;
    int warp;
    int lane;
    __device__ __forceinline__ int thread() const { return warp * 32 + lane; }
};

}  // namespace moe
