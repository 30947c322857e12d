// The decoder's layers in order, and their gradients in reverse.
#include "model/training_pass.h"

#include <algorithm>
#include <array>

#include "model/layers.h"
#include "model/rotary_table.h"

namespace scribe {
namespace {

/// Rows of logits computed at once by logits().
constexpr std::int64_t kLogitsRows = 256;

/// What a block's backward pass needs of its forward pass. Blocks share what is computed again.
struct BlockActivations {
  std::shared_ptr<Buffer> normed;  ///< what the first norm gives, then what the second does
  std::shared_ptr<Buffer> mean_1, rstd_1, mean_2, rstd_2;
  std::shared_ptr<Buffer> raw_heads, rstd_heads;  ///< of q and k before their norms, or none
  std::shared_ptr<Buffer> qkv, attended, log_sum_exp;
  std::shared_ptr<Buffer> middle, hidden;
  std::shared_ptr<Buffer>
      activated;  ///< and then its gradient, and if not gated d_hidden and d_qkv
  std::shared_ptr<Buffer> out;
};

/// One of them: its columns (none: it is not there), and whether blocks share it.
struct BlockPiece {
  std::shared_ptr<Buffer> BlockActivations::* member;
  std::int64_t cols;
  bool shared;
};

/// Columns of memory for the gradients of `hidden` and of `qkv` in turn.
std::int64_t wide(const ModelConfig& config) {
  return std::max(config.hidden_width(), config.qkv_width());
}

/// Columns of memory for the gradients of a norm's output and of `attended` in turn.
std::int64_t passing(const ModelConfig& config) {
  return std::max<std::int64_t>(config.width, config.attended_width());
}

std::array<BlockPiece, 14> block_pieces(const ModelConfig& config, Recompute recompute) {
  using Block = BlockActivations;
  const bool block = recompute == Recompute::block;
  const bool attention = recompute != Recompute::none;
  return {{{&Block::normed, config.width, true},
           {&Block::activated, config.gated ? config.inner() : wide(config), true},
           {&Block::mean_1, 1, true},
           {&Block::rstd_1, 1, true},
           {&Block::mean_2, 1, true},
           {&Block::rstd_2, 1, true},
           {&Block::qkv, config.qkv_width(), attention},
           {&Block::raw_heads, config.normed_width(), attention},
           {&Block::rstd_heads, config.normed_heads(), attention},
           {&Block::attended, config.attended_width(), attention},
           {&Block::log_sum_exp, config.heads, attention},
           {&Block::middle, config.width, block},
           {&Block::hidden, config.hidden_width(), block},
           {&Block::out, config.width, false}}};
}

std::vector<BlockActivations> allocate_blocks(Backend& backend, const ModelConfig& config,
                                              std::int64_t rows, Recompute recompute) {
  std::vector<BlockActivations> blocks(static_cast<std::size_t>(config.layers));
  for (const BlockPiece& piece : block_pieces(config, recompute)) {
    if (piece.cols == 0) continue;
    for (BlockActivations& block : blocks)
      block.*piece.member = piece.shared && &block != &blocks.front()
                                ? blocks.front().*piece.member
                                : backend.allocate(rows * piece.cols);
  }
  return blocks;
}

void check_batch(const ModelConfig& config, const TokenBatch& batch, std::int64_t rows_max) {
  const std::int64_t rows = batch.batch * batch.time;
  SCRIBE_CHECK(rows > 0 && rows <= rows_max, "rows {} of at most {}", rows, rows_max);
  SCRIBE_CHECK(std::ssize(batch.tokens) == rows && std::ssize(batch.targets) == rows,
               "rows {} but tokens {} targets {}", rows, batch.tokens.size(), batch.targets.size());
  SCRIBE_CHECK(batch.first.empty() || std::ssize(batch.first) == batch.batch,
               "batch {} but first {}", batch.batch, batch.first.size());
  SCRIBE_CHECK(batch.document_rows.empty() || batch.first.empty(), "documents and padding at once");
  std::int64_t before = 0;
  for (const std::int64_t row : batch.document_rows) {
    SCRIBE_CHECK(row > before && row < rows, "document at row {} after {}, {} rows", row, before,
                 rows);
    before = row;
  }
  for (std::size_t row = 0; row < batch.tokens.size(); ++row)
    SCRIBE_CHECK(batch.tokens[row] >= 0 && batch.tokens[row] < config.vocabulary_size &&
                     batch.targets[row] >= -1 && batch.targets[row] < config.vocabulary_size,
                 "row {} token {} target {} vocabulary {}", row, batch.tokens[row],
                 batch.targets[row], config.vocabulary_size);
}

/// Equally long sequences that lie one after the other in the rows of a batch.
struct Sequences {
  std::int64_t row = 0;
  std::int64_t count = 0;
  std::int64_t time = 0;
};

/// Whole windows, or the documents in them.
std::vector<Sequences> sequences_of(const TokenBatch& batch) {
  if (batch.document_rows.empty()) return {{.row = 0, .count = batch.batch, .time = batch.time}};
  std::vector<Sequences> sequences;
  auto next = batch.document_rows.begin();
  for (std::int64_t row = 0; row < batch.batch * batch.time;) {
    std::int64_t end = (row / batch.time + 1) * batch.time;
    while (next != batch.document_rows.end() && *next <= row) ++next;
    if (next != batch.document_rows.end()) end = std::min(end, *next);
    if (sequences.empty() || sequences.back().time != end - row)
      sequences.push_back({.row = row, .count = 0, .time = end - row});
    ++sequences.back().count;
    row = end;
  }
  return sequences;
}

/// Positions count from the first real token. Padding on the left, which nothing looks at, takes
/// position 0; what fills a row up on the right, where no target counts, may lie past the context
/// and takes its last position.
std::vector<std::int32_t> positions_of(const TokenBatch& batch,
                                       const std::vector<Sequences>& sequences,
                                       std::int32_t context) {
  std::vector<std::int32_t> positions;
  positions.reserve(batch.tokens.size());
  for (const Sequences& equal : sequences)
    for (std::int64_t b = 0; b < equal.count; ++b) {
      const std::int32_t first = batch.first.empty() ? 0 : batch.first[static_cast<std::size_t>(b)];
      for (std::int32_t t = 0; t < equal.time; ++t) {
        SCRIBE_CHECK(t - first < context || batch.targets[positions.size()] < 0,
                     "row {} has a target at position {} of context {}", positions.size(),
                     t - first, context);
        positions.push_back(std::clamp(t - first, 0, context - 1));
      }
    }
  return positions;
}

}  // namespace

struct TrainingPass::Activations {
  Activations(Backend& backend, const ModelConfig& config, std::int64_t rows, Recompute recompute)
      : rows_max(rows),
        rotary(backend, config),
        blocks(allocate_blocks(backend, config, rows, recompute)),
        embedded(backend.allocate(rows * config.width)),
        mean_f(backend.allocate(rows)),
        rstd_f(backend.allocate(rows)),
        losses(backend.allocate(rows)),
        host_losses(static_cast<std::size_t>(rows)),
        d_stream(backend.allocate(rows * config.width)),
        d_width(backend.allocate(rows * passing(config))) {
    if (config.gated) d_wide = backend.allocate(rows * wide(config));
    if (config.parallel) d_width_2 = backend.allocate(rows * passing(config));
    if (config.head_norms) d_heads = backend.allocate(rows * config.normed_width());
  }

