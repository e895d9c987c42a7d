// One thread block of a CUDA kernel on a machine without a GPU. Its threads are fibers, and each runs until it waits for
// another. What is asynchronous on a GPU happens at once, or as late as the waits for it allow, as a seed decides.
#pragma once

#include <cstdint>
#include <functional>

namespace moe_host {

constexpr uint32_t WARP = 32;
/// Most dynamic shared memory of a thread block (Hopper).
constexpr uint32_t MOST_SHARED_BYTES = 232448;

struct Index {
    uint32_t x, y, z;
};

/// Of the running thread.
extern Index thread_index, block_index, block_size, grid_size;

inline uint32_t lane() { return thread_index.x % WARP; }

/// Fails the launch: the kernel did what hardware leaves undefined.
[[noreturn]] void fail(const char* what);

/// Address of shared memory of which `bytes` are accessed; fails outside of what the launch asked for.
char* shared_at(uint32_t address, uint32_t bytes);
uint32_t shared_address(const void* pointer);

/// Lets the other threads run; who waits looks again afterwards. Fails where nobody gets any further.
void yield();
/// Something happened that another thread may wait for.
void advance();

/// Waits for all threads of the block that have not ended.
void sync_block();
/// Waits for that many threads of the block, always the same ones.
void sync_threads(uint32_t count);

/// Waits for these lanes of the warp, of which the running thread is one.
void sync_lanes(uint32_t lanes);

/// Every lane of the warp gives some bytes, at most 64, and gets those of all, lane after lane.
void exchange_bytes(const void* value, uint32_t bytes, void* all);

template <class T>
struct Lanes {
    T at[WARP];
};

template <class T>
Lanes<T> exchange(const T& value) {
    Lanes<T> all;
    exchange_bytes(&value, sizeof(T), &all);
    return all;
}

/// Whether something that may happen now or later happens now.
bool happens_now();
/// Does something now, or at the latest when nobody gets any further without it.
void asynchronously(std::function<void()> work);

/// Asynchronous work that the running thread itself waits for.
struct OwnWork;
OwnWork& own_work();

}  // namespace moe_host
