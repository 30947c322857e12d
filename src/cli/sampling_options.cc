// The options that decide samples.
#include "cli/sampling_options.h"

#include <fmt/format.h>

#include <charconv>

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

/// "ID=VALUE" each.
Result<std::vector<LogitBias>> logit_bias(const std::vector<std::string>& texts) {
  std::vector<LogitBias> all;
  for (const std::string& text : texts) {
    std::int32_t token = 0;
    double value = 0;
    const char* const end = text.data() + text.size();
    const auto [equals, token_error] = std::from_chars(text.data(), end, token);
    const bool parsed = token_error == std::errc() && equals != end && *equals == '=' &&
                        std::from_chars(equals + 1, end, value).ptr == end && equals + 1 != end;
    if (!parsed)
      return error(ErrorCode::invalid_argument,
                   "--logit-bias '{}': expected TOKEN=BIAS, for example 198=-5", text);
    all.push_back({.token = token, .bias = value});
  }
  return all;
}

}  // namespace

void add_temperatures_option(CLI::App& command, std::vector<double>& temperatures,
                             double by_default) {
  command
      .add_option("--temperature", temperatures,
                  "Divides the logits; 0 takes the most likely token. Several, as 0.2,0.8: a file "
                  "for each, FILE.t0.2.jsonl and so on for FILE.jsonl")
      ->delimiter(',')
      ->default_str(fmt::format("{}", by_default));
}

void add_sampling_options(CLI::App& command, GenerateOptions& generate, SamplingFlags& flags) {
  command.add_option("--top-p", generate.sampler.top_p, "Nucleus: keep this share of probability")
      ->capture_default_str();
  command.add_option("--top-k", generate.sampler.top_k, "Keep this many tokens; 0 keeps all")
      ->capture_default_str();
  command
      .add_option("--min-p", generate.sampler.min_p,
                  "Drop tokens of less than this share of the most likely one's probability")
      ->capture_default_str();
  command
      .add_option("--repetition-penalty", generate.sampler.repetition_penalty,
                  "Divides the positive logits of tokens in prompt and completion, multiplies the "
                  "negative ones")
      ->capture_default_str();
  command
      .add_option("--presence-penalty", generate.sampler.presence_penalty,
                  "Subtracted from the logits of tokens in the completion")
      ->capture_default_str();
  command
      .add_option("--frequency-penalty", generate.sampler.frequency_penalty,
                  "Subtracted as often as the completion has the token")
      ->capture_default_str();
  command.add_option("--logit-bias", flags.logit_bias,
                     "TOKEN=BIAS, -100 to 100, added to a token's logit; repeat for more");
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
  SCRIBE_TRY_ASSIGN(generate.sampler.logit_bias, logit_bias(flags.logit_bias));
  SCRIBE_TRY_ASSIGN(generate.weights, weight_format_named(flags.weights));
  return {};
}

}  // namespace scribe::cli
