// The operations a model needs, over one device's memory.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "backend/int8.h"
#include "base/check.h"
#include "base/result.h"

namespace scribe {

/// A matrix of floats in a backend's memory: row r starts at data + r * stride.
template <typename T>
struct BasicMatrix {
  T* data = nullptr;
  std::int64_t rows = 0;
  std::int64_t cols = 0;
  std::int64_t stride = 0;

  BasicMatrix() = default;
  BasicMatrix(T* data_, std::int64_t rows_, std::int64_t cols_)
      : data(data_), rows(rows_), cols(cols_), stride(cols_) {}
  BasicMatrix(T* data_, std::int64_t rows_, std::int64_t cols_, std::int64_t stride_)
      : data(data_), rows(rows_), cols(cols_), stride(stride_) {}

  T* row(std::int64_t index) const { return data + index * stride; }
  operator BasicMatrix<const T>() const {  // NOLINT: a view may always be read only
    return {data, rows, cols, stride};
  }
};
using Matrix = BasicMatrix<float>;
using ConstMatrix = BasicMatrix<const float>;

/// A weight that operations read: floats in a backend's memory, or bf16 (the first 16 bits of a
/// float), which count as the floats they stand for. One of the pointers is set, or neither.
struct Weight {
  const float* data = nullptr;
  const std::uint16_t* bf16 = nullptr;
  std::int64_t rows = 0;
  std::int64_t cols = 0;
  std::int64_t stride = 0;

  Weight() = default;
  Weight(ConstMatrix matrix)  // NOLINT: a matrix is a weight
      : data(matrix.data), rows(matrix.rows), cols(matrix.cols), stride(matrix.stride) {}
  Weight(Matrix matrix) : Weight(ConstMatrix(matrix)) {}  // NOLINT: so is one that may be written
  Weight(const float* data_, std::int64_t rows_, std::int64_t cols_)
      : data(data_), rows(rows_), cols(cols_), stride(cols_) {}
  Weight(const std::uint16_t* bf16_, std::int64_t rows_, std::int64_t cols_)
      : bf16(bf16_), rows(rows_), cols(cols_), stride(cols_) {}

  bool empty() const { return data == nullptr && bf16 == nullptr; }
};

/// Floats in a backend's memory, zero at first, freed with the object.
class Buffer {
 public:
  virtual ~Buffer() = default;
  virtual float* data() = 0;
  virtual std::int64_t size() const = 0;
  std::span<float> span() { return {data(), static_cast<std::size_t>(size())}; }
};

/// Causal self-attention: multi-head, or with several heads of queries to one of keys and values
/// (Ainslie et al. 2023; one for all is Shazeer 2019), over all earlier positions or a band of them
/// (Child et al. 2019).
struct AttentionShape {
  std::int64_t batch = 0;
  std::int64_t time = 0;
  std::int64_t heads = 0;
  std::int64_t head_size = 0;
  std::int64_t kv_heads = 0;  ///< heads of keys and values; 0: as many as of queries
  std::int64_t window = 0;    ///< keys that a query sees, its own included; 0: all up to its own
  float scale = 0;            ///< of the scores; 0: 1 / sqrt(head_size)

  std::int64_t rows() const { return batch * time; }
  std::int64_t width() const { return heads * head_size; }
  std::int64_t key_heads() const { return kv_heads == 0 ? heads : kv_heads; }
  std::int64_t key_width() const { return key_heads() * head_size; }
  /// Columns of q, k and v side by side.
  std::int64_t qkv_width() const { return width() + 2 * key_width(); }
  /// Heads of queries that share one of keys.
  std::int64_t group() const { return heads / key_heads(); }
  /// The first key that the query at `position` sees.
  std::int64_t first_key(std::int64_t position) const {
    return window == 0 || position < window ? 0 : position - window + 1;
  }
  double score_scale() const;
};

/// How rotary position embedding (Su et al. 2021) pairs the columns of a head: column i with its
/// neighbour (GPT-J, CodeGen), or with the one half the rotated columns further (Llama).
enum class RotaryPairs { neighbours, halves };

/// The angles of every position, as cosines and sines (positions, pairs), and whom they turn: the
/// first `heads` * `head_size` columns, of each head the first 2 * pairs.
struct Rotation {
  ConstMatrix cosines;
  ConstMatrix sines;
  RotaryPairs pairs = RotaryPairs::halves;
  std::int64_t heads = 0;
  std::int64_t head_size = 0;
};

/// Keys and values of one layer for up to `capacity` tokens, in the layout that their backend likes
/// (see Backend::attention_decode).
struct KeyValues {
  float* data = nullptr;
  std::int64_t capacity = 0;
  bool half = false;  ///< numbers are rounded to f16; only in suffixes
};

/// One token in a decoding step, the last of its sequence: a prefix that several sequences may
/// share, and a suffix of its own. Either may be empty, not both.
struct DecodeRow {
  KeyValues prefix;
  std::int64_t prefix_length = 0;
  KeyValues suffix;
  std::int64_t suffix_length = 0;

