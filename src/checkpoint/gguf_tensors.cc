// Names as llama.cpp looks for them; modules of all families in one table, since they do not clash.
#include "checkpoint/gguf_tensors.h"

#include <algorithm>
#include <array>

#include "checkpoint/tensor_pieces.h"

namespace scribe {
namespace {

struct ModuleName {
  std::string_view hugging_face;
  std::string_view gguf;
};

constexpr std::array kModules = std::to_array<ModuleName>({
    {"wte", "token_embd"},
    {"embed_tokens", "token_embd"},
    {"wpe", "position_embd"},
    {"ln_f", "output_norm"},
    {"norm", "output_norm"},
    {"lm_head", "output"},
    {"ln_1", "attn_norm"},
    {"input_layernorm", "attn_norm"},
    {"attn.c_attn", "attn_qkv"},
    {"self_attn.q_proj", "attn_q"},
    {"self_attn.k_proj", "attn_k"},
    {"self_attn.v_proj", "attn_v"},
    {"attn.c_proj", "attn_output"},
    {"self_attn.o_proj", "attn_output"},
    {"ln_2", "ffn_norm"},
    {"post_attention_layernorm", "ffn_norm"},
    {"mlp.gate_proj", "ffn_gate"},
    {"mlp.up_proj", "ffn_up"},
    {"mlp.c_fc", "ffn_up"},
    {"mlp.down_proj", "ffn_down"},
    {"mlp.c_proj", "ffn_down"},
    {"self_attn.q_norm", "attn_q_norm"},
    {"self_attn.k_norm", "attn_k_norm"},
});

std::string_view gguf_module(std::string_view module) {
  const auto* const found = std::ranges::find(kModules, module, &ModuleName::hugging_face);
  SCRIBE_CHECK(found != kModules.end(), "no GGUF name for '{}'", module);
  return found->gguf;
}

/// "transformer.h.3.ln_1.weight" is "blk.3.attn_norm.weight".
std::string gguf_name(Family family, std::string_view name) {
  const std::string_view root = name_prefix(family);
  if (name.starts_with(root)) name.remove_prefix(root.size());
  std::string block;
  for (const std::string_view blocks : {"h.", "layers."}) {
    if (!name.starts_with(blocks)) continue;
    const std::size_t dot = name.find('.', blocks.size());
    block = fmt::format("blk.{}.", name.substr(blocks.size(), dot - blocks.size()));
    name.remove_prefix(dot + 1);
    break;
  }
  const std::size_t kind = name.rfind('.');
  return fmt::format("{}{}{}", block, gguf_module(name.substr(0, kind)), name.substr(kind));
}

/// Calls body(index at Hugging Face, index in GGUF) for every value.
template <typename Body>
void for_each_value(const GgufPlace& place, Body body) {
  const std::int64_t rows = place.shape[0];
  const std::int64_t cols = place.shape.size() == 2 ? place.shape[1] : 1;
  for (std::int64_t row = 0; row < rows; ++row) {
    std::int64_t source = row;
    if (place.order == GgufPlace::Order::pairs) {
      const std::int64_t in_head = row % place.head_size;
      source = row - in_head + in_head % 2 * (place.head_size / 2) + in_head / 2;
    }
    for (std::int64_t col = 0; col < cols; ++col) {
      const std::int64_t at =
          place.order == GgufPlace::Order::transposed ? col * rows + row : source * cols + col;
      body(static_cast<std::size_t>(at), static_cast<std::size_t>(row * cols + col));
    }
  }
}

}  // namespace

GgufPlace gguf_place(const ModelConfig& config, const ModelTensor& tensor) {
  GgufPlace place{.name = gguf_name(config.family, tensor.name), .shape = tensor.shape};
  const bool is_matrix = tensor.shape.size() == 2;
  const bool is_table = place.name == "token_embd.weight" || place.name == "position_embd.weight" ||
                        place.name == "output.weight";
  if (config.family == Family::gpt2 && is_matrix && !is_table) {
    place.order = GgufPlace::Order::transposed;
    std::ranges::reverse(place.shape);
  }
  const bool is_turned = place.name.find(".attn_q.") != std::string::npos ||
                         place.name.find(".attn_k.") != std::string::npos;
  const bool has_pairs = config.family == Family::llama || config.family == Family::mistral;
  if (has_pairs && is_turned) {
    place.order = GgufPlace::Order::pairs;
    place.head_size = config.head_size();
  }
  return place;
}

void to_gguf(const GgufPlace& place, std::span<const float> from, std::span<float> to) {
  SCRIBE_CHECK(from.size() == to.size(), "{} and {} values", from.size(), to.size());
  for_each_value(
      place, [&](std::size_t hugging_face, std::size_t gguf) { to[gguf] = from[hugging_face]; });
}

void from_gguf(const GgufPlace& place, std::span<const float> from, std::span<float> to) {
  SCRIBE_CHECK(from.size() == to.size(), "{} and {} values", from.size(), to.size());
  for_each_value(
      place, [&](std::size_t hugging_face, std::size_t gguf) { to[hugging_face] = from[gguf]; });
}

}  // namespace scribe
