// Fibers on stacks of their own, and the scheduler that takes a block from barrier to barrier.
#include "backend/cuda/host/block.h"

#include <sys/mman.h>

#include <array>
#include <cstring>
#include <vector>

#include "backend/cuda/host/device_memory.h"
#include "base/check.h"

// Keeps the registers that a call must keep, and goes on where `to` was left (System V, x86-64).
extern "C" void scribe_switch_fiber(void** from, void* to);
asm(R"(
.text
.globl scribe_switch_fiber
.type scribe_switch_fiber, @function
scribe_switch_fiber:
  pushq %rbp
  pushq %rbx
  pushq %r12
  pushq %r13
  pushq %r14
  pushq %r15
  movq %rsp, (%rdi)
  movq %rsi, %rsp
  popq %r15
  popq %r14
  popq %r13
  popq %r12
  popq %rbx
  popq %rbp
  ret
.size scribe_switch_fiber, .-scribe_switch_fiber
)");

namespace scribe::cuda {
namespace {

constexpr unsigned kThreadsMax = 1024;
constexpr auto kLanes = static_cast<unsigned>(kWarp);
constexpr std::size_t kStackBytes = std::size_t{64} << 10;
constexpr std::size_t kSharedBytesMax = std::size_t{228} << 10;
constexpr std::size_t kPageBytes = 4096;

enum class State { ready, at_block, at_warp, done };

struct Fiber {
  void* stack_pointer = nullptr;
  State state = State::ready;
  unsigned line = 0;       ///< of the barrier where it waits
  unsigned exchanges = 0;  ///< that it has been through
};

class Block {
 public:
  Block() {
    stacks_ = map(kThreadsMax * kStackBytes);
    shared_ = map(round_up(kSharedBytesMax, kPageBytes) + kPageBytes);
    // What is read or written behind the end is caught.
    ::mprotect(shared_ + round_up(kSharedBytesMax, kPageBytes), kPageBytes, PROT_NONE);
  }

  void run(unsigned threads, std::size_t shared_bytes, void (*body)(const void*),
           const void* argument) {
    body_ = body;
    argument_ = argument;
    shared_bytes_ = round_up(shared_bytes, 16);
    std::memset(shared(), 0xff, shared_bytes_);
    count_ = threads;
    for (unsigned i = 0; i < threads; ++i) start(i);
    const unsigned warps = threads / kLanes;
    while (true) {
      backwards_ = !backwards_;
      for (unsigned i = 0; i < warps; ++i) run_warp(backwards_ ? warps - 1 - i : i);
      if (all_done()) return;
      release();
    }
  }

  std::byte* shared() { return shared_ + round_up(kSharedBytesMax, kPageBytes) - shared_bytes_; }

  void wait(unsigned line) { leave(State::at_block, line); }

  std::uint64_t exchange(std::uint64_t value, unsigned mask, unsigned line) {
    const unsigned parity = fibers_[current_].exchanges++ % 2;  // One lane may be one call ahead.
    values_[parity][current_] = value;
    leave(State::at_warp, line);
    return values_[parity][current_ ^ mask];
  }

 private:
  static std::size_t round_up(std::size_t a, std::size_t b) { return (a + b - 1) / b * b; }

  static std::byte* map(std::size_t bytes) {
    void* const memory =
        ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    SCRIBE_CHECK(memory != MAP_FAILED, "out of memory: {} bytes", bytes);
    return static_cast<std::byte*>(memory);
  }

  static void enter();

  void start(unsigned index) {
    // Six registers and the address to go on at, so that enter() finds its stack as after a call.
    auto** const top = reinterpret_cast<void**>(stacks_ + (index + 1) * kStackBytes) - 8;
    for (int i = 0; i < 6; ++i) top[i] = nullptr;
    top[6] = reinterpret_cast<void*>(&Block::enter);
    top[7] = nullptr;
    fibers_[index] = {.stack_pointer = top};
  }

  void resume(unsigned index) {
    if (fibers_[index].state != State::ready) return;
    current_ = index;
    threadIdx.x = index;
    scribe_switch_fiber(&scheduler_, fibers_[index].stack_pointer);
  }

