// Arguments that do not fit together abort, and the message holds the shapes.
#include <gtest/gtest.h>

#include "backend/operation_checks.h"
#include "backend/testing/test_data.h"

namespace scribe {
namespace {

using namespace testing;  // NOLINT: the helpers of these tests

class OperationChecksTest : public ::testing::TestWithParam<Device> {
 protected:
  void SetUp() override {
    Result<std::unique_ptr<Backend>> made = make_backend(GetParam(), 1);
    if (!made.ok()) GTEST_SKIP() << made.error().message();
    backend_ = std::move(made).value();
  }
  Matrix matrix(std::int64_t rows, std::int64_t cols) { return {memory_.data(), rows, cols}; }
  std::span<float> vector(std::size_t count) { return std::span(memory_).first(count); }

  Floats memory_ = Floats(4096);
  std::unique_ptr<Backend> backend_;
};

TEST_P(OperationChecksTest, Transfers) {
  EXPECT_DEATH(backend_->upload(vector(3), vector(4)), "has 4 values, expected 3");
  EXPECT_DEATH(backend_->download(vector(3), vector(2)), "has 2 values, expected 3");
  EXPECT_DEATH(backend_->copy(matrix(2, 3), matrix(3, 2)), "to is \\(3, 2\\), expected \\(2, 3\\)");
  EXPECT_DEATH(backend_->copy({memory_.data(), 2, 3, 2}, matrix(2, 3)), "stride 2");
}

TEST_P(OperationChecksTest, Embed) {
  const Ids zero = {0, 0};
  const Ids nine = {0, 9};
  EXPECT_DEATH(backend_->embed(nine, zero, matrix(9, 4), matrix(5, 4), matrix(2, 4)),
               "tokens holds 9, expected \\[0, 9\\)");
  EXPECT_DEATH(backend_->embed(zero, nine, matrix(9, 4), matrix(5, 4), matrix(2, 4)),
               "positions holds 9, expected \\[0, 5\\)");
  EXPECT_DEATH(backend_->embed_backward(zero, zero, matrix(3, 4), matrix(9, 4), matrix(5, 4)),
               "\\(3, 4\\), expected \\(2, 4\\)");
}

TEST_P(OperationChecksTest, LayerNorm) {
  EXPECT_DEATH(backend_->layer_norm(matrix(2, 8), vector(7), vector(8), 1e-5F, matrix(2, 8),
                                    vector(2), vector(2)),
               "layer_norm: weight has 7 values, expected 8");
  EXPECT_DEATH(backend_->layer_norm_backward(matrix(2, 7), matrix(2, 8), vector(8), vector(2),
                                             vector(2), matrix(2, 8), vector(8), vector(8)),
               "d_out is \\(2, 7\\), expected \\(2, 8\\)");
}

TEST_P(OperationChecksTest, Linear) {
  EXPECT_DEATH(backend_->linear(matrix(2, 3), matrix(4, 5), vector(5), {}, matrix(2, 5)),
               "linear: weight is \\(4, 5\\), expected \\(3, 5\\)");
  EXPECT_DEATH(backend_->linear(matrix(2, 3), matrix(3, 5), vector(5), matrix(2, 4), matrix(2, 5)),
               "residual is \\(2, 4\\), expected \\(2, 5\\)");
  EXPECT_DEATH(backend_->linear_backward(matrix(2, 5), matrix(2, 3), matrix(3, 5), matrix(2, 3),
                                         matrix(5, 3), vector(5)),
               "d_weight is \\(5, 3\\), expected \\(3, 5\\)");
}

TEST_P(OperationChecksTest, Gelu) {
  EXPECT_DEATH(backend_->gelu(vector(3), vector(4)), "gelu: output has 4 values, expected 3");
  EXPECT_DEATH(backend_->gelu_backward(vector(3), vector(4)), "4 values, expected 3");
}

TEST_P(OperationChecksTest, Attention) {
  const AttentionShape shape{.batch = 1, .time = 4, .heads = 2, .head_size = 3};
  EXPECT_DEATH(backend_->attention(shape, matrix(4, 12), {}, matrix(4, 6), vector(8)),
               "attention: qkv is \\(4, 12\\), expected \\(4, 18\\)");
  EXPECT_DEATH(backend_->attention(shape, matrix(4, 18), {}, matrix(4, 6), vector(7)),
               "log_sum_exp has 7 values, expected 8");
  const Ids first = {5};
  EXPECT_DEATH(backend_->attention(shape, matrix(4, 18), first, matrix(4, 6), vector(8)),
               "first holds 5, expected \\[0, 5\\)");
  EXPECT_DEATH(backend_->attention_backward(shape, matrix(4, 5), matrix(4, 18), {}, matrix(4, 6),
                                            vector(8), matrix(4, 18)),
               "d_out is \\(4, 5\\), expected \\(4, 6\\)");
  EXPECT_DEATH(backend_->attention({}, matrix(4, 18), {}, matrix(4, 6), vector(8)), "0 heads of 0");
  EXPECT_DEATH(backend_->attention({0, 2, 2, 3}, matrix(4, 18), {}, matrix(4, 6), vector(8)),
               "both must be positive");
  EXPECT_DEATH(backend_->attention({2, 2, 3, 2, 2}, matrix(4, 14), {}, matrix(4, 6), vector(12)),
               "3 heads of queries do not share 2 of keys");
}

TEST_P(OperationChecksTest, PreparedLinear) {
  const auto weight = backend_->prepare(matrix(3, 5), false, WeightFormat::int8);
  EXPECT_DEATH(backend_->linear(matrix(2, 4), *weight, {}, {}, Activation::none, matrix(2, 5)),
               "linear: x is \\(2, 4\\), expected \\(2, 3\\)");
  EXPECT_DEATH(
      backend_->linear(matrix(2, 3), *weight, vector(4), {}, Activation::none, matrix(2, 5)),
      "bias has 4 values, expected 5");
}

TEST_P(OperationChecksTest, Decoding) {
  const AttentionShape shape{1, 1, 2, 3};
  DecodeRow row;
  row.suffix = {memory_.data(), 4};
  EXPECT_DEATH(backend_->attention_decode(shape, matrix(1, 18), {&row, 1}, matrix(1, 6)),
               "suffix of 0 tokens");
  row.suffix_length = 5;
  EXPECT_DEATH(backend_->attention_decode(shape, matrix(1, 18), {&row, 1}, matrix(1, 6)),
               "a suffix of 5 tokens in memory for 4");
  row.suffix_length = 1;
  EXPECT_DEATH(backend_->copy_prefix(shape, {memory_.data(), 4}, 3, {memory_.data(), 2}),
               "a prefix to write of 3 tokens in memory for 2");
  EXPECT_DEATH(backend_->attention_decode(shape, matrix(1, 17), {&row, 1}, matrix(1, 6)),
               "qkv is \\(1, 17\\), expected \\(1, 18\\)");
  EXPECT_DEATH(backend_->attention_decode(shape, matrix(2, 18), {&row, 1}, matrix(2, 6)),
               "out is \\(2, 6\\), expected \\(1, 6\\)");
}

TEST_P(OperationChecksTest, Head) {
  const Ids targets = {0, 7};
  EXPECT_DEATH(backend_->head_logits(matrix(2, 3), matrix(7, 4), {}, matrix(2, 7)),
               "table is \\(7, 4\\), expected \\(7, 3\\)");
  EXPECT_DEATH(backend_->head_logits(matrix(2, 3), matrix(7, 3), vector(6), matrix(2, 7)),
               "bias has 6 values, expected 7");
  EXPECT_DEATH(backend_->head_loss(matrix(2, 3), matrix(7, 3), {}, targets, 1, vector(2), {}),
               "targets holds 7, expected \\[-1, 7\\)");
  const Ids fine = {0, -1};
  EXPECT_DEATH(backend_->head_loss(matrix(2, 3), matrix(7, 3), {}, fine, 1, vector(2),
                                   {matrix(2, 3), {}, {}}),
               "d_table is \\(0, 0\\), expected \\(7, 3\\)");
}

TEST_P(OperationChecksTest, NormsActivationsAndRotation) {
  EXPECT_DEATH(backend_->rms_norm(matrix(2, 3), vector(4), 1, matrix(2, 3), vector(2)),
               "weight has 4 values, expected 3");
  EXPECT_DEATH(backend_->swiglu(matrix(2, 3), matrix(2, 3)),
               "gate and up is \\(2, 3\\), expected \\(2, 6\\)");
  const Rotation rotation{matrix(4, 2), matrix(4, 2), RotaryPairs::halves, 1, 4};
  const Ids positions = {0, 4};
  EXPECT_DEATH(backend_->rotate(rotation, positions, false, matrix(2, 6)),
               "positions holds 4, expected \\[0, 4\\)");
  const Ids fine = {0, 3};
  EXPECT_DEATH(backend_->rotate(rotation, fine, false, matrix(2, 3)), "1 heads of 4 in");
}

TEST_P(OperationChecksTest, AdamW) {
  EXPECT_DEATH(backend_->adamw(vector(4), vector(3), vector(4), vector(4), {}),
               "gradients has 3 values, expected 4");
  EXPECT_DEATH(backend_->adamw(vector(4), vector(4), vector(4), vector(4), {.step = 0}),
               "step 0, expected >= 1");
}

// Of the backends that draw.
TEST_P(OperationChecksTest, DrawTokens) {
  DrawnToken drawn;
  const auto check = [&](Matrix logits, DrawRow row) {
    check_draw_tokens(logits, {&row, 1}, {&drawn, 1});
  };
  check(matrix(2, 5), {.row = 1});
  EXPECT_DEATH(check(matrix(2, 5), {.row = 2}), "row 2 of 2");
  EXPECT_DEATH(check(matrix(2, 0), {}), "logits is \\(2, 0\\), expected 1 to 4194304 columns");
  EXPECT_DEATH(check(matrix(2, 5), {.top_p = 1.5}), "top_p 1.5");
  EXPECT_DEATH(check(matrix(2, 5), {.temperature = -1}), "temperature -1");
  EXPECT_DEATH(check_draw_tokens(matrix(2, 5), {}, {&drawn, 1}), "drawn has 1 values, expected 0");
}

INSTANTIATE_TEST_SUITE_P(Devices, OperationChecksTest,
                         ::testing::Values(Device::reference, Device::cpu), [](const auto& device) {
                           return std::string(device.param == Device::cpu ? "cpu" : "reference");
                         });

}  // namespace
}  // namespace scribe
