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
  std::vector<std::string> logit_bias;
  std::string weights = "f32";
};

/// Of --strip-prompts: see stripped_prompt() in sample/prompt.h.
inline constexpr const char* kStripPromptsHelp =
    "Leave out white space at a prompt's end, which models that have only read code write "
    "themselves; not before a suffix";

/// --weights.
void add_weights_option(CLI::App& command, std::string& weights);

/// --temperature: one or several.
void add_temperatures_option(CLI::App& command, std::vector<double>& temperatures,
                             double by_default);

/// All the others of GenerateOptions that decide samples, as --top-p and --stop.
void add_sampling_options(CLI::App& command, GenerateOptions& generate, SamplingFlags& flags);

/// Fills in `generate` what the flags say. Errors: invalid_argument naming the option.
Status resolve_sampling_flags(const SamplingFlags& flags, GenerateOptions& generate);

}  // namespace scribe::cli
