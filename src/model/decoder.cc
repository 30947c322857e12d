// Prefill and decoding steps over a backend's operations, in buffers that are allocated once.
#include "model/decoder.h"

#include <algorithm>

#include "model/rotary_table.h"

namespace scribe {

namespace {

// Rows of a prompt that run together: as many as the products like, and buffers stay small.
constexpr std::int64_t kPromptRowsMax = 192;
constexpr std::int64_t kRowGap = 16;

AttentionShape shape_of(const ModelConfig& config) {
  return config.attention(1, 1, 0);
}

void copy_logits(std::span<const float> from, std::span<float> to) {
  SCRIBE_CHECK(from.size() == to.size(), "room for {} logits, {} are there", to.size(),
               from.size());
  std::ranges::copy(from, to.begin());
}

bool has_half_suffixes(const DecoderOptions& options) {
  return options.weights != WeightFormat::f32;
}

}  // namespace

class PrefixCache {
 public:
  PrefixCache(Backend& backend, const ModelConfig& config, std::int64_t length)
      : length_(length),
        layer_floats_(backend.prefix_floats(shape_of(config), length)),
        buffer_(backend.allocate(config.layers * layer_floats_)) {}

  std::int64_t length() const { return length_; }
  KeyValues layer(std::int64_t layer) const {
    return {buffer_->data() + layer * layer_floats_, length_};
  }

 private:
  std::int64_t length_;
  std::int64_t layer_floats_;
  std::unique_ptr<Buffer> buffer_;
};

std::int64_t length_of(const PrefixCache& prefix) {
  return prefix.length();
}

std::int64_t prefix_bytes(Backend& backend, const ModelConfig& config, std::int64_t tokens) {
  return config.layers * backend.prefix_floats(shape_of(config), tokens) *
         static_cast<std::int64_t>(sizeof(float));
}

std::int64_t suffix_bytes(Backend& backend, const ModelConfig& config,
                          const DecoderOptions& options) {
  return config.layers *
         backend.suffix_floats(shape_of(config), options.suffix_max, has_half_suffixes(options)) *
         static_cast<std::int64_t>(sizeof(float));
}

DecoderWeights::DecoderWeights(Backend& backend, const Parameters& parameters, WeightFormat format)
    : parameters_(&parameters), format_(format) {
  const auto prepare = [&](Weight weight, bool transposed) {
    return backend.prepare(weight, transposed, format);
  };
  for (const BlockViews& block : parameters.blocks)
    blocks_.push_back({.qkv = prepare(block.qkv_weight, false),
                       .projection = prepare(block.projection_weight, false),
                       .fc = prepare(block.fc_weight, false),
                       .fc_projection = prepare(block.fc_projection_weight, false)});
  head_ = prepare(parameters.head_table(), true);
}

DecoderWeights::~DecoderWeights() = default;
DecoderWeights::DecoderWeights(DecoderWeights&&) noexcept = default;

std::int64_t DecoderWeights::bytes() const {
  std::int64_t bytes = head_->bytes();
  for (const Block& block : blocks_)
    bytes += block.qkv->bytes() + block.projection->bytes() + block.fc->bytes() +
             block.fc_projection->bytes();
  return bytes;
}

struct Decoder::State {
  State(Backend& backend_, const DecoderWeights& weights_, const DecoderOptions& options)
      : backend(backend_),
        weights(weights_),
        parameters(weights_.parameters()),
        config(parameters.config()),
        rows_max(options.rows_max),
        suffix_max(options.suffix_max),
        slots(options.slots == 0 ? options.rows_max : options.slots),
        rotary(backend_, parameters.config()) {
    SCRIBE_CHECK(weights.format() == options.weights, "weights in {}, expected {}",
                 name_of(weights.format()), name_of(options.weights));
    SCRIBE_CHECK(rows_max > 0 && suffix_max > 0 && slots > 0,
                 "rows_max {}, suffix_max {}, slots {}", rows_max, suffix_max, slots);
    const std::int64_t rows =
        std::max(rows_max, std::min<std::int64_t>(kPromptRowsMax, config.context));
    const std::int64_t C = config.width;
    x = allocate_rows(rows, C);
    norm = allocate_rows(rows, C);
    qkv = allocate_rows(rows, config.qkv_width());
    attended = allocate_rows(rows, config.attended_width());
    hidden = allocate_rows(rows, config.hidden_width());
    if (config.gated) activated = allocate_rows(rows, config.inner());
    mean = backend.allocate(rows);
    rstd = backend.allocate(rows * std::max<std::int64_t>(1, config.normed_heads()));
    logits = backend.allocate(rows_max * config.vocabulary_size);
    half_suffixes = has_half_suffixes(options);
    suffix_floats = backend.suffix_floats(shape_of(config), suffix_max, half_suffixes);
    suffix = backend.allocate(config.layers * slots * suffix_floats);
  }