  std::int64_t length() const { return prefix_length + suffix_length; }
};

/// How the numbers of a prepared weight are stored. int8: a column of the weight is a float times
/// integers in [-127, 127]; so is each run of kInt8Group columns of a row of x, anew in every
/// product. Sums of products of integers are exact; they are added up as floats, run by run.
enum class WeightFormat { f32, f16, int8 };

/// "f32", "f16", "int8". Errors: invalid_argument naming the choices.
Result<WeightFormat> weight_format_named(std::string_view name);
std::string_view name_of(WeightFormat format);

/// What a product with a prepared weight does with its sums last: nothing, or gelu().
enum class Activation { none, gelu };

/// A weight (K, N) that does not change, laid out once for many products.
class PreparedWeight {
 public:
  virtual ~PreparedWeight() = default;
  std::int64_t depth() const { return depth_; }
  std::int64_t cols() const { return cols_; }
  WeightFormat format() const { return format_; }
  virtual std::int64_t bytes() const = 0;

 protected:
  PreparedWeight(std::int64_t depth, std::int64_t cols, WeightFormat format)
      : depth_(depth), cols_(cols), format_(format) {}

 private:
  std::int64_t depth_;
  std::int64_t cols_;
  WeightFormat format_;
};

/// Decoupled weight decay Adam (Loshchilov and Hutter 2019).
struct AdamWStep {
  double learning_rate = 0;
  double beta1 = 0.9;
  double beta2 = 0.95;
  double epsilon = 1e-8;
  double weight_decay = 0;
  double gradient_scale = 1;  ///< multiplies the gradient first (clipping)
  std::int64_t step = 1;      ///< 1 for the first update (bias correction)
};

/// The random bits of rounding to bf16: a function of these, the step and an element's index.
struct RandomRounding {
  std::uint64_t seed = 0;
  std::int64_t first = 0;  ///< index of the first element

  /// Of bf16_noise().
  std::uint32_t key(const AdamWStep& step) const;
  std::uint32_t index(std::int64_t element) const {
    return static_cast<std::uint32_t>(first + element);
  }
};

/// One token to draw from a row of logits. See Backend::draw_tokens.
struct DrawRow {
  std::int64_t row = 0;    ///< of the logits
  double temperature = 1;  ///< > 0 divides the logits; 0 takes the most likely token
  std::int32_t top_k = 0;  ///< keeps this many tokens; 0 keeps all
  double top_p = 1;        ///< 0 to 1; 1 keeps all
  double min_p = 0;        ///< 0 to 1; 0 keeps all
  std::uint64_t bits = 0;  ///< random: they pick one of those that are kept
};

/// The token, and what makes its logit a log-probability: logit - max - log(sum_of_exp).
struct DrawnToken {
  std::int32_t token = -1;  ///< -1: there is no distribution, and the rest says nothing
  float logit = 0;          ///< of the token
  float max = 0;            ///< of the row
  double sum_of_exp = 0;    ///< of exp2_nonpositive((logits - max) * kLog2E), by parts in order
};

/// What head_loss() writes; without x.data it computes no gradient.
struct HeadLossGradients {
  Matrix x;
  Matrix table;
  std::span<float> bias;
};

/// Shapes: B batch, T time, C width, V vocabulary, M rows of any kind. Token tables and targets are
/// host memory, everything else is backend memory. "+=" says that an output is accumulated into.
///
/// Contract of every implementation: results are the same bits at any thread count; each row of
/// linear(), layer_norm(), head_logits(), attention_decode() and draw_tokens() is the same bits
/// whatever other rows are computed with it. `reference` is plain loops with double accumulators
/// and is the specification; the others are tested against it.
class Backend {
 public:
  virtual ~Backend() = default;
  /// Of the device and what it multiplies, where that is not f32: what decides bits.
  virtual std::string_view name() const = 0;
  /// What the multiply-add units give, measured for a few hundredths of a second; 0: not known.
  virtual double peak_flop_per_second() { return 0; }

