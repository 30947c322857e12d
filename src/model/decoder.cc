// Prefill and decoding steps over a backend's operations, in buffers that are allocated once.
#include "model/decoder.h"

#include <algorithm>

#include "model/rotary_table.h"

namespace scribe {

class PrefixCache {
 public:
  PrefixCache(Backend& backend, const ModelConfig& config, std::int64_t length)
      : length_(length),
        key_width_(config.key_width()),
        values_offset_(config.layers * length * key_width_),
        buffer_(backend.allocate(2 * values_offset_)) {}

  std::int64_t length() const { return length_; }
  Matrix keys(std::int64_t layer) const { return at(layer * length_ * key_width_); }
  Matrix values(std::int64_t layer) const {
    return at(values_offset_ + layer * length_ * key_width_);
  }

 private:
  Matrix at(std::int64_t offset) const { return {buffer_->data() + offset, length_, key_width_}; }

  std::int64_t length_;
  std::int64_t key_width_;
  std::int64_t values_offset_;
  std::unique_ptr<Buffer> buffer_;
};

struct Decoder::State {
  State(Backend& backend_, const Parameters& parameters_, std::int64_t rows_max_,
        std::int64_t suffix_max_, std::int64_t slots_)
      : backend(backend_),
        parameters(parameters_),
        config(parameters_.config()),
        rows_max(rows_max_),
        suffix_max(suffix_max_),
        slots(slots_ == 0 ? rows_max_ : slots_),
        rotary(backend_, parameters_.config()) {
    SCRIBE_CHECK(rows_max > 0 && suffix_max > 0 && slots > 0,
                 "rows_max {}, suffix_max {}, slots {}", rows_max, suffix_max, slots);
    const std::int64_t rows = std::max<std::int64_t>(rows_max, config.context);
    const std::int64_t C = config.width;
    x = backend.allocate(rows * C);
    norm = backend.allocate(rows * C);
    qkv = backend.allocate(rows * config.qkv_width());
    attended = backend.allocate(rows * C);
    hidden = backend.allocate(rows * config.hidden_width());
    if (config.gated) activated = backend.allocate(rows * config.inner());
    mean = backend.allocate(rows);
    rstd = backend.allocate(rows);
    log_sum_exp = backend.allocate(std::int64_t{config.heads} * config.context);
    logits = backend.allocate(rows_max * config.vocabulary_size);
    suffix = backend.allocate(2 * config.layers * slots * suffix_max * config.key_width());
  }

  Matrix view(const std::unique_ptr<Buffer>& buffer, std::int64_t rows, std::int64_t cols) const {
    return {buffer->data(), rows, cols};
  }
  float* suffix_keys(std::int64_t layer, std::int64_t slot) const {
    return suffix->data() + (2 * layer * slots + slot) * suffix_max * config.key_width();
  }
  float* suffix_values(std::int64_t layer, std::int64_t slot) const {
    return suffix->data() + ((2 * layer + 1) * slots + slot) * suffix_max * config.key_width();
  }

  void normalized(Matrix in, NormViews views, Matrix out) {
    const auto rows = static_cast<std::size_t>(in.rows);
    normalize(backend, config, in, views, out,
              {mean->span().first(rows), rstd->span().first(rows)});
  }

  void embed(std::int64_t rows) {
    backend.embed(tokens, positions, parameters.token_table, parameters.position_table,
                  view(x, rows, config.width));
  }

  /// q, k and v of the first `rows` rows of the residual stream. Leaves the normalized rows in
  /// `norm`.
  void project_qkv(const BlockViews& block, std::int64_t rows) {
    const Matrix normed = view(norm, rows, config.width);
    const Matrix projected = view(qkv, rows, config.qkv_width());
    normalized(view(x, rows, config.width), block.norm_1, normed);
    backend.linear(normed, block.qkv_weight, block.qkv_bias, {}, projected);
    rotary.apply(positions, false, projected);
  }

  /// What follows attention: its projection and the two-layer network, both added to `stream`, of
  /// which `normed` (some rows of `norm`) are the normalized rows that attention saw.
  void finish_block(const BlockViews& block, ConstMatrix heads_out, Matrix normed, Matrix stream) {
    const std::int64_t rows = stream.rows;
    const Matrix wide = view(hidden, rows, config.hidden_width());
    const Matrix inner = config.gated ? view(activated, rows, config.inner()) : wide;
    backend.linear(heads_out, block.projection_weight, block.projection_bias, stream, stream);
    if (!config.parallel) normalized(stream, block.norm_2, normed);
    backend.linear(normed, block.fc_weight, block.fc_bias, {}, wide);
    activate(backend, config, wide, inner);
    backend.linear(inner, block.fc_projection_weight, block.fc_projection_bias, stream, stream);
  }

