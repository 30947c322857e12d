// Pair i of a position turns by position * theta^(-2i / size) (Su et al. 2021, section 3.2.2).
#include "model/rotary_table.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

namespace scribe {
namespace {

/// Radians per position of pair i.
double frequency_of(const ModelConfig& config, std::int64_t i) {
  const double exponent = -static_cast<double>(2 * i) / config.rotary_size;
  const double frequency = std::pow(config.rotary_theta, exponent);
  const RotaryBands& bands = config.rotary_bands;
  const double slow = frequency / config.rotary_factor;
  if (bands.original_context == 0) return slow;
  const double turns = bands.original_context * frequency / (2 * std::numbers::pi);
  const double share = std::clamp((turns - bands.low) / (bands.high - bands.low), 0.0, 1.0);
  return share * frequency + (1 - share) * slow;
}

}  // namespace

std::vector<double> rotary_frequencies(const ModelConfig& config) {
  std::vector<double> frequencies;
  for (std::int64_t i = 0; i < config.rotary_size / 2; ++i)
    frequencies.push_back(frequency_of(config, i));
  return frequencies;
}

RotaryTable::RotaryTable(Backend& backend, const ModelConfig& config) : backend_(backend) {
  if (config.rotary_size == 0) return;
  const std::int64_t pairs = config.rotary_size / 2;
  const std::vector<double> frequencies = rotary_frequencies(config);
  std::vector<float> cosines;
  std::vector<float> sines;
  for (std::int64_t position = 0; position < config.context; ++position)
    for (std::int64_t i = 0; i < pairs; ++i) {
      const double angle = static_cast<double>(position) * frequencies[static_cast<std::size_t>(i)];
      cosines.push_back(static_cast<float>(std::cos(angle)));
      sines.push_back(static_cast<float>(std::sin(angle)));
    }
  cosines_ = backend.allocate(std::ssize(cosines));
  sines_ = backend.allocate(std::ssize(sines));
  backend.upload(cosines, cosines_->span());
  backend.upload(sines, sines_->span());
  rotation_ = {.cosines = ConstMatrix(cosines_->data(), config.context, pairs),
               .sines = ConstMatrix(sines_->data(), config.context, pairs),
               .pairs = config.rotary_pairs,
               .heads = config.heads + config.key_heads(),  // k follows q.
               .head_size = config.head_size()};
}

void RotaryTable::apply(std::span<const std::int32_t> positions, bool inverse, Matrix qkv) const {
  if (cosines_) backend_.rotate(rotation_, positions, inverse, qkv);
}

}  // namespace scribe
