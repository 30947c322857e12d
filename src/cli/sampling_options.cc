// The options that decide samples.
#include "cli/sampling_options.h"

namespace scribe::cli {
namespace {

/// Shells make newlines awkward to type: \n, \t and \\ in a stop string are the characters they
/// name.
Result<std::string> unescape(const std::string& text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\') {
      plain += text[i];
      continue;
    }
    const char name = i + 1 < text.size() ? text[++i] : '\0';
    if (name != 'n' && name != 't' && name != '\\')
      return error(ErrorCode::invalid_argument,
                   "--stop '{}': after a backslash only n, t or another backslash may stand", text);
    plain += name == 'n' ? '\n' : name == 't' ? '\t' : '\\';
  }
  return plain;
}

Result<std::vector<std::string>> stop_strings(const SamplingFlags& flags) {
  if (flags.no_stop) return std::vector<std::string>{};
  if (flags.stop.empty()) return default_stop_strings();
  std::vector<std::string> strings;
  for (const std::string& text : flags.stop) {
    SCRIBE_TRY_ASSIGN(std::string plain, unescape(text));
    strings.push_back(std::move(plain));
  }
  return strings;
}

}  // namespace

void add_sampling_options(CLI::App& command, GenerateOptions& generate, SamplingFlags& flags) {
  command
      .add_option("--temperature", generate.sampler.temperature,
                  "Divides the logits; 0 takes the most likely token")
      ->capture_default_str();
  command.add_option("--top-p", generate.sampler.top_p, "Nucleus: keep this share of probability")
      ->capture_default_str();
  command.add_option("--top-k", generate.sampler.top_k, "Keep this many tokens; 0 keeps all")
      ->capture_default_str();
  command.add_option("--max-tokens", generate.max_tokens, "New tokens per completion, at most")
      ->capture_default_str();
  command.add_option("--seed", generate.seed, "Same seed, same samples")->capture_default_str();
  CLI::Option* stop = command.add_option(
      "--stop", flags.stop,
      "End before this text (\\n, \\t, \\\\ are understood); repeat for more. Without it the "
      "paper's: \\nclass, \\ndef, \\n#, \\nif, \\nprint");
  command.add_flag("--no-stop", flags.no_stop, "No stop strings: end of text only")->excludes(stop);
  command.add_flag("--truncate-prompts", generate.truncate_prompts,
                   "Cut long prompts on the left instead of refusing them");
  add_weights_option(command, flags.weights);
}

void add_weights_option(CLI::App& command, std::string& weights) {
  command
      .add_option("--weights", weights,
                  "Bits of the weights: f32, or f16 or int8, which are faster and round")
      ->capture_default_str();
}

Status resolve_sampling_flags(const SamplingFlags& flags, GenerateOptions& generate) {
  SCRIBE_TRY_ASSIGN(generate.stop, stop_strings(flags));
  SCRIBE_TRY_ASSIGN(generate.weights, weight_format_named(flags.weights));
  return {};
}

}  // namespace scribe::cli
