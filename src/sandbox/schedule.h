// How long a candidate has run and how long it has waited for a core: slow, or starved.
#pragma once

#include <sys/types.h>

#include "sandbox/unique_fd.h"
#include "sandbox/wire.h"

namespace scribe::sandbox {

/// Seconds that a process has run, and has waited for a core although it could run.
struct Schedule {
  double ran = 0;
  double delayed = 0;
};

/// Of the process behind `handle`, a pidfd; zeros if the kernel does not say.
Schedule schedule_of(const UniqueFd& handle);

/// Receives the next message of the launcher and the descriptor that comes with it, if one does. At
/// the end of the connection, `reply` is a `failed`.
UniqueFd receive_with_descriptor(int socket, LauncherReply& reply);

}  // namespace scribe::sandbox
