// Splits a loop into chunks of a fixed size for the thread pool.
#pragma once

#include <algorithm>
#include <cstdint>

#include "base/thread_pool.h"

namespace scribe {

/// Calls body(begin, end, chunk) for [0, count) in chunks of `chunk_size`, on any thread.
template <typename Body>
void for_each_chunk(ThreadPool& pool, std::int64_t count, std::int64_t chunk_size, Body body) {
  pool.run((count + chunk_size - 1) / chunk_size, [&](std::int64_t chunk, int) {
    body(chunk * chunk_size, std::min(count, (chunk + 1) * chunk_size), chunk);
  });
}

}  // namespace scribe
