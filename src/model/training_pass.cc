// The decoder's layers in order, and their gradients in reverse.
#include "model/training_pass.h"

#include <algorithm>

#include "model/layers.h"
#include "model/rotary_table.h"

namespace scribe {
namespace {

/// Rows of logits computed at once by logits().
constexpr std::int64_t kLogitsRows = 256;

/// What one block keeps of its forward pass, for `rows_max` rows.
struct BlockActivations {
  BlockActivations(Backend& backend, const ModelConfig& config, std::int64_t rows_max) {
    const auto matrix = [&](std::int64_t cols) { return backend.allocate(rows_max * cols); };
    const std::int64_t C = config.width;
    normed_1 = matrix(C);
    qkv = matrix(config.qkv_width());
    attended = matrix(C);
    log_sum_exp = matrix(config.heads);
    middle = matrix(C);
    hidden = matrix(config.hidden_width());
    activated = matrix(config.inner());
    out = matrix(C);
    mean_1 = matrix(1);
    rstd_1 = matrix(1);
    if (config.parallel) return;  // One norm serves both.
    normed_2 = matrix(C);
    mean_2 = matrix(1);
    rstd_2 = matrix(1);
  }

  std::unique_ptr<Buffer> normed_1, qkv, attended, log_sum_exp, middle;
  std::unique_ptr<Buffer> normed_2, hidden, activated, out;
  std::unique_ptr<Buffer> mean_1, rstd_1, mean_2, rstd_2;
};

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
  Activations(Backend& backend, const ModelConfig& config, std::int64_t rows)
      : rows_max(rows),
        rotary(backend, config),
        embedded(backend.allocate(rows * config.width)),
        normed_f(backend.allocate(rows * config.width)),
        mean_f(backend.allocate(rows)),
        rstd_f(backend.allocate(rows)),
        losses(backend.allocate(rows)),
        host_losses(static_cast<std::size_t>(rows)),
        d_stream(backend.allocate(rows * config.width)),
        d_width(backend.allocate(rows * config.width)),
        d_wide(backend.allocate(rows * std::max(config.hidden_width(), config.qkv_width()))) {
    if (config.gated) d_activated = backend.allocate(rows * config.inner());
    if (config.parallel) d_width_2 = backend.allocate(rows * config.width);
    for (std::int32_t layer = 0; layer < config.layers; ++layer)
      blocks.emplace_back(backend, config, rows);
  }

  /// The residual stream that enters block `layer`, or leaves the last one.
  Buffer& stream(std::size_t layer) { return layer == 0 ? *embedded : *blocks[layer - 1].out; }

