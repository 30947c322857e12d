// Pair i of a position turns by position * theta^(-2i / size) (Su et al. 2021, section 3.2.2).
#include "model/rotary_table.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

namespace scribe {
namespace {

/// The pair, as a number between indices, that turns `turns` times within `context`.
double pair_of(const ModelConfig& config, double turns) {
  const double period = config.rotary_yarn.original_context / (turns * 2 * std::numbers::pi);
  return config.rotary_size * std::log(period) / (2 * std::log(config.rotary_theta));
}

/// How much of pair i YaRN leaves as it is. The bounds, and the limit of size - 1 though there are
/// only half as many pairs, are those of the authors' program and of what was trained with it.
double yarn_share(const ModelConfig& config, std::int64_t i) {
  const double low = std::max(std::floor(pair_of(config, config.rotary_yarn.fast)), 0.0);
  double high = std::min(std::ceil(pair_of(config, config.rotary_yarn.slow)),
                         static_cast<double>(config.rotary_size - 1));
  if (high == low) high += 0.001;  // Nothing in between.
  return 1 - std::clamp((static_cast<double>(i) - low) / (high - low), 0.0, 1.0);
}

/// How much of pair i that turns by `frequency` Llama 3's scaling leaves as it is.
double bands_share(const RotaryBands& bands, double frequency) {
  const double turns = bands.original_context * frequency / (2 * std::numbers::pi);
  return std::clamp((turns - bands.low) / (bands.high - bands.low), 0.0, 1.0);
}

/// Radians per position of pair i.
double frequency_of(const ModelConfig& config, std::int64_t i) {
  const double exponent = -static_cast<double>(2 * i) / config.rotary_size;
  const double frequency = std::pow(config.rotary_theta, exponent);
  double share = 0;
  if (config.rotary_bands.original_context > 0)
    share = bands_share(config.rotary_bands, frequency);
  else if (config.rotary_yarn.original_context > 0)
    share = yarn_share(config, i);
  return share * frequency + (1 - share) * (frequency / config.rotary_factor);
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
  const bool is_yarn = config.rotary_yarn.original_context > 0;
  const double length = is_yarn ? config.rotary_yarn.attention_factor : 1;
  std::vector<float> cosines;
  std::vector<float> sines;
  for (std::int64_t position = 0; position < config.context; ++position)
    for (std::int64_t i = 0; i < pairs; ++i) {
      const double angle = static_cast<double>(position) * frequencies[static_cast<std::size_t>(i)];
      cosines.push_back(static_cast<float>(length * std::cos(angle)));
      sines.push_back(static_cast<float>(length * std::sin(angle)));
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
