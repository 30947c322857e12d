// Prefill and decoding steps over a backend's operations, in buffers that are allocated once.
#include "model/decoder.h"

#include <algorithm>

namespace scribe {

class PrefixCache {
 public:
  PrefixCache(Backend& backend, const GptConfig& config, std::int64_t length)
      : length_(length),
        width_(config.width),
        values_offset_(config.layers * length * config.width),
        buffer_(backend.allocate(2 * values_offset_)) {}

  std::int64_t length() const { return length_; }
  Matrix keys(std::int64_t layer) const { return at(layer * length_ * width_); }
  Matrix values(std::int64_t layer) const { return at(values_offset_ + layer * length_ * width_); }

 private:
  Matrix at(std::int64_t offset) const { return {buffer_->data() + offset, length_, width_}; }

  std::int64_t length_;
  std::int64_t width_;
  std::int64_t values_offset_;
  std::unique_ptr<Buffer> buffer_;
};

struct Decoder::State {
  State(Backend& backend_, const Parameters& parameters_, std::int64_t rows_max_,
        std::int64_t suffix_max_)
      : backend(backend_),
        parameters(parameters_),
        config(parameters_.config()),
        rows_max(rows_max_),
        suffix_max(suffix_max_) {
    SCRIBE_CHECK(rows_max > 0 && suffix_max > 0, "rows_max {}, suffix_max {}", rows_max,
                 suffix_max);
    const std::int64_t rows = std::max<std::int64_t>(rows_max, config.context);
    const std::int64_t C = config.width;
    x = backend.allocate(rows * C);
    norm = backend.allocate(rows * C);
    qkv = backend.allocate(rows * 3 * C);
    attended = backend.allocate(rows * C);
    hidden = backend.allocate(rows * 4 * C);
    mean = backend.allocate(rows);
    rstd = backend.allocate(rows);
    log_sum_exp = backend.allocate(std::int64_t{config.heads} * config.context);
    logits = backend.allocate(rows_max * config.vocabulary_size);
    suffix = backend.allocate(2 * config.layers * rows_max * suffix_max * C);
  }

  Matrix view(const std::unique_ptr<Buffer>& buffer, std::int64_t rows, std::int64_t cols) const {
    return {buffer->data(), rows, cols};
  }
  float* suffix_keys(std::int64_t layer, std::int64_t slot) const {
    return suffix->data() + (2 * layer * rows_max + slot) * suffix_max * config.width;
  }
  float* suffix_values(std::int64_t layer, std::int64_t slot) const {
    return suffix->data() + ((2 * layer + 1) * rows_max + slot) * suffix_max * config.width;
  }

  void normalize(Matrix in, std::span<const float> weight, std::span<const float> bias,
                 Matrix out) {
    const auto rows = static_cast<std::size_t>(in.rows);
    backend.layer_norm(in, weight, bias, config.layer_norm_epsilon, out, mean->span().first(rows),
                       rstd->span().first(rows));
  }

  void embed(std::int64_t rows) {
    backend.embed(tokens, positions, parameters.token_table, parameters.position_table,
                  view(x, rows, config.width));
  }

  /// q, k and v of the first `rows` rows of the residual stream.
  void project_qkv(const BlockViews& block, std::int64_t rows) {
    const Matrix normed = view(norm, rows, config.width);
    normalize(view(x, rows, config.width), block.ln_1_weight, block.ln_1_bias, normed);
    backend.linear(normed, block.qkv_weight, block.qkv_bias, {}, view(qkv, rows, 3 * config.width));
  }

  /// What follows attention: its projection and the two-layer network, both added to `stream`.
  void finish_block(const BlockViews& block, ConstMatrix heads_out, Matrix stream) {
    const std::int64_t rows = stream.rows;
    const Matrix normed = view(norm, rows, config.width);
    const Matrix inner = view(hidden, rows, 4 * config.width);
    backend.linear(heads_out, block.projection_weight, block.projection_bias, stream, stream);
    normalize(stream, block.ln_2_weight, block.ln_2_bias, normed);
    backend.linear(normed, block.fc_weight, block.fc_bias, {}, inner);
    const std::span<float> values(inner.data, static_cast<std::size_t>(rows * inner.cols));
    backend.gelu(values, values);
    backend.linear(inner, block.fc_projection_weight, block.fc_projection_bias, stream, stream);
  }

  void read_out(Matrix stream, std::span<float> host_logits) {
    const std::int64_t V = config.vocabulary_size;
    SCRIBE_CHECK(static_cast<std::int64_t>(host_logits.size()) == stream.rows * V,
                 "logits of {} floats for {} rows of {}", host_logits.size(), stream.rows, V);
    const Matrix normed = view(norm, stream.rows, config.width);
    const Matrix out = view(logits, stream.rows, V);
    normalize(stream, parameters.ln_f_weight, parameters.ln_f_bias, normed);
    backend.head_logits(normed, parameters.token_table, out);
    backend.download({out.data, host_logits.size()}, host_logits);
  }