  /// What the norm that ran last gave: in the end that before the head.
  Buffer& normed() { return *blocks.front().normed; }
  /// The residual stream that enters block `layer`, or leaves the last one.
  Buffer& stream(std::size_t layer) { return layer == 0 ? *embedded : *blocks[layer - 1].out; }

  std::int64_t rows_max;
  RotaryTable rotary;
  std::vector<BlockActivations> blocks;
  std::unique_ptr<Buffer> embedded, mean_f, rstd_f, losses;
  std::vector<float> host_losses;
  std::unique_ptr<Buffer> d_stream, d_width, d_width_2, d_heads;
  std::unique_ptr<Buffer> d_wide;  // If gated; else the blocks' `activated` serves.
};

namespace {

/// The rows in use of a pass, as views of one batch.
struct Frame {
  Backend& backend;
  const ModelConfig& config;
  const TokenBatch& batch;
  const std::vector<Sequences>& sequences;
  const std::vector<std::int32_t>& positions;
  const RotaryTable& rotary;

  std::int64_t rows() const { return batch.batch * batch.time; }
  Matrix matrix(Buffer& buffer, std::int64_t cols) const { return {buffer.data(), rows(), cols}; }
  Matrix stream(Buffer& buffer) const { return matrix(buffer, config.width); }
  Matrix qkv(Buffer& buffer) const { return matrix(buffer, config.qkv_width()); }
  Matrix attended(Buffer& buffer) const { return matrix(buffer, config.attended_width()); }
  Matrix normed_heads(Buffer& buffer) const { return matrix(buffer, config.normed_width()); }
  Matrix hidden(Buffer& buffer) const { return matrix(buffer, config.hidden_width()); }
  Matrix inner(Buffer& buffer) const { return matrix(buffer, config.inner()); }
  std::span<float> column(Buffer& buffer, std::int64_t per_row = 1) const {
    return buffer.span().first(static_cast<std::size_t>(rows() * per_row));
  }
  std::span<float> log_sum_exp(const Sequences& equal, const BlockActivations& a) const {
    const auto heads = static_cast<std::int64_t>(config.heads);
    return a.log_sum_exp->span().subspan(
        static_cast<std::size_t>(equal.row * heads),
        static_cast<std::size_t>(equal.count * equal.time * heads));
  }
  NormStatistics statistics(Buffer& mean, Buffer& rstd) const {
    return {column(mean), column(rstd)};
  }
};

/// These sequences' rows of a matrix.
Matrix rows_of(const Sequences& equal, Matrix all) {
  return {all.row(equal.row), equal.count * equal.time, all.cols, all.stride};
}

void attend_sequences(const Frame& f, std::int32_t layer, const BlockActivations& a) {
  for (const Sequences& equal : f.sequences) {
    const AttentionShape shape = f.config.attention(equal.count, equal.time, layer);
    f.backend.attention(shape, rows_of(equal, f.qkv(*a.qkv)), f.batch.first,
                        rows_of(equal, f.attended(*a.attended)), f.log_sum_exp(equal, a));
  }
}

void attend_backward(const Frame& f, std::int32_t layer, const BlockActivations& a, Matrix d_out,
                     Matrix d_qkv) {
  for (const Sequences& equal : f.sequences) {
    const AttentionShape shape = f.config.attention(equal.count, equal.time, layer);
    f.backend.attention_backward(shape, rows_of(equal, d_out), rows_of(equal, f.qkv(*a.qkv)),
                                 f.batch.first, rows_of(equal, f.attended(*a.attended)),
                                 f.log_sum_exp(equal, a), rows_of(equal, d_qkv));
  }
}

// The parts of a block's forward pass, of which the backward pass runs some again.

void norm_1(const Frame& f, const BlockViews& p, ConstMatrix in, const BlockActivations& a) {
  normalize(f.backend, f.config, in, p.norm_1, f.stream(*a.normed),
            f.statistics(*a.mean_1, *a.rstd_1));
}

void attend(const Frame& f, std::int32_t layer, const BlockViews& p, const BlockActivations& a) {
  const Matrix qkv = f.qkv(*a.qkv);
  f.backend.linear(f.stream(*a.normed), p.qkv_weight, p.qkv_bias, {}, qkv);
  if (f.config.head_norms) {
    const Matrix raw = f.normed_heads(*a.raw_heads);
    f.backend.copy(Matrix(qkv.data, raw.rows, raw.cols, qkv.stride), raw);
    normalize_heads(f.backend, f.config, raw, p.head_norms, qkv,
                    f.column(*a.rstd_heads, f.config.normed_heads()));
  }
  f.rotary.apply(f.positions, false, f.qkv(*a.qkv));
  attend_sequences(f, layer, a);
}

void project(const Frame& f, const BlockViews& p, ConstMatrix in, const BlockActivations& a) {
  f.backend.linear(f.attended(*a.attended), p.projection_weight, p.projection_bias, in,
                   f.stream(*a.middle));
}

/// Parallel blocks read what the first norm gave.
void norm_2(const Frame& f, const BlockViews& p, const BlockActivations& a) {
  if (f.config.parallel) return;
  normalize(f.backend, f.config, f.stream(*a.middle), p.norm_2, f.stream(*a.normed),
            f.statistics(*a.mean_2, *a.rstd_2));
}

void widen(const Frame& f, const BlockViews& p, const BlockActivations& a) {
  f.backend.linear(f.stream(*a.normed), p.fc_weight, p.fc_bias, {}, f.hidden(*a.hidden));
}

void forward_block(const Frame& f, std::int32_t layer, const BlockViews& p, ConstMatrix in,
                   const BlockActivations& a) {
  norm_1(f, p, in, a);
  attend(f, layer, p, a);
  project(f, p, in, a);
  norm_2(f, p, a);
  widen(f, p, a);
  activate(f.backend, f.config, f.hidden(*a.hidden), f.inner(*a.activated));
  f.backend.linear(f.inner(*a.activated), p.fc_projection_weight, p.fc_projection_bias,
                   f.stream(*a.middle), f.stream(*a.out));
}

/// Memory for the gradients that pass through a block.
struct PassingGradients {
  Matrix stream;
  Matrix width;
  Matrix width_2;  ///< of parallel blocks
  Matrix heads;    ///< of normalised heads
  Buffer& wide;
  Buffer& activated;
};

/// d.stream is the gradient of the block's output; that of the network's input, which a.normed
/// holds, goes to d.width.
void backward_network(const Frame& f, const BlockViews& p, const BlockViews& d_p,
                      const BlockActivations& a, const PassingGradients& d) {
  f.backend.linear_backward(d.stream, f.inner(*a.activated), p.fc_projection_weight,
                            f.inner(d.activated), d_p.fc_projection_weight, d_p.fc_projection_bias);
  activate_backward(f.backend, f.config, f.hidden(*a.hidden), f.inner(d.activated),
                    f.hidden(d.wide));
  f.backend.linear_backward(f.hidden(d.wide), f.stream(*a.normed), p.fc_weight, d.width,
                            d_p.fc_weight, d_p.fc_bias);
}

/// The same for attention; the gradient of its input goes to `d_in`, which may be d.width.
void backward_attention(const Frame& f, std::int32_t layer, const BlockViews& p,
                        const BlockViews& d_p, const BlockActivations& a, const PassingGradients& d,
                        Matrix d_in) {
  const Matrix d_qkv = f.qkv(d.wide);
  const Matrix d_attended(d_in.data, f.rows(), f.config.attended_width());
  f.backend.linear_backward(d.stream, f.attended(*a.attended), p.projection_weight, d_attended,
                            d_p.projection_weight, d_p.projection_bias);
  attend_backward(f, layer, a, d_attended, d_qkv);
  f.rotary.apply(f.positions, true, d_qkv);
  if (f.config.head_norms)
    normalize_heads_backward(f.backend, f.config, f.normed_heads(*a.raw_heads), p.head_norms,
                             f.column(*a.rstd_heads, f.config.normed_heads()), d_qkv, d.heads,
                             d_p.head_norms);
  f.backend.linear_backward(d_qkv, f.stream(*a.normed), p.qkv_weight, d_in, d_p.qkv_weight,
                            d_p.qkv_bias);
}

/// d.stream is the gradient of the block's output when it starts and of its input when it ends.
void backward_block(const Frame& f, std::int32_t layer, const BlockViews& p, const BlockViews& d_p,
                    ConstMatrix in, const BlockActivations& a, const PassingGradients& d,
                    Recompute recompute) {
  const auto through_norm_1 = [&](Matrix d_normed) {
    normalize_backward(f.backend, f.config, d_normed, in, p.norm_1,
                       f.statistics(*a.mean_1, *a.rstd_1), d.stream, d_p.norm_1);
  };
  const bool parallel = f.config.parallel;
  if (parallel || recompute == Recompute::block) norm_1(f, p, in, a);
  if (recompute == Recompute::block) {
    attend(f, layer, p, a);
    project(f, p, in, a);
  }
  norm_2(f, p, a);
  if (recompute == Recompute::block) widen(f, p, a);
  activate(f.backend, f.config, f.hidden(*a.hidden), f.inner(*a.activated));
  backward_network(f, p, d_p, a, d);
  if (!parallel) {
    normalize_backward(f.backend, f.config, d.width, f.stream(*a.middle), p.norm_2,
                       f.statistics(*a.mean_2, *a.rstd_2), d.stream, d_p.norm_2);
    norm_1(f, p, in, a);
  }
  if (recompute == Recompute::attention) attend(f, layer, p, a);
  backward_attention(f, layer, p, d_p, a, d, parallel ? d.width_2 : d.width);
  through_norm_1(d.width);
  if (parallel) through_norm_1(d.width_2);
}

}  // namespace

Result<Recompute> recompute_named(std::string_view name) {
  if (name == "none") return Recompute::none;
  if (name == "attention") return Recompute::attention;
  if (name == "block") return Recompute::block;
  return error(ErrorCode::invalid_argument,
               "unknown recomputation '{}', expected 'none', 'attention' or 'block'", name);
}

std::int64_t activation_floats(const ModelConfig& config, std::int64_t rows, Recompute recompute) {
  std::int64_t cols = 2 * config.width + passing(config) + 3;  // As Activations has them.
  if (config.gated) cols += wide(config);
  if (config.parallel) cols += passing(config);
  cols += config.normed_width();
  for (const BlockPiece& piece : block_pieces(config, recompute))
    cols += piece.cols * (piece.shared ? 1 : config.layers);
  return rows * cols;
}

TrainingPass::TrainingPass(Backend& backend, const ModelConfig& config, std::int64_t rows_max,
                           Recompute recompute)
    : backend_(backend),
      config_(config),
      recompute_(recompute),
      activations_(std::make_unique<Activations>(backend, config, rows_max, recompute)) {}

TrainingPass::~TrainingPass() = default;

void TrainingPass::forward(const Parameters& parameters, const TokenBatch& batch) {
  SCRIBE_CHECK(parameters.config() == config_, "parameters of another configuration");
  check_batch(config_, batch, activations_->rows_max);
  Activations& a = *activations_;
  const std::vector<Sequences> sequences = sequences_of(batch);
  const std::vector<std::int32_t> positions = positions_of(batch, sequences, config_.context);
  const Frame f{backend_, config_, batch, sequences, positions, a.rotary};
  backend_.embed(batch.tokens, positions, parameters.token_table, parameters.position_table,
                 f.stream(*a.embedded));
  for (std::size_t layer = 0; layer < a.blocks.size(); ++layer)
    forward_block(f, static_cast<std::int32_t>(layer), parameters.blocks[layer],
                  f.stream(a.stream(layer)), a.blocks[layer]);
  normalize(backend_, config_, f.stream(a.stream(a.blocks.size())), parameters.norm_f,
            f.stream(a.normed()), f.statistics(*a.mean_f, *a.rstd_f));
}

double TrainingPass::head(const Parameters& parameters, const TokenBatch& batch,
                          float gradient_scale, const ParameterViews* gradients) {
  Activations& a = *activations_;
  const std::int64_t rows = batch.batch * batch.time;
  const Matrix normed(a.normed().data(), rows, config_.width);
  HeadLossGradients d;
  if (gradients != nullptr)
    d = {Matrix(a.d_width->data(), rows, config_.width), gradients->head_table(),
         gradients->head_bias};
  const auto count = static_cast<std::size_t>(rows);
  backend_.head_loss(normed, parameters.head_table(), parameters.head_bias, batch.targets,
                     gradient_scale, a.losses->span().first(count), d);
  const auto losses = std::span(a.host_losses).first(count);
  backend_.download(a.losses->span().first(count), losses);
  double sum = 0;
  for (const float loss : losses) sum += loss;
  return sum;
}

double TrainingPass::loss(const Parameters& parameters, const TokenBatch& batch) {
  forward(parameters, batch);
  return head(parameters, batch, 0, nullptr);
}

double TrainingPass::loss_and_gradients(const Parameters& parameters, const TokenBatch& batch,
                                        float gradient_scale, const ParameterViews& gradients,
                                        const LayerDone& layer_done) {
  forward(parameters, batch);
  const double sum = head(parameters, batch, gradient_scale, &gradients);
  backward(parameters, batch, gradients, layer_done);
  return sum;
}

void TrainingPass::backward(const Parameters& parameters, const TokenBatch& batch,
                            const ParameterViews& gradients, const LayerDone& layer_done) {
  Activations& a = *activations_;
  const std::vector<Sequences> sequences = sequences_of(batch);
  const std::vector<std::int32_t> positions = positions_of(batch, sequences, config_.context);
  const Frame f{backend_, config_, batch, sequences, positions, a.rotary};
  Buffer& activated = *a.blocks.front().activated;
  const PassingGradients d{
      .stream = f.stream(*a.d_stream),
      .width = f.stream(*a.d_width),  // Of what the last norm gave, from head().
      .width_2 = a.d_width_2 ? f.stream(*a.d_width_2) : Matrix(),
      .heads = a.d_heads ? f.normed_heads(*a.d_heads) : Matrix(),
      .wide = a.d_wide ? *a.d_wide : activated,
      .activated = activated};
  backend_.fill(f.column(*a.d_stream, config_.width), 0);
  normalize_backward(backend_, config_, d.width, f.stream(a.stream(a.blocks.size())),
                     parameters.norm_f, f.statistics(*a.mean_f, *a.rstd_f), d.stream,
                     gradients.norm_f);
  for (std::size_t layer = a.blocks.size(); layer-- > 0;) {
    backward_block(f, static_cast<std::int32_t>(layer), parameters.blocks[layer],
                   gradients.blocks[layer], f.stream(a.stream(layer)), a.blocks[layer], d,
                   recompute_);
    if (layer_done) layer_done(static_cast<std::int32_t>(layer));
  }
  backend_.embed_backward(batch.tokens, positions, d.stream, gradients.token_table,
                          gradients.position_table);
}

std::vector<float> TrainingPass::logits(const Parameters& parameters, const TokenBatch& batch) {
  forward(parameters, batch);
  const std::int64_t V = config_.vocabulary_size;
  const std::int64_t rows = batch.batch * batch.time;
  std::vector<float> logits(static_cast<std::size_t>(rows * V));
  const std::unique_ptr<Buffer> chunk = backend_.allocate(std::min(rows, kLogitsRows) * V);
  for (std::int64_t row = 0; row < rows; row += kLogitsRows) {
    const std::int64_t count = std::min(kLogitsRows, rows - row);
    const ConstMatrix x(activations_->normed().data() + row * config_.width, count, config_.width);
    backend_.head_logits(x, parameters.head_table(), parameters.head_bias,
                         Matrix(chunk->data(), count, V));
    backend_.download(chunk->span().first(static_cast<std::size_t>(count * V)),
                      std::span(logits).subspan(static_cast<std::size_t>(row * V),
                                                static_cast<std::size_t>(count * V)));
  }
  return logits;
}

}  // namespace scribe