  /// Room for rows of `cols`, which lie a little apart: at a distance of many powers of two they
  /// would share few places of the caches.
  std::unique_ptr<Buffer> allocate_rows(std::int64_t rows, std::int64_t cols) const {
    return backend.allocate(rows * (cols + kRowGap));
  }
  Matrix view(const std::unique_ptr<Buffer>& buffer, std::int64_t rows, std::int64_t cols) const {
    return {buffer->data(), rows, cols, cols + kRowGap};
  }
  KeyValues suffix_of(std::int64_t layer, std::int64_t slot) const {
    return {suffix->data() + (layer * slots + slot) * suffix_floats, suffix_max, half_suffixes};
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

  /// Runs a block over the first `rows` rows of the residual stream, whose places in their
  /// sequences decode_rows says. Only those from `from` on are wanted afterwards.
  void run_block(std::int32_t layer, std::int64_t rows, std::int64_t from) {
    const BlockViews& block = parameters.blocks[static_cast<std::size_t>(layer)];
    const DecoderWeights::Block& prepared = weights.blocks()[static_cast<std::size_t>(layer)];
    const Matrix projected = view(qkv, rows, config.qkv_width());
    const Matrix heads_out = view(attended, rows, config.attended_width());
    normalized(view(x, rows, config.width), block.norm_1, view(norm, rows, config.width));
    backend.linear(view(norm, rows, config.width), *prepared.qkv, block.qkv_bias, {},
                   Activation::none, projected);
    if (config.head_norms)
      normalize_heads(backend, config, projected, block.head_norms, projected, rstd->span());
    rotary.apply(positions, false, projected);
    backend.attention_decode(config.attention(1, 1, layer), projected, decode_rows, heads_out);

    const auto wanted = [&](Matrix all) {
      return Matrix(all.row(from), rows - from, all.cols, all.stride);
    };
    const Matrix stream = wanted(view(x, rows, config.width));
    const Matrix normed = wanted(view(norm, rows, config.width));
    const Matrix wide = view(hidden, stream.rows, config.hidden_width());
    const Matrix inner = config.gated ? view(activated, stream.rows, config.inner()) : wide;
    backend.linear(wanted(heads_out), *prepared.projection, block.projection_bias, stream,
                   Activation::none, stream);
    if (!config.parallel) normalized(stream, block.norm_2, normed);
    backend.linear(normed, *prepared.fc, block.fc_bias, {},
                   config.gated ? Activation::none : Activation::gelu, wide);
    if (config.gated) backend.swiglu(wide, inner);
    backend.linear(inner, *prepared.fc_projection, block.fc_projection_bias, stream,
                   Activation::none, stream);
  }

  /// Logits (stream.rows, V).
  ConstMatrix read_out(Matrix stream) {
    const Matrix normed = view(norm, stream.rows, config.width);
    const Matrix out(logits->data(), stream.rows, config.vocabulary_size);
    normalized(stream, parameters.norm_f, normed);
    backend.linear(normed, weights.head(), parameters.head_bias, {}, Activation::none, out);
    return out;
  }
  std::span<const float> on_host(ConstMatrix of_all) {
    return backend.in_host_memory(
        {of_all.data, static_cast<std::size_t>(of_all.rows * of_all.cols)}, host_logits);
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

  /// Where the rows of a step find their keys and values in a layer.
  void place_step(std::int32_t layer, std::span<const Row> rows) {
    for (std::size_t r = 0; r < rows.size(); ++r)
      decode_rows[r] = {.prefix = rows[r].prefix->layer(layer),
                        .prefix_length = rows[r].prefix->length(),
                        .suffix = suffix_of(layer, rows[r].slot),
                        .suffix_length = rows[r].suffix_length + 1};
  }

  /// Runs tokens [begin, end) of a prompt, the earlier ones being in `cache`.
  void run_prompt(std::span<const std::int32_t> prompt, std::int64_t begin, std::int64_t end,
                  const PrefixCache& cache) {
    const std::int64_t rows = end - begin;
    tokens.assign(prompt.begin() + begin, prompt.begin() + end);
    positions.resize(tokens.size());
    decode_rows.assign(tokens.size(), {});
    for (std::int64_t r = 0; r < rows; ++r)
      positions[static_cast<std::size_t>(r)] = static_cast<std::int32_t>(begin + r);
    embed(rows);
    for (std::int32_t layer = 0; layer < config.layers; ++layer) {
      for (std::int64_t r = 0; r < rows; ++r) {
        DecodeRow& row = decode_rows[static_cast<std::size_t>(r)];
        row.prefix = cache.layer(layer);
        row.prefix_length = begin + r + 1;
      }
      // Nothing reads the last layer's other rows: only the last position's logits are wanted.
      run_block(layer, rows, layer + 1 == config.layers ? rows - 1 : 0);
    }
  }

  Backend& backend;
  const DecoderWeights& weights;
  const Parameters& parameters;
  ModelConfig config;
  std::int64_t rows_max;
  std::int64_t suffix_max;
  std::int64_t slots;
  RotaryTable rotary;
  std::unique_ptr<Buffer> x, norm, qkv, attended, hidden, mean, rstd, logits;
  std::unique_ptr<Buffer> activated;  // If gated; else it is hidden.
  bool half_suffixes = false;
  std::int64_t suffix_floats = 0;  // of one slot in one layer
  std::unique_ptr<Buffer> suffix;  // [layer][slot]
  std::vector<float> host_logits;  // where device memory is not the host's
  std::vector<std::int32_t> tokens;
  std::vector<std::int32_t> positions;
  std::vector<DecodeRow> decode_rows;
};

Decoder::Decoder(Backend& backend, const DecoderWeights& weights, const DecoderOptions& options)
    : state_(std::make_unique<State>(backend, weights, options)) {}

Decoder::Decoder(Backend& backend, const Parameters& parameters, const DecoderOptions& options)
    : own_weights_(std::make_unique<DecoderWeights>(backend, parameters, options.weights)),
      state_(std::make_unique<State>(backend, *own_weights_, options)) {}

Decoder::~Decoder() = default;

std::shared_ptr<const PrefixCache> Decoder::prefill(std::span<const std::int32_t> prompt,
                                                    std::span<float> logits,
                                                    const PrefixCache* base, std::int64_t shared) {
  State& s = *state_;
  const auto length = static_cast<std::int64_t>(prompt.size());
  SCRIBE_CHECK(length >= 1 && length <= s.config.context, "prompt of {} tokens, context {}", length,
               s.config.context);
  SCRIBE_CHECK(shared >= 0 && shared < length && shared <= (base == nullptr ? 0 : base->length()),
               "{} tokens of a prompt of {} shared", shared, length);
  auto cache = std::make_shared<PrefixCache>(s.backend, s.config, length);
  for (std::int32_t layer = 0; shared > 0 && layer < s.config.layers; ++layer)
    s.backend.copy_prefix(shape_of(s.config), base->layer(layer), shared, cache->layer(layer));
  std::int64_t rows = 0;
  for (std::int64_t begin = shared; begin < length; begin += rows) {
    rows = std::min(kPromptRowsMax, length - begin);
    s.run_prompt(prompt, begin, begin + rows, *cache);
  }
  const Matrix last = s.view(s.x, rows, s.config.width);
  const ConstMatrix out = s.read_out(Matrix(last.row(rows - 1), 1, last.cols, last.stride));
  copy_logits(s.on_host(out), logits);
  return cache;
}

void Decoder::step(std::span<const Row> rows, std::span<float> logits) {
  copy_logits(step(rows), logits);
}

std::span<const float> Decoder::step(std::span<const Row> rows) {
  return state_->on_host(step_on_device(rows));
}

ConstMatrix Decoder::step_on_device(std::span<const Row> rows) {
  State& s = *state_;
  const auto count = static_cast<std::int64_t>(rows.size());
  SCRIBE_CHECK(count >= 1 && count <= s.rows_max, "{} rows, at most {}", count, s.rows_max);
  s.begin_step(rows);
  s.embed(count);
  for (std::int32_t layer = 0; layer < s.config.layers; ++layer) {
    s.place_step(layer, rows);
    s.run_block(layer, count, 0);
  }
  return s.read_out(s.view(s.x, count, s.config.width));
}

}  // namespace scribe
