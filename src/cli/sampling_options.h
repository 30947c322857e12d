// The options that decide samples, shared by the commands that draw some.
#pragma once

#include <string>
#include <vector>

#include "cli/command.h"
#include "sample/engine.h"

namespace scribe::cli {

/// What the user typed, where GenerateOptions holds something else.
struct SamplingFlags {
  std::vector<std::string> stop;
  bool no_stop = false;
  std::string weights = "f32";
};

/// --weights.
void add_weights_option(CLI::App& command, std::string& weights);

/// --temperature, --top-p, --top-k, --max-tokens, --seed, --stop, --no-stop, --truncate-prompts,
/// --weights.
void add_sampling_options(CLI::App& command, GenerateOptions& generate, SamplingFlags& flags);

/// Fills in `generate` what the flags say. Errors: invalid_argument naming the option.
Status resolve_sampling_flags(const SamplingFlags& flags, GenerateOptions& generate);

}  // namespace scribe::cli
