// Finds and loads the plugin that speaks MPI.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/env.h"
#include "base/rank.h"
#include "comm/transport.h"

namespace scribe {

/// Joins the job of an MPI launcher, which told that this is `launched`, through the first
/// libscribe_mpi.so in `folders`. Once in a process.
///
/// Errors: unsupported, saying what to install or how to build, if there is no plugin, if it does
/// not load (no MPI library), or if MPI knows of another job than the launcher.
Result<std::unique_ptr<Transport>> join_mpi(Env& env, const std::vector<std::string>& folders,
                                            RankOf launched);

}  // namespace scribe