  std::int64_t rows_max;
  RotaryTable rotary;
  std::vector<BlockActivations> blocks;
  std::unique_ptr<Buffer> embedded, normed_f, mean_f, rstd_f, losses;
  std::vector<float> host_losses;
  std::unique_ptr<Buffer> d_stream, d_width, d_width_2;
  std::unique_ptr<Buffer> d_wide;       // Serves hidden and qkv in turn.
  std::unique_ptr<Buffer> d_activated;  // If gated; else it is d_wide.
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

void attend(const Frame& f, std::int32_t layer, const BlockActivations& a) {
  for (const Sequences& equal : f.sequences) {
    const AttentionShape shape = f.config.attention(equal.count, equal.time, layer);
    f.backend.attention(shape, rows_of(equal, f.qkv(*a.qkv)), f.batch.first,
                        rows_of(equal, f.stream(*a.attended)), f.log_sum_exp(equal, a));
  }
}

void attend_backward(const Frame& f, std::int32_t layer, const BlockActivations& a, Matrix d_out,
                     Matrix d_qkv) {
  for (const Sequences& equal : f.sequences) {
    const AttentionShape shape = f.config.attention(equal.count, equal.time, layer);
    f.backend.attention_backward(shape, rows_of(equal, d_out), rows_of(equal, f.qkv(*a.qkv)),
                                 f.batch.first, rows_of(equal, f.stream(*a.attended)),
                                 f.log_sum_exp(equal, a), rows_of(equal, d_qkv));
  }
}

void forward_block(const Frame& f, std::int32_t layer, const BlockViews& p, ConstMatrix in,
                   const BlockActivations& a) {
  Backend& backend = f.backend;
  const Matrix normed_1 = f.stream(*a.normed_1);
  normalize(backend, f.config, in, p.norm_1, normed_1, f.statistics(*a.mean_1, *a.rstd_1));
  backend.linear(normed_1, p.qkv_weight, p.qkv_bias, {}, f.qkv(*a.qkv));
  f.rotary.apply(f.positions, false, f.qkv(*a.qkv));
  attend(f, layer, a);
  backend.linear(f.stream(*a.attended), p.projection_weight, p.projection_bias, in,
                 f.stream(*a.middle));
  Matrix network_in = normed_1;
  if (!f.config.parallel) {
    network_in = f.stream(*a.normed_2);
    normalize(backend, f.config, f.stream(*a.middle), p.norm_2, network_in,
              f.statistics(*a.mean_2, *a.rstd_2));
  }
  backend.linear(network_in, p.fc_weight, p.fc_bias, {}, f.hidden(*a.hidden));
  activate(backend, f.config, f.hidden(*a.hidden), f.inner(*a.activated));
  backend.linear(f.inner(*a.activated), p.fc_projection_weight, p.fc_projection_bias,
                 f.stream(*a.middle), f.stream(*a.out));
}

/// Memory for the gradients that pass through a block.
struct PassingGradients {
  Matrix stream;
  Matrix width;
  Matrix width_2;  ///< of parallel blocks
  Buffer& wide;
  Buffer& activated;
};

/// d.stream is the gradient of the block's output; that of the network's input goes to d.width.
void backward_network(const Frame& f, const BlockViews& p, const BlockViews& d_p, ConstMatrix in,
                      const BlockActivations& a, const PassingGradients& d) {
  f.backend.linear_backward(d.stream, f.inner(*a.activated), p.fc_projection_weight,
                            f.inner(d.activated), d_p.fc_projection_weight, d_p.fc_projection_bias);
  activate_backward(f.backend, f.config, f.hidden(*a.hidden), f.inner(d.activated),
                    f.hidden(d.wide));
  f.backend.linear_backward(f.hidden(d.wide), in, p.fc_weight, d.width, d_p.fc_weight, d_p.fc_bias);
}

/// The same for attention; the gradient of its input goes to `d_in`, which may be d.width.
void backward_attention(const Frame& f, std::int32_t layer, const BlockViews& p,
                        const BlockViews& d_p, const BlockActivations& a, const PassingGradients& d,
                        Matrix d_in) {
  const Matrix d_qkv = f.qkv(d.wide);
  f.backend.linear_backward(d.stream, f.stream(*a.attended), p.projection_weight, d_in,
                            d_p.projection_weight, d_p.projection_bias);
  attend_backward(f, layer, a, d_in, d_qkv);
  f.rotary.apply(f.positions, true, d_qkv);
  f.backend.linear_backward(d_qkv, f.stream(*a.normed_1), p.qkv_weight, d_in, d_p.qkv_weight,
                            d_p.qkv_bias);
}

/// d.stream is the gradient of the block's output when it starts and of its input when it ends.
void backward_block(const Frame& f, std::int32_t layer, const BlockViews& p, const BlockViews& d_p,
                    ConstMatrix in, const BlockActivations& a, const PassingGradients& d) {
  const NormStatistics statistics = f.statistics(*a.mean_1, *a.rstd_1);
  const auto through_norm_1 = [&](Matrix d_normed) {
    normalize_backward(f.backend, f.config, d_normed, in, p.norm_1, statistics, d.stream,
                       d_p.norm_1);
  };
  if (f.config.parallel) {
    backward_network(f, p, d_p, f.stream(*a.normed_1), a, d);
    backward_attention(f, layer, p, d_p, a, d, d.width_2);
    through_norm_1(d.width);
    return through_norm_1(d.width_2);
  }
  backward_network(f, p, d_p, f.stream(*a.normed_2), a, d);
  normalize_backward(f.backend, f.config, d.width, f.stream(*a.middle), p.norm_2,
                     f.statistics(*a.mean_2, *a.rstd_2), d.stream, d_p.norm_2);
  backward_attention(f, layer, p, d_p, a, d, d.width);
  through_norm_1(d.width);
}

}  // namespace

TrainingPass::TrainingPass(Backend& backend, const ModelConfig& config, std::int64_t rows_max)
    : backend_(backend),
      config_(config),
      activations_(std::make_unique<Activations>(backend, config, rows_max)) {}

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
            f.stream(*a.normed_f), f.statistics(*a.mean_f, *a.rstd_f));
}

double TrainingPass::head(const Parameters& parameters, const TokenBatch& batch,
                          float gradient_scale, Parameters* gradients) {
  Activations& a = *activations_;
  const std::int64_t rows = batch.batch * batch.time;
  const Matrix normed(a.normed_f->data(), rows, config_.width);
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
                                        float gradient_scale, Parameters& gradients) {
  forward(parameters, batch);
  const double sum = head(parameters, batch, gradient_scale, &gradients);
  backward(parameters, batch, gradients);
  return sum;
}

void TrainingPass::backward(const Parameters& parameters, const TokenBatch& batch,
                            Parameters& gradients) {
  Activations& a = *activations_;
  const std::vector<Sequences> sequences = sequences_of(batch);
  const std::vector<std::int32_t> positions = positions_of(batch, sequences, config_.context);
  const Frame f{backend_, config_, batch, sequences, positions, a.rotary};
  const PassingGradients d{.stream = f.stream(*a.d_stream),
                           .width = f.stream(*a.d_width),  // Holds that of normed_f, from head().
                           .width_2 = a.d_width_2 ? f.stream(*a.d_width_2) : Matrix(),
                           .wide = *a.d_wide,
                           .activated = a.d_activated ? *a.d_activated : *a.d_wide};
  backend_.fill(f.column(*a.d_stream, config_.width), 0);
  normalize_backward(backend_, config_, d.width, f.stream(a.stream(a.blocks.size())),
                     parameters.norm_f, f.statistics(*a.mean_f, *a.rstd_f), d.stream,
                     gradients.norm_f);
  for (std::size_t layer = a.blocks.size(); layer-- > 0;)
    backward_block(f, static_cast<std::int32_t>(layer), parameters.blocks[layer],
                   gradients.blocks[layer], f.stream(a.stream(layer)), a.blocks[layer], d);
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
    const ConstMatrix x(activations_->normed_f->data() + row * config_.width, count, config_.width);
    backend_.head_logits(x, parameters.head_table(), parameters.head_bias,
                         Matrix(chunk->data(), count, V));
    backend_.download(chunk->span().first(static_cast<std::size_t>(count * V)),
                      std::span(logits).subspan(static_cast<std::size_t>(row * V),
                                                static_cast<std::size_t>(count * V)));
  }
  return logits;
}

}  // namespace scribe
