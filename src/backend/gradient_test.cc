// Backward operations of the reference and of CUDA against differences of the forward ones.
#include <gtest/gtest.h>

#include <functional>

#include "backend/testing/test_data.h"

namespace scribe {
namespace {

using namespace testing;  // NOLINT: the helpers of these tests

// Central differences with step h err by O(h^2) and by the rounding of float outputs (6e-8 of their
// size) over h: 1e-2 balances the two at about 1e-4.
constexpr double kStep = 1e-2;
constexpr double kTolerance = 2e-3;

class GradientTest : public VariantTest {
 protected:
  /// sum of out * weights: a scalar whose gradient with respect to out is `weights`.
  static double weighted_sum(const Floats& out, const Floats& weights) {
    double sum = 0;
    for (std::size_t i = 0; i < out.size(); ++i)
      sum += static_cast<double>(out[i]) * static_cast<double>(weights[i]);
    return sum;
  }

  /// Compares `gradient` with the differences of `scalar` as each of `values` moves.
  static void expect_gradient(const char* name, Floats& values, const Floats& gradient,
                              const std::function<double()>& scalar) {
    ASSERT_EQ(values.size(), gradient.size()) << name;
    for (std::size_t i = 0; i < values.size(); ++i) {
      const float old = values[i];
      values[i] = old + static_cast<float>(kStep);
      const double above = static_cast<double>(values[i]);
      const double scalar_above = scalar();
      values[i] = old - static_cast<float>(kStep);
      const double below = static_cast<double>(values[i]);
      const double difference = (scalar_above - scalar()) / (above - below);
      values[i] = old;
      EXPECT_NEAR(static_cast<double>(gradient[i]), difference,
                  kTolerance * (1 + std::abs(difference)))
          << name << "[" << i << "]";
    }
  }
};

TEST_P(GradientTest, Linear) {
  constexpr std::int64_t m = 3, k = 4, n = 5;
  Floats x = random_floats(m * k, 1);
  Floats weight = random_floats(k * n, 2);
  Floats bias = random_floats(n, 3);
  Floats d_out = random_floats(m * n, 4);
  Floats out(m * n);
  const auto scalar = [&] {
    backend_->linear({x.data(), m, k}, {weight.data(), k, n}, bias, {}, {out.data(), m, n});
    return weighted_sum(out, d_out);
  };
  Floats d_x(m * k), d_weight(k * n), d_bias(n);
  backend_->linear_backward({d_out.data(), m, n}, {x.data(), m, k}, {weight.data(), k, n},
                            {d_x.data(), m, k}, {d_weight.data(), k, n}, d_bias);
  expect_gradient("x", x, d_x, scalar);
  expect_gradient("weight", weight, d_weight, scalar);
  expect_gradient("bias", bias, d_bias, scalar);
}

TEST_P(GradientTest, LayerNorm) {
  constexpr std::int64_t m = 3, c = 6;
  Floats x = random_floats(m * c, 1);
  Floats weight = random_floats(c, 2);
  Floats bias = random_floats(c, 3);
  Floats d_out = random_floats(m * c, 4);
  Floats out(m * c), mean(m), rstd(m);
  const auto scalar = [&] {
    backend_->layer_norm({x.data(), m, c}, weight, bias, 1e-5F, {out.data(), m, c}, mean, rstd);
    return weighted_sum(out, d_out);
  };
  scalar();
  Floats d_x(m * c), d_weight(c), d_bias(c);
  backend_->layer_norm_backward({d_out.data(), m, c}, {x.data(), m, c}, weight, mean, rstd,
                                {d_x.data(), m, c}, d_weight, d_bias);
  expect_gradient("x", x, d_x, scalar);
  expect_gradient("weight", weight, d_weight, scalar);
  expect_gradient("bias", bias, d_bias, scalar);
}

TEST_P(GradientTest, Gelu) {
  Floats x = random_floats(50, 1, 2);
  Floats d = random_floats(50, 2);
  Floats out(50);
  Floats d_x = d;
  backend_->gelu_backward(x, d_x);
  expect_gradient("x", x, d_x, [&] {
    backend_->gelu(x, out);
    return weighted_sum(out, d);
  });
}

TEST_P(GradientTest, RmsNorm) {
  constexpr std::int64_t m = 3, c = 6;
  Floats x = random_floats(m * c, 1);
  Floats weight = random_floats(c, 2);
  Floats d_out = random_floats(m * c, 4);
  Floats out(m * c), rstd(m);
  const auto scalar = [&] {
    backend_->rms_norm({x.data(), m, c}, weight, 1e-5F, {out.data(), m, c}, rstd);
    return weighted_sum(out, d_out);
  };
  scalar();
  Floats d_x(m * c), d_weight(c);
  backend_->rms_norm_backward({d_out.data(), m, c}, {x.data(), m, c}, weight, rstd,
                              {d_x.data(), m, c}, d_weight);
  expect_gradient("x", x, d_x, scalar);
  expect_gradient("weight", weight, d_weight, scalar);
}

TEST_P(GradientTest, SwiGlu) {
  constexpr std::int64_t m = 4, f = 7;
  Floats gate_up = random_floats(m * 2 * f, 1, 2);
  Floats d_out = random_floats(m * f, 2);
  Floats out(m * f), d_gate_up(m * 2 * f);
  backend_->swiglu_backward({gate_up.data(), m, 2 * f}, {d_out.data(), m, f},
                            {d_gate_up.data(), m, 2 * f});
  expect_gradient("gate and up", gate_up, d_gate_up, [&] {
    backend_->swiglu({gate_up.data(), m, 2 * f}, {out.data(), m, f});
    return weighted_sum(out, d_out);
  });
}

TEST_P(GradientTest, TurningBackIsTheGradientOfTurning) {
  constexpr std::int64_t m = 4, width = 2 * 8 + 3;
  const Ids positions = {0, 3, 1, 2};
  const RotaryTables tables(4, 3);
  for (const RotaryPairs pairs : {RotaryPairs::neighbours, RotaryPairs::halves}) {
    const Rotation rotation = tables.rotation(pairs, 2, 8);
    Floats x = random_floats(m * width, 1);
    Floats d_out = random_floats(m * width, 2);
    Floats d_x = d_out;
    backend_->rotate(rotation, positions, true, {d_x.data(), m, width});
    expect_gradient("x", x, d_x, [&] {
      Floats out = x;
      backend_->rotate(rotation, positions, false, {out.data(), m, width});
      return weighted_sum(out, d_out);
    });
  }
}

// Plain, with shared keys, with a band, with a scale of its own.
constexpr AttentionShape kAttentionShapes[] = {
    {2, 5, 2, 3}, {2, 5, 4, 3, 2}, {2, 5, 3, 2, 1, 2}, {2, 6, 2, 3, 0, 3, 1.0F}};

TEST_P(GradientTest, AttentionWithPadding) {
  for (const AttentionShape& shape : kAttentionShapes) {
    SCOPED_TRACE(
        fmt::format("heads {} of {} window {}", shape.heads, shape.kv_heads, shape.window));
    const Ids first = {0, 2};
    const std::int64_t rows = shape.rows();
    const std::int64_t width = shape.width();
    const std::int64_t qkv_width = shape.qkv_width();
    Floats qkv = random_floats(rows * qkv_width, 1);
    Floats d_out = random_floats(rows * width, 2);
    Floats out(index(rows * width)), log_sum_exp(index(rows * shape.heads));
    const auto scalar = [&] {
      backend_->attention(shape, {qkv.data(), rows, qkv_width}, first, {out.data(), rows, width},
                          log_sum_exp);
      return weighted_sum(out, d_out);
    };
    scalar();
    Floats d_qkv = random_floats(rows * qkv_width, 3);
    backend_->attention_backward(shape, {d_out.data(), rows, width}, {qkv.data(), rows, qkv_width},
                                 first, {out.data(), rows, width}, log_sum_exp,
                                 {d_qkv.data(), rows, qkv_width});
    expect_gradient("qkv", qkv, d_qkv, scalar);
  }
}

TEST_P(GradientTest, HeadLoss) {
  constexpr std::int64_t m = 4, c = 3, v = 6;
  Floats x = random_floats(m * c, 1);
  Floats table = random_floats(v * c, 2);
  Floats bias = random_floats(v, 3);
  const Ids targets = {5, -1, 0, 3};
  Floats losses(m);
  const auto scalar = [&] {
    backend_->head_loss({x.data(), m, c}, {table.data(), v, c}, bias, targets, 1.0F, losses, {});
    return 0.5 * weighted_sum(losses, Floats(m, 1.0F));
  };
  Floats d_x(m * c), d_table(v * c), d_bias(v);
  backend_->head_loss({x.data(), m, c}, {table.data(), v, c}, bias, targets, 0.5F, losses,
                      {{d_x.data(), m, c}, {d_table.data(), v, c}, d_bias});
  expect_gradient("x", x, d_x, scalar);
  expect_gradient("table", table, d_table, scalar);
  expect_gradient("bias", bias, d_bias, scalar);
}

TEST_P(GradientTest, Embed) {
  constexpr std::int64_t m = 4, c = 3;
  const Ids tokens = {1, 0, 1, 1};
  const Ids positions = {0, 1, 2, 0};
  Floats token_table = random_floats(2 * c, 1);
  Floats position_table = random_floats(3 * c, 2);
  Floats d_out = random_floats(m * c, 3);
  Floats out(m * c);
  const auto scalar = [&] {
    backend_->embed(tokens, positions, {token_table.data(), 2, c}, {position_table.data(), 3, c},
                    {out.data(), m, c});
    return weighted_sum(out, d_out);
  };
  Floats d_token_table(2 * c), d_position_table(3 * c);
  backend_->embed_backward(tokens, positions, {d_out.data(), m, c}, {d_token_table.data(), 2, c},
                           {d_position_table.data(), 3, c});
  expect_gradient("token table", token_table, d_token_table, scalar);
  expect_gradient("position table", position_table, d_position_table, scalar);
}

// The last position's attention is that of a decoding step over the earlier keys and values.
TEST_P(GradientTest, DecodingAgreesWithAttention) {
  for (const AttentionShape shape :
       {AttentionShape{1, 6, 2, 3}, AttentionShape{1, 6, 4, 3, 2},
        AttentionShape{1, 6, 4, 3, 1, 0, 0.7F}, AttentionShape{1, 6, 2, 3, 0, 1},
        AttentionShape{1, 6, 2, 3, 0, 4}}) {
    const std::int64_t width = shape.width();
    OwnedMatrix qkv(6, shape.qkv_width(), 1);
    Floats out(index(6 * width)), log_sum_exp(index(6 * shape.heads)), decoded(index(width));
    backend_->attention(shape, qkv.view(), {}, {out.data(), 6, width}, log_sum_exp);
    const auto prefix = backend_->allocate(backend_->prefix_floats(shape, 4));
    const auto suffix = backend_->allocate(backend_->suffix_floats(shape, 2, false));
    for (std::int64_t t = 0; t < 6; ++t) {
      const DecodeRow row{.prefix = {prefix->data(), 4},
                          .prefix_length = std::min<std::int64_t>(t + 1, 4),
                          .suffix = {suffix->data(), 2},
                          .suffix_length = std::max<std::int64_t>(t - 3, 0)};
      backend_->attention_decode(shape, {qkv.view().row(t), 1, shape.qkv_width()}, {&row, 1},
                                 {decoded.data(), 1, width});
    }
    EXPECT_LE(largest_difference(decoded, Floats(out.begin() + 5 * width, out.end())), 1e-6);
  }
}

// One step from zero moments moves by the learning rate times the gradient's sign, less the decay.
TEST_P(GradientTest, FirstAdamWStepIsTheSignOfTheGradient) {
  Floats parameters = {1.0F, -2.0F};
  Floats m(2), v(2);
  const Floats gradients = {0.5F, -3.0F};
  backend_->adamw(parameters, gradients, m, v,
                  {.learning_rate = 0.1, .epsilon = 0, .weight_decay = 0.2});
  EXPECT_NEAR(parameters[0], 1.0 - 0.1 - 0.1 * 0.2 * 1.0, 1e-6);
  EXPECT_NEAR(parameters[1], -2.0 + 0.1 + 0.1 * 0.2 * 2.0, 1e-6);
  EXPECT_NEAR(m[0], 0.1 * 0.5, 1e-7);
  EXPECT_NEAR(v[1], 0.05 * 9.0, 1e-6);
}

INSTANTIATE_TEST_SUITE_P(Reference, GradientTest, ::testing::Values(reference_variant()),
                         variant_name);
INSTANTIATE_TEST_SUITE_P(Cuda, GradientTest, ::testing::Values(cuda_variant()), variant_name);

}  // namespace
}  // namespace scribe
