// Names as the classes of transformers give them (modeling_gpt2.py ... modeling_starcoder2.py).
#include "checkpoint/tensor_pieces.h"

#include <algorithm>

namespace scribe {
namespace {

/// Names of a family's modules. Of the parts of attention and network either one or several tensors
/// make up ours.
struct FamilyNames {
  std::string_view root;
  std::string_view token_table;
  std::string_view position_table;
  std::string_view blocks;
  std::string_view norm_1;
  std::vector<std::string_view> qkv;
  std::string_view projection;
  std::string_view norm_2;
  std::vector<std::string_view> network;
  std::string_view network_projection;
  std::string_view norm_f;
};

FamilyNames names_of(Family family) {
  FamilyNames gpt{"transformer.", "wte",  "wpe",        "h",          "ln_1", {"attn.c_attn"},
                  "attn.c_proj",  "ln_2", {"mlp.c_fc"}, "mlp.c_proj", "ln_f"};
  FamilyNames llama{"model.",
                    "embed_tokens",
                    "",
                    "layers",
                    "input_layernorm",
                    {"self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"},
                    "self_attn.o_proj",
                    "post_attention_layernorm",
                    {"mlp.gate_proj", "mlp.up_proj"},
                    "mlp.down_proj",
                    "norm"};
  switch (family) {
    case Family::gpt2:
    case Family::gpt_bigcode:
      return gpt;
    case Family::gpt_neo:
      gpt.qkv = {"attn.attention.q_proj", "attn.attention.k_proj", "attn.attention.v_proj"};
      gpt.projection = "attn.attention.out_proj";
      return gpt;
    case Family::codegen:
      gpt.qkv = {"attn.qkv_proj"};
      gpt.projection = "attn.out_proj";
      gpt.network = {"mlp.fc_in"};
      gpt.network_projection = "mlp.fc_out";
      return gpt;
    case Family::llama:
    case Family::mistral:
    case Family::qwen2:
    case Family::qwen3:
      return llama;
    case Family::starcoder2:
      llama.network = {"mlp.c_fc"};
      llama.network_projection = "mlp.c_proj";
      return llama;
  }
  SCRIBE_UNREACHABLE();
}

/// Columns of a parameter that come from one run of rows.
struct Part {
  std::string_view module;
  std::int64_t row = 0;
  std::int64_t rows = 0;
  std::int64_t col = 0;
  std::int64_t rows_in_file = 0;
};

class PieceList {
 public:
  PieceList(const ModelConfig& config, const std::vector<ParameterInfo>& layout)
      : config_(config), layout_(layout), names_(names_of(config.family)) {}

  std::vector<TensorPiece> make() {
    for (parameter_ = 0; parameter_ < layout_.size(); ++parameter_) add(layout_[parameter_]);
    return std::move(pieces_);
  }

 private:
  void add(const ParameterInfo& info) {
    constexpr std::string_view kBlock = "transformer.h.";
    const std::string& name = info.name;
    const std::string root(names_.root);
    const std::string kind = name.substr(name.rfind('.') + 1);  // "weight" or "bias"
    if (name.starts_with("lm_head.")) return add_whole(name);
    if (name == "transformer.wte.weight")
      return add_whole(fmt::format("{}{}.weight", root, names_.token_table));
    if (name == "transformer.wpe.weight")
      return add_whole(fmt::format("{}{}.weight", root, names_.position_table));
    if (name.starts_with("transformer.ln_f."))
      return add_whole(fmt::format("{}{}.{}", root, names_.norm_f, kind));
    SCRIBE_CHECK(name.starts_with(kBlock), "no file name for '{}'", name);
    const std::size_t dot = name.find('.', kBlock.size());
    const std::string block = fmt::format("{}{}.{}.", root, names_.blocks,
                                          name.substr(kBlock.size(), dot - kBlock.size()));
    const std::string module = name.substr(dot + 1, name.rfind('.') - dot - 1);
    if (module == "ln_1") return add_whole(fmt::format("{}{}.{}", block, names_.norm_1, kind));
    if (module == "ln_2") return add_whole(fmt::format("{}{}.{}", block, names_.norm_2, kind));
    if (module == "attn.q_norm" || module == "attn.k_norm")
      return add_whole(fmt::format("{}self_{}.{}", block, module, kind));
    for (const Part& part : parts_of(module)) add_part(block, kind, part);
  }