  // Memory.
  virtual std::unique_ptr<Buffer> allocate(std::int64_t count) = 0;
  virtual void upload(std::span<const float> host, std::span<float> device) = 0;
  virtual void download(std::span<const float> device, std::span<float> host) = 0;
  /// The values for the host to read: where they are, or downloaded into `copy`.
  virtual std::span<const float> in_host_memory(std::span<const float> values,
                                                std::vector<float>& copy) {
    copy.resize(values.size());
    download(values, copy);
    return copy;
  }
  /// Rounded to the nearest bf16, ties to even; and back.
  virtual void upload_bf16(std::span<const float> host, std::span<std::uint16_t> device) = 0;
  virtual void download_bf16(std::span<const std::uint16_t> device, std::span<float> host) = 0;
  virtual void fill(std::span<float> values, float value) = 0;
  /// Copies rows; shapes must agree, strides may differ.
  virtual void copy(ConstMatrix from, Matrix to) = 0;

  /// out[m] = token_table[tokens[m]] + position_table[positions[m]]. out (M, C). Without a position
  /// table (empty) only the token counts.
  virtual void embed(std::span<const std::int32_t> tokens, std::span<const std::int32_t> positions,
                     Weight token_table, Weight position_table, Matrix out) = 0;
  /// d_token_table[tokens[m]] += d_out[m]; d_position_table[positions[m]] += d_out[m].
  virtual void embed_backward(std::span<const std::int32_t> tokens,
                              std::span<const std::int32_t> positions, ConstMatrix d_out,
                              Matrix d_token_table, Matrix d_position_table) = 0;

  /// out = (x - mean) / sqrt(variance + epsilon) * weight + bias, by rows; mean and
  /// rstd = 1 / sqrt(variance + epsilon) are kept for the backward pass. x, out (M, C).
  virtual void layer_norm(ConstMatrix x, std::span<const float> weight, std::span<const float> bias,
                          float epsilon, Matrix out, std::span<float> mean,
                          std::span<float> rstd) = 0;
  /// d_x +=, d_weight +=, d_bias +=. d_x is accumulated because it is the residual stream's
  /// gradient.
  virtual void layer_norm_backward(ConstMatrix d_out, ConstMatrix x, std::span<const float> weight,
                                   std::span<const float> mean, std::span<const float> rstd,
                                   Matrix d_x, std::span<float> d_weight,
                                   std::span<float> d_bias) = 0;

  /// RMSNorm (Zhang and Sennrich 2019): out = x / sqrt(mean(x^2) + epsilon) * weight, by rows; rstd
  /// is kept for the backward pass. x, out (M, C).
  virtual void rms_norm(ConstMatrix x, std::span<const float> weight, float epsilon, Matrix out,
                        std::span<float> rstd) = 0;
  /// d_x +=, d_weight +=.
  virtual void rms_norm_backward(ConstMatrix d_out, ConstMatrix x, std::span<const float> weight,
                                 std::span<const float> rstd, Matrix d_x,
                                 std::span<float> d_weight) = 0;