  void read_out(Matrix stream, std::span<float> host_logits) {
    const std::int64_t V = config.vocabulary_size;
    SCRIBE_CHECK(static_cast<std::int64_t>(host_logits.size()) == stream.rows * V,
                 "logits of {} floats for {} rows of {}", host_logits.size(), stream.rows, V);
    const Matrix normed = view(norm, stream.rows, config.width);
    const Matrix out = view(logits, stream.rows, V);
    normalized(stream, parameters.norm_f, normed);
    backend.head_logits(normed, parameters.head_table(), parameters.head_bias, out);
    backend.download({out.data, host_logits.size()}, host_logits);
  }

  /// Fills tokens, positions and decode_rows from the rows of a step.
  void begin_step(std::span<const Row> rows) {
    tokens.clear();
    positions.clear();
    decode_rows.assign(rows.size(), {});
    for (const Row& row : rows) {
      SCRIBE_CHECK(row.prefix != nullptr && row.slot >= 0 && row.slot < slots, "slot {} of {}",
                   row.slot, slots);
      const std::int64_t position = row.prefix->length() + row.suffix_length;
      SCRIBE_CHECK(row.suffix_length < suffix_max && position < config.context,
                   "suffix of {} (at most {}), position {} of {}", row.suffix_length, suffix_max,
                   position, config.context);
      tokens.push_back(row.token);
      positions.push_back(static_cast<std::int32_t>(position));
    }
  }

  void attend_step(std::int32_t layer, std::span<const Row> rows) {
    for (std::size_t r = 0; r < rows.size(); ++r)
      decode_rows[r] = {.prefix_keys = rows[r].prefix->keys(layer).data,
                        .prefix_values = rows[r].prefix->values(layer).data,
                        .prefix_length = rows[r].prefix->length(),
                        .suffix_keys = suffix_keys(layer, rows[r].slot),
                        .suffix_values = suffix_values(layer, rows[r].slot),
                        .suffix_length = rows[r].suffix_length + 1};
    const auto count = static_cast<std::int64_t>(rows.size());
    backend.attention_decode(config.attention(count, 1, layer),
                             view(qkv, count, config.qkv_width()), decode_rows,
                             view(attended, count, config.width));
  }

  Backend& backend;
  const Parameters& parameters;
  ModelConfig config;
  std::int64_t rows_max;
  std::int64_t suffix_max;
  std::int64_t slots;
  RotaryTable rotary;
  std::unique_ptr<Buffer> x, norm, qkv, attended, hidden, mean, rstd, log_sum_exp, logits;
  std::unique_ptr<Buffer> activated;  // If gated; else it is hidden.
  std::unique_ptr<Buffer> suffix;     // [layer][keys, values][slot][suffix_max][key width]
  std::vector<std::int32_t> tokens;
  std::vector<std::int32_t> positions;
  std::vector<DecodeRow> decode_rows;
};

Decoder::Decoder(Backend& backend, const Parameters& parameters, std::int64_t rows_max,
                 std::int64_t suffix_max, std::int64_t slots)
    : state_(std::make_unique<State>(backend, parameters, rows_max, suffix_max, slots)) {}

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

  const Matrix x = s.view(s.x, length, C);
  const Matrix normed = s.view(s.norm, length, C);
  const Matrix qkv = s.view(s.qkv, length, s.config.qkv_width());
  const Matrix attended = s.view(s.attended, length, C);
  const auto last_row = [length](Matrix all) { return Matrix(all.row(length - 1), 1, all.cols); };
  const std::int64_t key_width = s.config.key_width();
  for (std::int32_t layer = 0; layer < s.config.layers; ++layer) {
    const BlockViews& block = s.parameters.blocks[static_cast<std::size_t>(layer)];
    s.project_qkv(block, length);
    s.backend.copy({qkv.data + C, length, key_width, qkv.stride}, cache->keys(layer));
    s.backend.copy({qkv.data + C + key_width, length, key_width, qkv.stride}, cache->values(layer));
    s.backend.attention(
        s.config.attention(1, length, layer), qkv, {}, attended,
        s.log_sum_exp->span().first(static_cast<std::size_t>(length * s.config.heads)));
    // Nothing reads the last layer's other rows: only the last position's logits are wanted.
    if (layer + 1 == s.config.layers)
      s.finish_block(block, last_row(attended), last_row(normed), last_row(x));
    else
      s.finish_block(block, attended, normed, x);
  }
  s.read_out(last_row(x), logits);
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
    s.finish_block(block, s.view(s.attended, count, s.config.width),
                   s.view(s.norm, count, s.config.width), x);
  }
  s.read_out(x, logits);
}

}  // namespace scribe