  void leave(State state, unsigned line) {
    Fiber& fiber = fibers_[current_];
    fiber.state = state;
    fiber.line = line;
    scribe_switch_fiber(&fiber.stack_pointer, scheduler_);
  }

  /// As far as it comes without the others: they have done nothing of it yet, if nobody waits.
  void run_warp(unsigned warp) {
    const unsigned begin = warp * kLanes;
    do {
      for (unsigned i = 0; i < kLanes; ++i) resume(begin + (backwards_ ? kLanes - 1 - i : i));
    } while (release_warp(begin));
  }

  /// Lets the lanes go on if all have come to the same exchange.
  bool release_warp(unsigned begin) {
    if (!together(begin, kLanes, State::at_warp)) return false;
    make_ready(begin, kLanes);
    return true;
  }

  bool all_done() const {
    for (unsigned i = 0; i < count_; ++i)
      if (fibers_[i].state != State::done) return false;
    return true;
  }

  /// Do all of these fibers wait at the same place?
  bool together(unsigned begin, unsigned count, State state) const {
    for (unsigned i = begin; i < begin + count; ++i)
      if (fibers_[i].state != state || fibers_[i].line != fibers_[begin].line) return false;
    return true;
  }

  void make_ready(unsigned begin, unsigned count) {
    for (unsigned i = begin; i < begin + count; ++i) fibers_[i].state = State::ready;
  }

  void release() {
    SCRIBE_CHECK(together(0, count_, State::at_block),
                 "block ({}, {}, {}): threads diverge: thread 0 is at line {}{}", blockIdx.x,
                 blockIdx.y, blockIdx.z, fibers_[0].line,
                 fibers_[0].state == State::done ? ", and has ended" : "");
    make_ready(0, count_);
  }

  std::byte* stacks_ = nullptr;
  std::byte* shared_ = nullptr;
  std::size_t shared_bytes_ = 0;
  void (*body_)(const void*) = nullptr;
  const void* argument_ = nullptr;
  void* scheduler_ = nullptr;
  unsigned count_ = 0;
  unsigned current_ = 0;
  bool backwards_ = false;
  std::array<Fiber, kThreadsMax> fibers_;
  std::array<std::array<std::uint64_t, kThreadsMax>, 2> values_;

  friend Block& block();
};

/// Kernels find their block by their thread, as they do on a device.
Block& block() {
  thread_local Block instance;
  return instance;
}

void Block::enter() {
  Block& own = block();
  own.body_(own.argument_);
  own.leave(State::done, 0);
  SCRIBE_UNREACHABLE();
}

}  // namespace

void run_grid(Grid grid, unsigned threads, std::size_t shared_bytes, void (*body)(const void*),
              const void* argument) {
  SCRIBE_CHECK(threads % kWarp == 0 && threads > 0 && threads <= kThreadsMax, "{} threads",
               threads);
  SCRIBE_CHECK(shared_bytes <= kSharedBytesMax - 1024, "{} bytes of shared memory", shared_bytes);
  SCRIBE_CHECK(grid.x > 0 && grid.y > 0 && grid.y < 65536 && grid.z > 0 && grid.z < 65536,
               "grid ({}, {}, {})", grid.x, grid.y, grid.z);
  const DeviceMemoryAccess access;
  blockDim = {threads, 1, 1};
  gridDim = {grid.x, grid.y, grid.z};
  for (unsigned z = 0; z < grid.z; ++z)
    for (unsigned y = 0; y < grid.y; ++y)
      for (unsigned x = 0; x < grid.x; ++x) {
        blockIdx = {x, y, z};
        block().run(threads, shared_bytes, body, argument);
      }
}

void wait_for_block(unsigned line) {
  block().wait(line);
}

std::uint64_t exchange_in_warp(std::uint64_t value, unsigned mask, unsigned line) {
  return block().exchange(value, mask, line);
}

void* shared_memory() {
  return block().shared();
}

}  // namespace scribe::cuda
