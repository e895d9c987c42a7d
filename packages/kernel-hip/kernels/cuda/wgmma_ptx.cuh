// The instruction: one instantiation for every number of tokens.
#pragma once

namespace moe {

/// Orders earlier writes of registers before the next multiplication reads them.
__device__ __forceinline__ void multiplyFence() { asm volatile("wgmma.fence.sync.aligned;" ::: "memory"); }
__device__ __forceinline__ void multiplyCommit() { asm volatile("wgmma.commit_group.sync.aligned;" ::: "memory"); }

template <int Pending>
__device__ __forceinline__ void multiplyWait() {
    asm volatile("wgmma.wait_group.sync.aligned %0;" ::"n"(Pending) : "memory");
}

template <class Element, int N>
struct Multiply;

// One list of accumulators per eight tokens; a longer list starts with the shorter one.
#define MOE_NAMES_1 "%0, %1, %2, %3"
#define MOE_NAMES_2 MOE_NAMES_1 ", %4, %5, %6, %7"
#define MOE_NAMES_3 MOE_NAMES_2 ", %8, %9, %10, %11"
#define MOE_NAMES_4 MOE_NAMES_3 ", %12, %13, %14, %15"
#define MOE_NAMES_5 MOE_NAMES_4 ", %16, %17, %18, %19"
#define MOE_NAMES_6 MOE_NAMES_5 ", %20, %21, %22, %23"
#define MOE_NAMES_7 MOE_NAMES_6 ", %24, %25, %26, %27"
#define MOE_NAMES_8 MOE_NAMES_7 ", %28, %29, %30, %31"
#define MOE_NAMES_9 MOE_NAMES_8 ", %32, %33, %34, %35"
#define MOE_NAMES_10 MOE_NAMES_9 ", %36, %37, %38, %39"
#define MOE_NAMES_11 MOE_NAMES_10 ", %40, %41, %42, %43"
#define MOE_NAMES_12 MOE_NAMES_11 ", %44, %45, %46, %47"
#define MOE_NAMES_13 MOE_NAMES_12 ", %48, %49, %50, %51"
#define MOE_NAMES_14 MOE_NAMES_13 ", %52, %53, %54, %55"
#define MOE_NAMES_15 MOE_NAMES_14 ", %56, %57, %58, %59"
#define MOE_NAMES_16 MOE_NAMES_15 ", %60, %61, %62, %63"
#define MOE_NAMES_17 MOE_NAMES_16 ", %64, %65, %66, %67"
#define MOE_NAMES_18 MOE_NAMES_17 ", %68, %69, %70, %71"
#define MOE_OPERANDS_1 "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
#define MOE_OPERANDS_2 MOE_OPERANDS_1, "+f"(d[4]), "+f"(d[5]), "+f"(d[6]), "+f"(d[7])
#define MOE_OPERANDS_3 MOE_OPERANDS_2, "+f"(d[8]), "+f"(d[9]), "+f"(d[10]), "+f"(d[11])
#define MOE_OPERANDS_4 MOE_OPERANDS_3, "+f"(d[12]), "+f"(d[13]), "+f"(d[14]), "+f"(d[15])
#define MOE_OPERANDS_5 MOE_OPERANDS_4, "+f"(d[16]), "+f"(d[17]), "+f"(d[18]), "+f"(d[19])
#define MOE_OPERANDS_6 MOE_OPERANDS_5, "+f"(d[20]), "+f"(d[21]), "+f"(d[22]), "+f"(d[23])
#define MOE_OPERANDS_7 MOE_OPERANDS_6, "+f"(d[24]), "+f"(d[25]), "+f"(d[26]), "+f"(d[27])
#define MOE_OPERANDS_8 MOE_OPERANDS_7, "+f"(d[28]), "+f"(d[29]), "+f"(d[30]), "+f"(d[31])
#define MOE_OPERANDS_9 MOE_OPERANDS_8, "+f"(d[32]), "+f"(d[33]), "+f"(d[34]), "+f"(d[35])
#define MOE_OPERANDS_10 MOE_OPERANDS_9, "+f"(d[36]), "+f"(d[37]), "+f"(d[38]), "+f"(d[39])
#define MOE_OPERANDS_11 MOE_OPERANDS_10, "+f"(d[40]), "+f"(d[41]), "+f"(d[42]), "+f"(d[43])
#define MOE_OPERANDS_12 MOE_OPERANDS_11, "+f"(d[44]), "+f"(d[45]), "+f"(d[46]), "+f"(d[47])
#define MOE_OPERANDS_13 MOE_OPERANDS_12, "+f"(d[48]), "+f"(d[49]), "+f"(d[50]), "+f"(d[51])
#define MOE_OPERANDS_14 MOE_OPERANDS_13, "+f"(d[52]), "+f"(d[53]), "+f"(d[54]), "+f"(d[55])
#define MOE_OPERANDS_15 MOE_OPERANDS_14, "+f"(d[56]), "+f"(d[57]), "+f"(d[58]), "+f"(d[59])
#define MOE_OPERANDS_16 MOE_OPERANDS_15, "+f"(d[60]), "+f"(d[61]), "+f"(d[62]), "+f"(d[63])
#define MOE_OPERANDS_17 MOE_OPERANDS_16, "+f"(d[64]), "+f"(d[65]), "+f"(d[66]), "+f"(d[67])
#define MOE_OPERANDS_18 MOE_OPERANDS_17, "+f"(d[68]), "+f"(d[69]), "+f"(d[70]), "+f"(d[71])

#define MOE_MULTIPLY(ELEMENT, TYPE, N, EIGHTS, A0, A1, A2, A3, B)                                                       \
    template <>                                                                                                        \
    struct Multiply<ELEMENT, N> {                                                                                      \
        static __device__ __forceinline__ void run(float (&d)[N / 2], const u32 (&a)[4], u64 b) {                      \
            asm volatile("{\n.reg .pred p;\nsetp.ne.b32 p, 1, 0;\n"                                                   \
                         "wgmma.mma_async.sync.aligned.m64n" #N "k16.f32." TYPE "." TYPE " {" MOE_NAMES_##EIGHTS       \
                         "}, {" A0 ", " A1 ", " A2 ", " A3 "}, " B ", p, 1, 1, 0;\n}"                                  \
                         : MOE_OPERANDS_##EIGHTS                                                                       \
                         : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "l"(b));                                        \
        }                                                                                                              \
    };
#define MOE_MULTIPLY_BOTH(...)                 \
    MOE_MULTIPLY(Bf16, "bf16", __VA_ARGS__) \
    MOE_MULTIPLY(F16, "f16", __VA_ARGS__)

MOE_MULTIPLY_BOTH(8, 1, "%4", "%5", "%6", "%7", "%8")
MOE_MULTIPLY_BOTH(16, 2, "%8", "%9", "%10", "%11", "%12")
MOE_MULTIPLY_BOTH(24, 3, "%12", "%13", "%14", "%15", "%16")
MOE_MULTIPLY_BOTH(32, 4, "%16", "%17", "%18", "%19", "%20")
MOE_MULTIPLY_BOTH(40, 5, "%20", "%21", "%22", "%23", "%24")
MOE_MULTIPLY_BOTH(48, 6, "%24", "%25", "%26", "%27", "%28")
MOE_MULTIPLY_BOTH(56, 7, "%28", "%29", "%30", "%31", "%32")
MOE_MULTIPLY_BOTH(64, 8, "%32", "%33", "%34", "%35", "%36")
MOE_MULTIPLY_BOTH(72, 9, "%36", "%37", "%38", "%39", "%40")
MOE_MULTIPLY_BOTH(80, 10, "%40", "%41", "%42", "%43", "%44")
MOE_MULTIPLY_BOTH(88, 11, "%44", "%45", "%46", "%47", "%48")
MOE_MULTIPLY_BOTH(96, 12, "%48", "%49", "%50", "%51", "%52")
MOE_MULTIPLY_BOTH(104, 13, "%52", "%53", "%54", "%55", "%56")
MOE_MULTIPLY_BOTH(112, 14, "%56", "%57", "%58", "%59", "%60")
MOE_MULTIPLY_BOTH(120, 15, "%60", "%61", "%62", "%63", "%64")
MOE_MULTIPLY_BOTH(128, 16, "%64", "%65", "%66", "%67", "%68")
MOE_MULTIPLY_BOTH(136, 17, "%68", "%69", "%70", "%71", "%72")
MOE_MULTIPLY_BOTH(144, 18, "%72", "%73", "%74", "%75", "%76")


}  // namespace moe
