// Limits and the size of a GPT-2 family decoder.
#include "model/config.h"

#include <cmath>
#include <string_view>

namespace scribe {
namespace {

// Generous next to the largest published decoder of this form (96 layers, width 12288, 2048
// positions), small enough that products of them fit 64 bits with room to spare.
constexpr std::int32_t kLayersMax = 1024;
constexpr std::int32_t kWidthMax = 1 << 16;
constexpr std::int32_t kVocabularyMax = 1 << 22;
constexpr std::int32_t kContextMax = 1 << 20;

Status check_range(std::string_view field, std::int32_t value, std::int32_t max) {
  if (value >= 1 && value <= max) return {};
  return error(ErrorCode::invalid_argument, "model: {} is {}, expected 1 to {}", field, value, max);
}

}  // namespace

Status validate(const GptConfig& config) {
  SCRIBE_TRY(check_range("layers", config.layers, kLayersMax));
  SCRIBE_TRY(check_range("width", config.width, kWidthMax));
  SCRIBE_TRY(check_range("heads", config.heads, config.width));
  SCRIBE_TRY(check_range("vocabulary_size", config.vocabulary_size, kVocabularyMax));
  SCRIBE_TRY(check_range("context", config.context, kContextMax));
  if (config.width % config.heads != 0)
    return error(ErrorCode::invalid_argument, "model: width {} is not a multiple of heads {}",
                 config.width, config.heads);
  if (config.head_size() % 8 != 0)
    return error(ErrorCode::invalid_argument,
                 "model: width {} / heads {} gives a head size of {}, expected a multiple of 8",
                 config.width, config.heads, config.head_size());
  if (!(config.layer_norm_epsilon > 0 && config.layer_norm_epsilon < 1))
    return error(ErrorCode::invalid_argument,
                 "model: layer_norm_epsilon is {}, expected more than 0 and less than 1",
                 config.layer_norm_epsilon);
  return {};
}

std::int64_t parameter_count(const GptConfig& config) {
  const std::int64_t C = config.width;
  return config.layers * (12 * C * C + 13 * C) + 2 * C +
         (config.vocabulary_size + config.context) * C;
}

}  // namespace scribe