  /// out = x * weight + bias (+ residual, if residual.data is set; it may be out itself).
  /// x (M, K), weight (K, N) as GPT-2 stores it, bias (N) or empty, out (M, N).
  virtual void linear(ConstMatrix x, Weight weight, std::span<const float> bias,
                      ConstMatrix residual, Matrix out) = 0;
  /// The weight (K, N), or if `transposed` the transpose of (N, K), for the product below.
  virtual std::unique_ptr<PreparedWeight> prepare(Weight weight, bool transposed,
                                                  WeightFormat format) = 0;
  /// As above, in the weight's format. With f32 the bits are those of linear(), head_logits() and
  /// gelu().
  virtual void linear(ConstMatrix x, const PreparedWeight& weight, std::span<const float> bias,
                      ConstMatrix residual, Activation activation, Matrix out) = 0;
  /// d_weight += x^T * d_out; d_bias += column sums of d_out, unless empty; d_x = d_out * weight^T,
  /// which may be the memory of x.
  virtual void linear_backward(ConstMatrix d_out, ConstMatrix x, Weight weight, Matrix d_x,
                               Matrix d_weight, std::span<float> d_bias) = 0;

  /// GPT-2's tanh form: out = x/2 (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))).
  virtual void gelu(std::span<const float> x, std::span<float> out) = 0;
  /// d = d * gelu'(x), in place.
  virtual void gelu_backward(std::span<const float> x, std::span<float> d) = 0;

  /// SwiGLU (Shazeer 2020): out = g sigmoid(g) u, with g and u the left and the right half of
  /// gate_up's columns. gate_up (M, 2F), out (M, F).
  virtual void swiglu(ConstMatrix gate_up, Matrix out) = 0;
  /// d_gate_up = the gradient of that.
  virtual void swiglu_backward(ConstMatrix gate_up, ConstMatrix d_out, Matrix d_gate_up) = 0;

  /// Turns the pairs (a, b) of row m by the angles of positions[m], in place: to
  /// (a cos - b sin, b cos + a sin), or back if `inverse`, which is the gradient.
  virtual void rotate(const Rotation& rotation, std::span<const std::int32_t> positions,
                      bool inverse, Matrix x) = 0;

  /// Causal self-attention, softmax(scale q k^T) v per head.
  /// qkv (B*T, qkv_width): q, k, v side by side; out (B*T, C); log_sum_exp (B*heads*T) for the
  /// backward pass. first[b] is row b's first real position (left padding): keys before it are
  /// invisible, and outputs at positions before it are zero. Empty `first` means no padding.
  virtual void attention(const AttentionShape& shape, ConstMatrix qkv,
                         std::span<const std::int32_t> first, Matrix out,
                         std::span<float> log_sum_exp) = 0;
  /// d_qkv is overwritten (zero at padding). `out` and `log_sum_exp` are those of attention().
  virtual void attention_backward(const AttentionShape& shape, ConstMatrix d_out, ConstMatrix qkv,
                                  std::span<const std::int32_t> first, ConstMatrix out,
                                  std::span<const float> log_sum_exp, Matrix d_qkv) = 0;
  /// Floats of memory for keys and values of `capacity` tokens: those of a prefix that many rows
  /// share, and those of a row's own suffix, which may be in f16 (`half`). The shape's batch and
  /// time do not count.
  virtual std::int64_t prefix_floats(const AttentionShape& shape, std::int64_t capacity) = 0;
  virtual std::int64_t suffix_floats(const AttentionShape& shape, std::int64_t capacity,
                                     bool half) = 0;
  /// Copies a prefix's first `count` tokens.
  virtual void copy_prefix(const AttentionShape& shape, KeyValues from, std::int64_t count,
                           KeyValues to) = 0;
  /// One step: appends every row's k and v (from qkv (R, qkv_width)) as the last of its suffix, or
  /// of its prefix if it has no suffix, and then attends from each row over its sequence. So tokens
  /// that follow each other may be rows of one step. out (R, C). Rows whose prefixes are the same
  /// memory share it. The shape's batch and time do not count.
  virtual void attention_decode(const AttentionShape& shape, ConstMatrix qkv,
                                std::span<const DecodeRow> rows, Matrix out) = 0;

