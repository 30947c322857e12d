// Where each tensor of a model lies, and its first values.
#include "model/parameters.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/hash.h"
#include "base/philox.h"

namespace scribe {
namespace {

void add(std::vector<ParameterInfo>& layout, std::string name, std::vector<std::int64_t> shape) {
  const std::int64_t size =
      std::accumulate(shape.begin(), shape.end(), std::int64_t{1}, std::multiplies<>());
  const bool decays = shape.size() > 1;
  layout.push_back(
      {.name = std::move(name), .shape = std::move(shape), .size = size, .decays = decays});
}

void add_linear(std::vector<ParameterInfo>& layout, const std::string& name, std::int64_t inputs,
                std::int64_t outputs, bool has_bias) {
  add(layout, name + ".weight", {inputs, outputs});
  if (has_bias) add(layout, name + ".bias", {outputs});
}

void add_norm(std::vector<ParameterInfo>& layout, const std::string& name,
              const ModelConfig& config) {
  add(layout, name + ".weight", {config.width});
  if (config.norm == NormKind::layer) add(layout, name + ".bias", {config.width});
}

// The views of a block point into the parameters' memory.
class Viewer {
 public:
  explicit Viewer(const Parameters& parameters) : parameters_(parameters) {}

  /// Empty if there is no such tensor.
  std::span<float> vector(const std::string& name) const {
    const ParameterInfo* const info = find(name);
    return info == nullptr ? std::span<float>() : parameters_.tensor(*info);
  }
  NormViews norm(const std::string& name) const {
    return {vector(name + ".weight"), vector(name + ".bias")};
  }
  Matrix matrix(const std::string& name) const {
    const ParameterInfo* const info = find(name);
    if (info == nullptr) return {};
    SCRIBE_CHECK(info->shape.size() == 2, "{} is no matrix", name);
    return {parameters_.tensor(*info).data(), info->shape[0], info->shape[1]};
  }

 private:
  const ParameterInfo* find(const std::string& name) const {
    const auto& layout = parameters_.layout();
    const auto found = std::ranges::find(layout, name, &ParameterInfo::name);
    return found == layout.end() ? nullptr : &*found;
  }

  const Parameters& parameters_;
};

BlockViews view_block(const Viewer& view, std::int32_t layer) {
  const std::string block = fmt::format("transformer.h.{}.", layer);
  return {
      .norm_1 = view.norm(block + "ln_1"),
      .qkv_weight = view.matrix(block + "attn.c_attn.weight"),
      .qkv_bias = view.vector(block + "attn.c_attn.bias"),
      .projection_weight = view.matrix(block + "attn.c_proj.weight"),
      .projection_bias = view.vector(block + "attn.c_proj.bias"),
      .norm_2 = view.norm(block + "ln_2"),
      .fc_weight = view.matrix(block + "mlp.c_fc.weight"),
      .fc_bias = view.vector(block + "mlp.c_fc.bias"),
      .fc_projection_weight = view.matrix(block + "mlp.c_proj.weight"),
      .fc_projection_bias = view.vector(block + "mlp.c_proj.bias"),
  };
}

/// Standard deviation of a matrix' first values (Radford et al. 2019 section 2.3).
double deviation_of(const ParameterInfo& info, const ModelConfig& config) {
  if (info.name == "transformer.wpe.weight") return 0.01;
  if (info.name.ends_with(".c_proj.weight")) return 0.02 / std::sqrt(2.0 * config.layers);
  return 0.02;
}

std::vector<float> first_values(const ParameterInfo& info, const ModelConfig& config,
                                std::uint64_t seed) {
  const bool is_norm_weight = !info.decays && info.name.ends_with(".weight");
  std::vector<float> values(static_cast<std::size_t>(info.size), is_norm_weight ? 1.0F : 0.0F);
  if (!info.decays) return values;
  // The stream is named, not numbered: a layer more does not change the layers that were there.
  PhiloxStream random(seed, hash64(info.name));
  const double deviation = deviation_of(info, config);
  for (float& value : values) value = static_cast<float>(deviation * random.next_normal());
  return values;
}

}  // namespace

std::vector<ParameterInfo> parameter_layout(const ModelConfig& config) {
  const std::int64_t C = config.width;
  std::vector<ParameterInfo> layout;
  add(layout, "transformer.wte.weight", {config.vocabulary_size, C});
  if (config.learned_positions) add(layout, "transformer.wpe.weight", {config.context, C});
  for (std::int32_t layer = 0; layer < config.layers; ++layer) {
    const std::string block = fmt::format("transformer.h.{}.", layer);
    add_norm(layout, block + "ln_1", config);
    add_linear(layout, block + "attn.c_attn", C, config.qkv_width(), config.qkv_bias);
    add_linear(layout, block + "attn.c_proj", C, C, config.projection_bias);
    if (!config.parallel) add_norm(layout, block + "ln_2", config);
    add_linear(layout, block + "mlp.c_fc", C, config.hidden_width(), config.network_bias);
    add_linear(layout, block + "mlp.c_proj", config.inner(), C, config.network_bias);
  }
  add_norm(layout, "transformer.ln_f", config);
  if (!config.tied_head) add(layout, "lm_head.weight", {config.vocabulary_size, C});
  if (config.head_bias) add(layout, "lm_head.bias", {config.vocabulary_size});
  std::ranges::stable_partition(layout, &ParameterInfo::decays);
  std::int64_t offset = 0;
  for (ParameterInfo& info : layout) {
    info.offset = offset;
    offset += info.size;
  }
  SCRIBE_CHECK(offset == parameter_count(config), "layout {} but count {}", offset,
               parameter_count(config));
  return layout;
}

Parameters::Parameters(Backend& backend, const ModelConfig& config)
    : config_(config),
      layout_(parameter_layout(config)),
      buffer_(backend.allocate(parameter_count(config))) {
  for (const ParameterInfo& info : layout_)
    if (info.decays) decaying_size_ += info.size;
  const Viewer view(*this);
  token_table = view.matrix("transformer.wte.weight");
  position_table = view.matrix("transformer.wpe.weight");
  own_head_table = view.matrix("lm_head.weight");
  head_bias = view.vector("lm_head.bias");
  for (std::int32_t layer = 0; layer < config.layers; ++layer)
    blocks.push_back(view_block(view, layer));
  norm_f = view.norm("transformer.ln_f");
}

std::span<float> Parameters::decaying() const {
  return all().first(static_cast<std::size_t>(decaying_size_));
}

std::span<float> Parameters::not_decaying() const {
  return all().subspan(static_cast<std::size_t>(decaying_size_));
}

std::span<float> Parameters::tensor(const ParameterInfo& info) const {
  return all().subspan(static_cast<std::size_t>(info.offset), static_cast<std::size_t>(info.size));
}

void initialize(Backend& backend, Parameters& parameters, std::uint64_t seed) {
  for (const ParameterInfo& info : parameters.layout())
    backend.upload(first_values(info, parameters.config(), seed), parameters.tensor(info));
}

}  // namespace scribe
