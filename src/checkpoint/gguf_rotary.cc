// The factors of assumed parameters are computed and compared with those of the file.
#include "checkpoint/gguf_rotary.h"

#include <algorithm>
#include <cmath>

#include "model/rotary_table.h"

namespace scribe {

bool has_rotary_factors(const ModelConfig& config) {
  return config.rotary_size > 0 && config.rotary_bands.original_context > 0;
}

std::vector<float> rotary_factors(const ModelConfig& config) {
  ModelConfig plain = config;
  plain.rotary_factor = 1;
  const std::vector<double> unscaled = rotary_frequencies(plain);
  const std::vector<double> scaled = rotary_frequencies(config);
  std::vector<float> factors;
  for (std::size_t i = 0; i < scaled.size(); ++i)
    factors.push_back(static_cast<float>(unscaled[i] / scaled[i]));
  return factors;
}

Status read_rotary_factors(const GgufFile& file, std::int32_t original_context,
                           ModelConfig& config) {
  std::vector<float> factors(static_cast<std::size_t>(config.rotary_size / 2));
  SCRIBE_TRY(file.read(kRotaryFactors, {std::ssize(factors)}, factors));
  constexpr std::string_view kRemedy =
      "make the checkpoint of the model's Hugging Face directory "
      "instead (scribe import --hf)";
  if (config.rotary_factor != 1 || config.rotary_yarn.original_context > 0)
    return error(
        ErrorCode::unsupported,
        "{}: rotations are scaled by keys (rope.scaling.type) and by '{}', only one of them is "
        "supported; {}",
        file.path(), kRotaryFactors, kRemedy);
  ModelConfig assumed = config;
  assumed.rotary_factor = double{std::ranges::max(factors)};
  assumed.rotary_bands = {.original_context = original_context, .low = 1, .high = 4};
  // Not finite, or below 1: no such model, whose factors would be compared with nonsense.
  const bool is_factor = assumed.rotary_factor >= 1 && std::isfinite(assumed.rotary_factor);
  const std::vector<float> expected = is_factor ? rotary_factors(assumed) : std::vector<float>();
  for (std::size_t i = 0; i < factors.size(); ++i)
    if (!is_factor ||
        !(std::abs(double{factors[i]} / double{expected[i]} - 1) <= kRotaryFactorError))
      return error(ErrorCode::unsupported,
                   "{}: value {} of '{}' is {}, expected {} of Llama 3's scaling (factor {}, "
                   "low_freq_factor 1, high_freq_factor 4, original context {}); {}",
                   file.path(), i, kRotaryFactors, factors[i],
                   is_factor ? fmt::format("{}", expected[i]) : "1 or more", assumed.rotary_factor,
                   original_context, kRemedy);
  config = assumed;
  return {};
}

}  // namespace scribe
