#include "block.h"

#include <algorithm>
#include <csetjmp>
#include <cstdio>
#include <cstring>
#include <map>
#include <random>
#include <sys/mman.h>
#include <ucontext.h>
#include <vector>

#include "own_work.h"

namespace moe {
// What kernels declare as `extern __shared__`.
alignas(1024) thread_local char dynamicShared[moe_host::MOST_SHARED_BYTES];
}  // namespace moe

namespace moe_host {

Index thread_index, block_index, block_size, grid_size;

namespace {

constexpr size_t STACK_BYTES = 256 << 10;
constexpr uint32_t LANE_BYTES = 64;

/// One exchange between the lanes of a warp. Two take turns: who is behind still reads the one before.
struct Exchange {
    uint32_t arrived = 0;
    char values[WARP][LANE_BYTES];
};

struct Warp {
    Exchange exchanges[2];
    /// How many lanes have come, of every set that meets.
    std::map<uint32_t, uint32_t> arrived;
};

struct Thread {
    /// Where it begins, then where it stands: the former takes system calls.
    ucontext_t start;
    jmp_buf place;
    Index index;
    bool started = false;
    bool ended = false;
    uint32_t exchanges = 0;
    OwnWork work;
};

using Kernel = void(MOE_HOST_ABI*)(const void*);

struct Launch {
    Kernel kernel;
    const void* arguments;
    uint32_t shared_bytes;
    char* message;
    size_t capacity;
};

Launch launch;
bool failed;
jmp_buf scheduler;
std::vector<Thread> threads;
std::vector<Warp> warps;
std::vector<char*> stacks;
Thread* running;
uint32_t live, at_barrier, barriers_passed, at_named_barrier;
uint64_t advances;
std::vector<std::function<void()>> later;
std::mt19937_64 random_bits;
/// 0: everything asynchronous at once; 1: as late as possible; above: chance decides.
uint64_t timing;

void run_thread() {
    launch.kernel(launch.arguments);
    running->ended = true;
    --live;
    advance();
    _longjmp(scheduler, 1);
}

char* stack(size_t number) {
    while (stacks.size() <= number) {
        void* memory = mmap(nullptr, STACK_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        stacks.push_back(static_cast<char*>(memory));
    }
    return stacks[number];
}

void start_threads() {
    const uint32_t count = block_size.x * block_size.y * block_size.z;
    threads = std::vector<Thread>(count);
    warps = std::vector<Warp>((count + WARP - 1) / WARP);
    live = count;
    at_barrier = at_named_barrier = 0;
    for (uint32_t number = 0; number < count; ++number) {
        Thread& thread = threads[number];
        thread.index = {number % block_size.x, number / block_size.x % block_size.y, number / block_size.x / block_size.y};
        getcontext(&thread.start);
        thread.start.uc_stack.ss_sp = stack(number);
        thread.start.uc_stack.ss_size = STACK_BYTES;
        thread.start.uc_link = nullptr;
        makecontext(&thread.start, run_thread, 0);
    }
}

void resume(Thread& thread) {
    running = &thread;
    thread_index = thread.index;
    if (_setjmp(scheduler) != 0) return;
    if (thread.started) _longjmp(thread.place, 1);
    thread.started = true;
    setcontext(&thread.start);
}

/// Some of what was put off, in any order.
void do_some_later() {
    // What fails comes back here: no thread is running.
    if (_setjmp(scheduler) != 0) return;
    std::shuffle(later.begin(), later.end(), random_bits);
    const size_t count = 1 + random_bits() % later.size();
    for (size_t i = 0; i < count && !failed; ++i) {
        const auto work = std::move(later.back());
        later.pop_back();
        work();
    }
}

void run_block() {
    std::memset(moe::dynamicShared, 0xFF, sizeof(moe::dynamicShared));
    start_threads();
    std::vector<uint32_t> order(threads.size());
    for (uint32_t i = 0; i < order.size(); ++i) order[i] = i;
    for (uint32_t idle = 0; live > 0 && !failed;) {
        const uint64_t before = advances;
        if (timing > 1) std::shuffle(order.begin(), order.end(), random_bits);
        for (const uint32_t number : order)
            if (!threads[number].ended && !failed) resume(threads[number]);
        // A thread may have got further without anybody waiting for it: two rounds.
        idle = advances == before ? idle + 1 : 0;
        if (idle < 2 || failed || live == 0) continue;
        if (later.empty()) {
            std::snprintf(launch.message, launch.capacity, "%u threads of block %u wait forever", live, block_index.x);
            failed = true;
        } else {
            do_some_later();
            idle = 0;
        }
    }
    // What nobody waited for happens all the same.
    while (!later.empty() && !failed) do_some_later();
    later.clear();
}

}  // namespace

void fail(const char* what) {
    std::snprintf(launch.message, launch.capacity, "%s, block %u %u %u, thread %u", what, block_index.x, block_index.y,
                  block_index.z, thread_index.x);
    failed = true;
    _longjmp(scheduler, 1);
}

char* shared_at(uint32_t address, uint32_t bytes) {
    if (address + uint64_t(bytes) > launch.shared_bytes) fail("an access outside of dynamic shared memory");
    return moe::dynamicShared + address;
}

uint32_t shared_address(const void* pointer) {
    return static_cast<uint32_t>(static_cast<const char*>(pointer) - moe::dynamicShared);
}

void yield() {
    if (_setjmp(running->place) == 0) _longjmp(scheduler, 1);
}
void advance() { ++advances; }
bool happens_now() { return timing == 0 || (timing > 1 && random_bits() % 2 == 0); }
OwnWork& own_work() { return running->work; }

void asynchronously(std::function<void()> work) {
    if (happens_now())
        work();
    else
        later.push_back(std::move(work));
}

void sync_block() {
    const uint32_t passed = barriers_passed;
    ++at_barrier;
    advance();
    while (barriers_passed == passed) {
        if (at_barrier >= live) {
            at_barrier = 0;
            ++barriers_passed;
            advance();
        } else {
            yield();
        }
    }
}

void sync_lanes(uint32_t lanes) {
    if ((lanes >> lane() & 1) == 0) fail("a lane that is not in its own mask");
    uint32_t& arrived = warps[thread_index.x / WARP].arrived[lanes];
    const uint32_t count = __builtin_popcount(lanes), round = arrived / count;
    ++arrived;
    advance();
    while (arrived / count == round) yield();
}

void sync_threads(uint32_t count) {
    // Counts on and on: a thread comes back here only after all have been here.
    const uint32_t round = at_named_barrier++ / count;
    advance();
    while (at_named_barrier / count == round) yield();
}

void exchange_bytes(const void* value, uint32_t bytes, void* all) {
    if (bytes > LANE_BYTES) fail("a lane gives too many bytes");
    Exchange& exchange = warps[thread_index.x / WARP].exchanges[running->exchanges++ % 2];
    std::memcpy(exchange.values[lane()], value, bytes);
    // Counts on and on: a lane comes back here only after all have been here.
    const uint32_t round = exchange.arrived / WARP;
    ++exchange.arrived;
    advance();
    while (exchange.arrived / WARP == round) yield();
    for (uint32_t other = 0; other < WARP; ++other)
        std::memcpy(static_cast<char*>(all) + other * bytes, exchange.values[other], bytes);
}

/// Runs a kernel, block after block. Returns false with the reason in `message` where it did what hardware leaves
/// undefined.
extern "C" bool moe_host_launch(Kernel kernel, const void* arguments, const Index* grid, const Index* block,
                                uint32_t shared_bytes, uint64_t seed, char* message, size_t capacity) {
    launch = {kernel, arguments, shared_bytes, message, capacity};
    failed = false;
    timing = seed;
    random_bits.seed(seed);
    block_size = *block;
    grid_size = *grid;
    for (block_index.z = 0; block_index.z < grid->z; ++block_index.z)
        for (block_index.y = 0; block_index.y < grid->y; ++block_index.y)
            for (block_index.x = 0; block_index.x < grid->x && !failed; ++block_index.x) run_block();
    return !failed;
}

}  // namespace moe_host
