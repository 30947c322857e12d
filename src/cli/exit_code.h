// Exit codes of the program.
#pragma once

#include "base/result.h"

namespace scribe::cli {

enum ExitCode : int {
  kExitDone = 0,
  kExitFailed = 1,
  kExitUsage = 2,
  kExitEnvironment = 3,  ///< this machine cannot do it (no sandbox, no such instruction set)
  kExitBarNotMet = 4,    ///< --fail-under
  kExitInterrupted = 130,
};

inline int exit_code_of(const Error& failure) {
  switch (failure.code()) {
    case ErrorCode::invalid_argument:
      return kExitUsage;
    case ErrorCode::unsupported:
      return kExitEnvironment;
    case ErrorCode::interrupted:
      return kExitInterrupted;
    default:
      return kExitFailed;
  }
}

}  // namespace scribe::cli
