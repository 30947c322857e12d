// The decoder's layers in order, and their gradients in reverse.
#include "model/training_pass.h"

#include <algorithm>

namespace scribe {
namespace {

/// Rows of logits computed at once by logits().
constexpr std::int64_t kLogitsRows = 256;

/// What one block keeps of its forward pass, for `rows_max` rows.
struct BlockActivations {
  BlockActivations(Backend& backend, const GptConfig& config, std::int64_t rows_max) {
    const std::int64_t C = config.width;
    const auto matrix = [&](std::int64_t cols) { return backend.allocate(rows_max * cols); };
    normed_1 = matrix(C);
    qkv = matrix(3 * C);
    attended = matrix(C);
    log_sum_exp = matrix(config.heads);
    middle = matrix(C);
    normed_2 = matrix(C);
    hidden = matrix(4 * C);
    activated = matrix(4 * C);
    out = matrix(C);
    for (auto* statistic : {&mean_1, &rstd_1, &mean_2, &rstd_2}) *statistic = matrix(1);
  }

  std::unique_ptr<Buffer> normed_1, qkv, attended, log_sum_exp, middle;
  std::unique_ptr<Buffer> normed_2, hidden, activated, out;
  std::unique_ptr<Buffer> mean_1, rstd_1, mean_2, rstd_2;
};

void check_batch(const GptConfig& config, const TokenBatch& batch, std::int64_t rows_max) {
  const std::int64_t rows = batch.batch * batch.time;
  SCRIBE_CHECK(rows > 0 && rows <= rows_max, "rows {} of at most {}", rows, rows_max);
  SCRIBE_CHECK(std::ssize(batch.tokens) == rows && std::ssize(batch.targets) == rows,
               "rows {} but tokens {} targets {}", rows, batch.tokens.size(), batch.targets.size());
  SCRIBE_CHECK(batch.first.empty() || std::ssize(batch.first) == batch.batch,
               "batch {} but first {}", batch.batch, batch.first.size());
  for (std::size_t row = 0; row < batch.tokens.size(); ++row)
    SCRIBE_CHECK(batch.tokens[row] >= 0 && batch.tokens[row] < config.vocabulary_size &&
                     batch.targets[row] >= -1 && batch.targets[row] < config.vocabulary_size,
                 "row {} token {} target {} vocabulary {}", row, batch.tokens[row],
                 batch.targets[row], config.vocabulary_size);
}

/// Positions count from the first real token. Padding on the left, which nothing looks at, takes
/// position 0; what fills a row up on the right, where no target counts, may lie past the context
/// and takes its last position.
std::vector<std::int32_t> positions_of(const TokenBatch& batch, std::int32_t context) {
  std::vector<std::int32_t> positions;
  positions.reserve(batch.tokens.size());
  for (std::int64_t b = 0; b < batch.batch; ++b) {
    const std::int32_t first = batch.first.empty() ? 0 : batch.first[static_cast<std::size_t>(b)];
    for (std::int32_t t = 0; t < batch.time; ++t) {
      SCRIBE_CHECK(t - first < context || batch.targets[positions.size()] < 0,
                   "row {} has a target at position {} of context {}", b, t - first, context);
      positions.push_back(std::clamp(t - first, 0, context - 1));
    }
  }
  return positions;
}

}  // namespace

struct TrainingPass::Activations {
  Activations(Backend& backend, const GptConfig& config, std::int64_t rows)
      : rows_max(rows),
        embedded(backend.allocate(rows * config.width)),
        normed_f(backend.allocate(rows * config.width)),
        mean_f(backend.allocate(rows)),
        rstd_f(backend.allocate(rows)),
        losses(backend.allocate(rows)),
        host_losses(static_cast<std::size_t>(rows)),
        d_stream(backend.allocate(rows * config.width)),
        d_width(backend.allocate(rows * config.width)),
        d_wide(backend.allocate(rows * config.width * 4)) {
    for (std::int32_t layer = 0; layer < config.layers; ++layer)
      blocks.emplace_back(backend, config, rows);
  }