  /// Fills tokens, positions and decode_rows from the rows of a step.
  void begin_step(std::span<const Row> rows) {
    tokens.clear();
    positions.clear();
    decode_rows.assign(rows.size(), {});
    for (const Row& row : rows) {
      SCRIBE_CHECK(row.prefix != nullptr && row.slot >= 0 && row.slot < rows_max, "slot {} of {}",
                   row.slot, rows_max);
      const std::int64_t position = row.prefix->length() + row.suffix_length;
      SCRIBE_CHECK(row.suffix_length < suffix_max && position < config.context,
                   "suffix of {} (at most {}), position {} of {}", row.suffix_length, suffix_max,
                   position, config.context);
      tokens.push_back(row.token);
      positions.push_back(static_cast<std::int32_t>(position));
    }
  }

  void attend_step(std::int64_t layer, std::span<const Row> rows) {
    for (std::size_t r = 0; r < rows.size(); ++r)
      decode_rows[r] = {.prefix_keys = rows[r].prefix->keys(layer).data,
                        .prefix_values = rows[r].prefix->values(layer).data,
                        .prefix_length = rows[r].prefix->length(),
                        .suffix_keys = suffix_keys(layer, rows[r].slot),
                        .suffix_values = suffix_values(layer, rows[r].slot),
                        .suffix_length = rows[r].suffix_length + 1};
    const auto count = static_cast<std::int64_t>(rows.size());
    backend.attention_decode(config.heads, view(qkv, count, 3 * config.width), decode_rows,
                             view(attended, count, config.width));
  }

  Backend& backend;
  const Parameters& parameters;
  GptConfig config;
  std::int64_t rows_max;
  std::int64_t suffix_max;
  std::unique_ptr<Buffer> x, norm, qkv, attended, hidden, mean, rstd, log_sum_exp, logits;
  std::unique_ptr<Buffer> suffix;  // [layer][keys, values][slot][suffix_max][C]
  std::vector<std::int32_t> tokens;
  std::vector<std::int32_t> positions;
  std::vector<DecodeRow> decode_rows;
};

Decoder::Decoder(Backend& backend, const Parameters& parameters, std::int64_t rows_max,
                 std::int64_t suffix_max)
    : state_(std::make_unique<State>(backend, parameters, rows_max, suffix_max)) {}

Decoder::~Decoder() = default;

std::shared_ptr<const PrefixCache> Decoder::prefill(std::span<const std::int32_t> prompt,
                                                    std::span<float> logits) {
  State& s = *state_;
  const std::int64_t C = s.config.width;
  const auto length = static_cast<std::int64_t>(prompt.size());
  SCRIBE_CHECK(length >= 1 && length <= s.config.context, "prompt of {} tokens, context {}", length,
               s.config.context);
  auto cache = std::make_shared<PrefixCache>(s.backend, s.config, length);
  s.tokens.assign(prompt.begin(), prompt.end());
  s.positions.resize(prompt.size());
  for (std::size_t t = 0; t < prompt.size(); ++t) s.positions[t] = static_cast<std::int32_t>(t);
  s.embed(length);

  const AttentionShape shape{
      .batch = 1, .time = length, .heads = s.config.heads, .head_size = s.config.head_size()};
  const Matrix x = s.view(s.x, length, C);
  const Matrix qkv = s.view(s.qkv, length, 3 * C);
  const Matrix attended = s.view(s.attended, length, C);
  const Matrix x_last(x.row(length - 1), 1, C);
  const Matrix attended_last(attended.row(length - 1), 1, C);
  for (std::int32_t layer = 0; layer < s.config.layers; ++layer) {
    const BlockViews& block = s.parameters.blocks[static_cast<std::size_t>(layer)];
    s.project_qkv(block, length);
    s.backend.copy(ConstMatrix(qkv.data + C, length, C, qkv.stride), cache->keys(layer));
    s.backend.copy(ConstMatrix(qkv.data + 2 * C, length, C, qkv.stride), cache->values(layer));
    s.backend.attention(
        shape, qkv, {}, attended,
        s.log_sum_exp->span().first(static_cast<std::size_t>(length * shape.heads)));
    // Nothing reads the last layer's other rows: only the last position's logits are wanted.
    const bool is_last = layer + 1 == s.config.layers;
    s.finish_block(block, is_last ? attended_last : attended, is_last ? x_last : x);
  }
  s.read_out(x_last, logits);
  return cache;
}

void Decoder::step(std::span<const Row> rows, std::span<float> logits) {
  State& s = *state_;
  const auto count = static_cast<std::int64_t>(rows.size());
  SCRIBE_CHECK(count >= 1 && count <= s.rows_max, "{} rows, at most {}", count, s.rows_max);
  s.begin_step(rows);
  s.embed(count);
  const Matrix x = s.view(s.x, count, s.config.width);
  for (std::int32_t layer = 0; layer < s.config.layers; ++layer) {
    const BlockViews& block = s.parameters.blocks[static_cast<std::size_t>(layer)];
    s.project_qkv(block, count);
    s.attend_step(layer, rows);
    s.finish_block(block, s.view(s.attended, count, s.config.width), x);
  }
  s.read_out(x, logits);
}

}  // namespace scribe