  void add_whole(std::string name) {
    const ParameterInfo& info = layout_[parameter_];
    pieces_.push_back({.name = std::move(name),
                       .shape = info.shape,
                       .row = 0,
                       .rows = info.shape[0],
                       .parameter = parameter_,
                       .col = 0,
                       .transposed = false});
  }

  void add_part(const std::string& block, const std::string& kind, const Part& part) {
    const ParameterInfo& info = layout_[parameter_];
    std::string name = fmt::format("{}{}.{}", block, part.module, kind);
    // GPT-2's Conv1D alone holds (in, out).
    if (config_.family == Family::gpt2) return add_whole(std::move(name));
    std::vector<std::int64_t> shape = {part.rows_in_file};
    if (info.shape.size() == 2) shape.push_back(info.shape[0]);
    pieces_.push_back({.name = std::move(name),
                       .shape = std::move(shape),
                       .row = part.row,
                       .rows = part.rows,
                       .parameter = parameter_,
                       .col = part.col,
                       .transposed = info.shape.size() == 2});
  }

  static Part whole(std::string_view module, std::int64_t rows, std::int64_t col = 0) {
    return {.module = module, .row = 0, .rows = rows, .col = col, .rows_in_file = rows};
  }

  std::vector<Part> parts_of(const std::string& module) const {
    const std::int64_t C = config_.width;
    if (module == "attn.c_proj") return {whole(names_.projection, C)};
    if (module == "mlp.c_proj") return {whole(names_.network_projection, C)};
    if (module == "mlp.c_fc") {
      if (names_.network.size() == 1) return {whole(names_.network[0], config_.hidden_width())};
      const std::int64_t F = config_.inner();
      return {whole(names_.network[0], F), whole(names_.network[1], F, F)};
    }
    SCRIBE_CHECK(module == "attn.c_attn", "no file name for '{}'", module);
    if (config_.family == Family::codegen) return codegen_qkv();
    if (names_.qkv.size() == 1) return {whole(names_.qkv[0], config_.qkv_width())};
    const std::int64_t Q = config_.attended_width();
    const std::int64_t K = config_.key_width();
    return {whole(names_.qkv[0], Q), whole(names_.qkv[1], K, Q), whole(names_.qkv[2], K, Q + K)};
  }

  /// Four groups of heads, as it was sharded over four processors, each with its q, v and k.
  std::vector<Part> codegen_qkv() const {
    constexpr std::int64_t kGroups = 4;
    const std::int64_t C = config_.width;
    const std::int64_t part = C / kGroups;
    std::vector<Part> parts;
    for (std::int64_t group = 0; group < kGroups; ++group) {
      const std::int64_t row = group * 3 * part;
      const std::int64_t col = group * part;
      parts.push_back({names_.qkv[0], row, part, col, 3 * C});
      parts.push_back({names_.qkv[0], row + part, part, 2 * C + col, 3 * C});
      parts.push_back({names_.qkv[0], row + 2 * part, part, C + col, 3 * C});
    }
    return parts;
  }

  const ModelConfig& config_;
  const std::vector<ParameterInfo>& layout_;
  FamilyNames names_;
  std::size_t parameter_ = 0;
  std::vector<TensorPiece> pieces_;
};

}  // namespace

std::vector<TensorPiece> tensor_pieces(const ModelConfig& config,
                                       const std::vector<ParameterInfo>& layout) {
  return PieceList(config, layout).make();
}

std::string_view name_prefix(Family family) {
  return names_of(family).root;
}

bool is_computed_buffer(std::string_view name) {
  return name.ends_with(".attn.bias") || name.ends_with(".attn.masked_bias") ||
         name.ends_with(".attention.bias") || name.ends_with(".attention.masked_bias") ||
         name.ends_with(".attn.causal_mask") || name.ends_with(".rotary_emb.inv_freq");
}

}  // namespace scribe