  /// The residual stream that enters block `layer`, or leaves the last one.
  Buffer& stream(std::size_t layer) { return layer == 0 ? *embedded : *blocks[layer - 1].out; }

  std::int64_t rows_max;
  std::vector<BlockActivations> blocks;
  std::unique_ptr<Buffer> embedded, normed_f, mean_f, rstd_f, losses;
  std::vector<float> host_losses;
  std::unique_ptr<Buffer> d_stream, d_width, d_wide;  // d_wide serves 4C and 3C columns in turn.
};

namespace {

/// The rows in use of a pass, as views of one batch.
struct Frame {
  Backend& backend;
  const GptConfig& config;
  const TokenBatch& batch;

  std::int64_t rows() const { return batch.batch * batch.time; }
  AttentionShape attention() const {
    return {batch.batch, batch.time, config.heads, config.head_size()};
  }
  Matrix matrix(Buffer& buffer, std::int64_t widths = 1) const {
    return {buffer.data(), rows(), widths * config.width};
  }
  std::span<float> column(Buffer& buffer, std::int64_t per_row = 1) const {
    return buffer.span().first(static_cast<std::size_t>(rows() * per_row));
  }
};

void forward_block(const Frame& f, const BlockViews& p, ConstMatrix in, const BlockActivations& a) {
  Backend& backend = f.backend;
  const float epsilon = f.config.layer_norm_epsilon;
  backend.layer_norm(in, p.ln_1_weight, p.ln_1_bias, epsilon, f.matrix(*a.normed_1),
                     f.column(*a.mean_1), f.column(*a.rstd_1));
  backend.linear(f.matrix(*a.normed_1), p.qkv_weight, p.qkv_bias, {}, f.matrix(*a.qkv, 3));
  backend.attention(f.attention(), f.matrix(*a.qkv, 3), f.batch.first, f.matrix(*a.attended),
                    f.column(*a.log_sum_exp, f.config.heads));
  backend.linear(f.matrix(*a.attended), p.projection_weight, p.projection_bias, in,
                 f.matrix(*a.middle));
  backend.layer_norm(f.matrix(*a.middle), p.ln_2_weight, p.ln_2_bias, epsilon,
                     f.matrix(*a.normed_2), f.column(*a.mean_2), f.column(*a.rstd_2));
  backend.linear(f.matrix(*a.normed_2), p.fc_weight, p.fc_bias, {}, f.matrix(*a.hidden, 4));
  backend.gelu(f.column(*a.hidden, 4 * f.config.width), f.column(*a.activated, 4 * f.config.width));
  backend.linear(f.matrix(*a.activated, 4), p.fc_projection_weight, p.fc_projection_bias,
                 f.matrix(*a.middle), f.matrix(*a.out));
}

/// d_stream is the gradient of the block's output when it starts and of its input when it ends.
void backward_block(const Frame& f, const BlockViews& p, const BlockViews& d, ConstMatrix in,
                    const BlockActivations& a, Matrix d_stream, Matrix d_width, Buffer& d_wide) {
  Backend& backend = f.backend;
  backend.linear_backward(d_stream, f.matrix(*a.activated, 4), p.fc_projection_weight,
                          f.matrix(d_wide, 4), d.fc_projection_weight, d.fc_projection_bias);
  backend.gelu_backward(f.column(*a.hidden, 4 * f.config.width),
                        f.column(d_wide, 4 * f.config.width));
  backend.linear_backward(f.matrix(d_wide, 4), f.matrix(*a.normed_2), p.fc_weight, d_width,
                          d.fc_weight, d.fc_bias);
  backend.layer_norm_backward(d_width, f.matrix(*a.middle), p.ln_2_weight, f.column(*a.mean_2),
                              f.column(*a.rstd_2), d_stream, d.ln_2_weight, d.ln_2_bias);

  backend.linear_backward(d_stream, f.matrix(*a.attended), p.projection_weight, d_width,
                          d.projection_weight, d.projection_bias);
  backend.attention_backward(f.attention(), d_width, f.matrix(*a.qkv, 3), f.batch.first,
                             f.matrix(*a.attended), f.column(*a.log_sum_exp, f.config.heads),
                             f.matrix(d_wide, 3));
  backend.linear_backward(f.matrix(d_wide, 3), f.matrix(*a.normed_1), p.qkv_weight, d_width,
                          d.qkv_weight, d.qkv_bias);
  backend.layer_norm_backward(d_width, in, p.ln_1_weight, f.column(*a.mean_1), f.column(*a.rstd_1),
                              d_stream, d.ln_1_weight, d.ln_1_bias);
}

}  // namespace

TrainingPass::TrainingPass(Backend& backend, const GptConfig& config, std::int64_t rows_max)
    : backend_(backend),
      config_(config),
      activations_(std::make_unique<Activations>(backend, config, rows_max)) {}

TrainingPass::~TrainingPass() = default;

void TrainingPass::forward(const Parameters& parameters, const TokenBatch& batch) {
  SCRIBE_CHECK(parameters.config() == config_, "parameters of another configuration");
  check_batch(config_, batch, activations_->rows_max);
  Activations& a = *activations_;
  const Frame f{backend_, config_, batch};
  backend_.embed(batch.tokens, positions_of(batch, config_.context), parameters.token_table,
                 parameters.position_table, f.matrix(*a.embedded));
  for (std::size_t layer = 0; layer < a.blocks.size(); ++layer)
    forward_block(f, parameters.blocks[layer], f.matrix(a.stream(layer)), a.blocks[layer]);
  backend_.layer_norm(f.matrix(a.stream(a.blocks.size())), parameters.ln_f_weight,
                      parameters.ln_f_bias, config_.layer_norm_epsilon, f.matrix(*a.normed_f),
                      f.column(*a.mean_f), f.column(*a.rstd_f));
}

double TrainingPass::head(const Parameters& parameters, const TokenBatch& batch,
                          float gradient_scale, Parameters* gradients) {
  Activations& a = *activations_;
  const Frame f{backend_, config_, batch};
  const Matrix d_normed = gradients != nullptr ? f.matrix(*a.d_width) : Matrix();
  const Matrix d_table = gradients != nullptr ? gradients->token_table : Matrix();
  backend_.head_loss(f.matrix(*a.normed_f), parameters.token_table, batch.targets, gradient_scale,
                     f.column(*a.losses), d_normed, d_table);
  const auto losses = std::span(a.host_losses).first(static_cast<std::size_t>(f.rows()));
  backend_.download(f.column(*a.losses), losses);
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
  const Frame f{backend_, config_, batch};
  const Matrix d_stream = f.matrix(*a.d_stream);
  const Matrix d_width = f.matrix(*a.d_width);  // Holds the gradient of normed_f, from head().
  backend_.fill(f.column(*a.d_stream, config_.width), 0);
  backend_.layer_norm_backward(d_width, f.matrix(a.stream(a.blocks.size())), parameters.ln_f_weight,
                               f.column(*a.mean_f), f.column(*a.rstd_f), d_stream,
                               gradients.ln_f_weight, gradients.ln_f_bias);
  for (std::size_t layer = a.blocks.size(); layer-- > 0;)
    backward_block(f, parameters.blocks[layer], gradients.blocks[layer], f.matrix(a.stream(layer)),
                   a.blocks[layer], d_stream, d_width, *a.d_wide);
  backend_.embed_backward(batch.tokens, positions_of(batch, config_.context), d_stream,
                          gradients.token_table, gradients.position_table);
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
    backend_.head_logits(x, parameters.token_table, Matrix(chunk->data(), count, V));
    backend_.download(chunk->span().first(static_cast<std::size_t>(count * V)),
                      std::span(logits).subspan(static_cast<std::size_t>(row * V),
                                                static_cast<std::size_t>(count * V)));
  }
  return logits;
}

}  // namespace scribe
