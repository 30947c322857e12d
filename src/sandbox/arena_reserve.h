// Memory set aside for Python's allocators, so that ordinary programs never ask the kernel for any.
#pragma once

#include "base/result.h"

namespace scribe::sandbox {

/// From now on Python's object arenas come out of one region that is reserved here, and malloc
/// keeps slack in its heap: a program that stays within them makes no mmap, munmap or brk call,
/// which would cost a resettable candidate its process. Beyond the region the kernel is asked as
/// usual. Must be called before Python starts, once. Errors: unsupported.
Status reserve_python_memory();

/// Makes sure that malloc has its slack now.
void refill_malloc_slack();

}  // namespace scribe::sandbox
