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

/// Finds tensors by name.
class Viewer {
 public:
  Viewer(const std::vector<ParameterInfo>& layout,
         const std::function<TensorStart(const ParameterInfo&)>& place)
      : layout_(layout), place_(place) {}

  /// Empty if there is no such tensor.
  std::span<float> vector(const std::string& name) const {
    const ParameterInfo* const info = find(name);
    if (info == nullptr) return {};
    return {place_(*info).floats, static_cast<std::size_t>(info->size)};
  }
  NormViews norm(const std::string& name) const {
    return {vector(name + ".weight"), vector(name + ".bias")};
  }
  WeightView matrix(const std::string& name) const {
    const ParameterInfo* const info = find(name);
    if (info == nullptr) return {};
    SCRIBE_CHECK(info->shape.size() == 2, "{} is no matrix", name);
    const TensorStart start = place_(*info);
    return {
        .data = start.floats, .bf16 = start.bf16, .rows = info->shape[0], .cols = info->shape[1]};
  }

 private:
  const ParameterInfo* find(const std::string& name) const {
    const auto found = std::ranges::find(layout_, name, &ParameterInfo::name);
    return found == layout_.end() ? nullptr : &*found;
  }

  const std::vector<ParameterInfo>& layout_;
  const std::function<TensorStart(const ParameterInfo&)>& place_;
};

BlockViews view_block(const Viewer& view, std::int32_t layer) {
  const std::string block = fmt::format("transformer.h.{}.", layer);
  return {
      .norm_1 = view.norm(block + "ln_1"),
      .qkv_weight = view.matrix(block + "attn.c_attn.weight"),
      .qkv_bias = view.vector(block + "attn.c_attn.bias"),
      .head_norms = {view.vector(block + "attn.q_norm.weight"),
                     view.vector(block + "attn.k_norm.weight")},
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
    if (config.head_norms)
      for (const char* const name : {"attn.q_norm.weight", "attn.k_norm.weight"})
        add(layout, block + name, {config.head_size()});
    add_linear(layout, block + "attn.c_proj", config.attended_width(), C, config.projection_bias);
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

Result<WeightStorage> weight_storage_named(std::string_view name) {
  for (const WeightStorage storage : {WeightStorage::f32, WeightStorage::bf16})
    if (name == name_of(storage)) return storage;
  return error(ErrorCode::invalid_argument,
               "weights cannot be stored as '{}', expected 'f32' or 'bf16'", name);
}

std::string_view name_of(WeightStorage storage) {
  return storage == WeightStorage::f32 ? "f32" : "bf16";
}

ParameterViews view_tensors(const ModelConfig& config, const std::vector<ParameterInfo>& layout,
                            const std::function<TensorStart(const ParameterInfo&)>& place) {
  const Viewer view(layout, place);
  ParameterViews views{.token_table = view.matrix("transformer.wte.weight"),
                       .position_table = view.matrix("transformer.wpe.weight"),
                       .own_head_table = view.matrix("lm_head.weight"),
                       .head_bias = view.vector("lm_head.bias"),
                       .blocks = {},
                       .norm_f = view.norm("transformer.ln_f")};
  for (std::int32_t layer = 0; layer < config.layers; ++layer)
    views.blocks.push_back(view_block(view, layer));
  return views;
}

Parameters::Parameters(Backend& backend, const ModelConfig& config, WeightStorage storage)
    : config_(config), storage_(storage), layout_(parameter_layout(config)) {
  for (const ParameterInfo& info : layout_) {
    size_ += info.size;
    if (info.decays) decaying_size_ += info.size;
  }
  if (storage == WeightStorage::bf16) {
    bf16_buffer_ = backend.allocate((decaying_size_ + 1) / 2);
    buffer_ = backend.allocate(size_ - decaying_size_);
  } else {
    buffer_ = backend.allocate(size_);
  }
  static_cast<ParameterViews&>(*this) =
      view_tensors(config, layout_, [this](const ParameterInfo& info) -> TensorStart {
        if (storage_ == WeightStorage::bf16 && info.decays)
          return {.bf16 = bf16_tensor(info).data()};
        return {.floats = tensor(info).data()};
      });
}

std::span<float> Parameters::all() const {
  SCRIBE_CHECK(storage_ == WeightStorage::f32, "parameters in bf16 are no block of floats");
  return buffer_->span();
}

std::span<float> Parameters::decaying() const {
  return all().first(static_cast<std::size_t>(decaying_size_));
}

std::span<std::uint16_t> Parameters::decaying_bf16() const {
  SCRIBE_CHECK(storage_ == WeightStorage::bf16, "parameters are floats, not bf16");
  return {reinterpret_cast<std::uint16_t*>(bf16_buffer_->data()),
          static_cast<std::size_t>(decaying_size_)};
}

std::span<float> Parameters::not_decaying() const {
  return buffer_->span().last(static_cast<std::size_t>(size_ - decaying_size_));
}

std::span<float> Parameters::tensor(const ParameterInfo& info) const {
  const auto size = static_cast<std::size_t>(info.size);
  if (info.decays) return all().subspan(static_cast<std::size_t>(info.offset), size);
  return not_decaying().subspan(static_cast<std::size_t>(info.offset - decaying_size_), size);
}

std::span<std::uint16_t> Parameters::bf16_tensor(const ParameterInfo& info) const {
  return decaying_bf16().subspan(static_cast<std::size_t>(info.offset),
                                 static_cast<std::size_t>(info.size));
}

std::span<const float> Parameters::read(Backend& backend, const ParameterInfo& info,
                                        std::vector<float>& copy) const {
  if (storage_ == WeightStorage::f32 || !info.decays)
    return backend.in_host_memory(tensor(info), copy);
  copy.resize(static_cast<std::size_t>(info.size));
  backend.download_bf16(bf16_tensor(info), copy);
  return copy;
}

void Parameters::write(Backend& backend, const ParameterInfo& info, std::span<const float> values) {
  if (storage_ == WeightStorage::f32 || !info.decays)
    backend.upload(values, tensor(info));
  else
    backend.upload_bf16(values, bf16_tensor(info));
}

void initialize(Backend& backend, Parameters& parameters, std::uint64_t seed) {
  for (const ParameterInfo& info : parameters.layout())
    parameters.write(backend, info, first_values(info, parameters.config(), seed));
}

}  // namespace scribe
