// A communicator made of messages from rank to rank.
#pragma once

#include <memory>

#include "base/env.h"
#include "comm/communicator.h"
#include "comm/transport.h"

namespace scribe {

/// Sends each part straight to who needs it: as many bytes as a ring, but every message has one
/// sender, whose silence can be told by name, and sums can be taken in the order of ranks.
///
/// Gives up on a rank of which nothing arrives for `wait_seconds`. The communicator owns the
/// transport, and ends without leaving it if leave() was not called. `env` must outlive it.
std::unique_ptr<Communicator> make_message_communicator(Env& env,
                                                        std::unique_ptr<Transport> transport,
                                                        double wait_seconds);

}  // namespace scribe