  /// logits = x * table^T + bias. x (M, C), table (V, C), bias (V) or empty, logits (M, V).
  virtual void head_logits(ConstMatrix x, Weight table, std::span<const float> bias,
                           Matrix logits) = 0;
  /// losses[m] = -log softmax(logits of row m)[targets[m]], 0 where targets[m] is -1 (ignored).
  /// Never holds (M, V) at once. If d.x.data is set: d.x = and d.table +=, d.bias += the gradient
  /// of gradient_scale * sum(losses).
  virtual void head_loss(ConstMatrix x, Weight table, std::span<const float> bias,
                         std::span<const std::int32_t> targets, float gradient_scale,
                         std::span<float> losses, const HeadLossGradients& d) = 0;

  /// Draws a token for each of `rows`, several of which may be of one row of the logits (M, V),
  /// 1 <= V <= kDrawVocabularyMax. Or does nothing and returns false: then the host, in whose
  /// memory the logits are, draws them itself (Sampler::draw).
  ///
  /// A token weighs token_weight(exp2_nonpositive((logit - max) * (1 / temperature * kLog2E))), in
  /// floats: integers, whose sums are exact in any order. Tokens rank by logit, then lower id.
  /// top_k keeps the first k; of those, top_p keeps the shortest run from the top that weighs
  /// nucleus_weight(top_p, weight of all those); of those, min_p keeps what weighs least_weight()
  /// or more. Drawn is the first by id up to which those that are kept weigh more than
  /// scaled_bits(bits, weight of them all); with temperature 0, the first in rank. A row with a NaN
  /// or +inf, or of -inf alone, has no distribution. The names are of token_weights.h.
  [[nodiscard]] virtual bool draw_tokens(ConstMatrix /*logits*/, std::span<const DrawRow> /*rows*/,
                                         std::span<DrawnToken> /*drawn*/) {
    return false;
  }

  /// Sum of squares, accumulated in double in a fixed order.
  virtual double sum_of_squares(std::span<const float> values) = 0;
  /// Updates parameters, m and v in place; all of one length.
  virtual void adamw(std::span<float> parameters, std::span<const float> gradients,
                     std::span<float> m, std::span<float> v, const AdamWStep& step) = 0;
  /// As above, of parameters in bf16 that have no copy in more bits: the update is computed in
  /// floats, and then rounded up or down at random (to_bf16_at_random()), so that on average
  /// nothing of an update smaller than a bf16's last bit is lost. The bits depend on `rounding`,
  /// step.step and the elements' places alone.
  virtual void adamw(std::span<std::uint16_t> parameters, std::span<const float> gradients,
                     std::span<float> m, std::span<float> v, const AdamWStep& step,
                     const RandomRounding& rounding) = 0;
};

enum class Device { reference, cpu, cuda };

/// What products multiply. Sums are floats, and so is what is stored, but for a Weight in bf16.
/// tf32, only of `cuda`: floats whose last 13 bits count for nothing; bf16, not of `reference`:
/// operands are rounded to bf16.
enum class Precision { f32, tf32, bf16 };

/// A device, how it multiplies, and of GPUs which one.
struct DeviceChoice {
  DeviceChoice() = default;
  DeviceChoice(Device device_) : device(device_) {}  // NOLINT: most have no more to choose
  DeviceChoice(Device device_, Precision precision_) : device(device_), precision(precision_) {}

  Device device = Device::cpu;
  int number = 0;  ///< of GPUs, as CUDA numbers them
  Precision precision = Precision::f32;

  bool operator==(const DeviceChoice&) const = default;
};

/// "cpu", "cpu,bf16", "reference", "cuda:N" ("cuda" is 0), "cuda:N,tf32", "cuda:N,bf16", "auto":
/// cuda:0 where there is one, else cpu. Errors: invalid_argument naming the choices.
Result<DeviceChoice> device_named(std::string_view name);

/// threads: 0 means one per core, only of `cpu`. Errors: unsupported if this processor lacks AVX2
/// and FMA (`cpu`) or AVX-512 BF16 (`cpu` with bf16), if this build or machine lacks CUDA (`cuda`);
/// not_found if there is no such GPU.
Result<std::unique_ptr<Backend>> make_backend(const DeviceChoice& choice, int threads = 0);

}  // namespace scribe
