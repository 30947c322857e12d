// Every operation of the fast backends against the reference, on random inputs of odd sizes.
#include <gtest/gtest.h>

#include <algorithm>

#include "backend/testing/test_data.h"

namespace scribe {
namespace {

using namespace testing;  // NOLINT: the helpers of these tests

// Relative to 1 + |value|. Sums of up to some hundred products of standard normals: the rounding of
// a float sum of n terms grows as sqrt(n) * 6e-8 * |terms|, so 300 terms stay below 2e-6 *
// |sum| 10.
constexpr double kTolerance = 2e-5;

class BackendTest : public VariantTest {
 protected:
  /// Runs `operation(backend, outputs)` on both backends with equal copies of `outputs` and
  /// compares.
  template <typename Operation>
  void expect_equal(std::vector<Floats> outputs, Operation operation,
                    double tolerance = kTolerance) {
    std::vector<Floats> expected = outputs;
    operation(*reference_, expected);
    operation(*backend_, outputs);
    for (std::size_t i = 0; i < outputs.size(); ++i)
      EXPECT_LE(largest_difference(outputs[i], expected[i]), tolerance) << "output " << i;
  }
};

struct ProductShape {
  std::int64_t m, k, n;
};

constexpr ProductShape kProductShapes[] = {
    {1, 1, 1},   {1, 3, 7},     {5, 65, 33},    {37, 3, 16},    {13, 64, 48},    {6, 16, 100},
    {72, 8, 31}, {73, 65, 129}, {200, 400, 70}, {145, 770, 33}, {300, 257, 256}, {1, 800, 96}};

TEST_P(BackendTest, LinearOfAnyShapeAndStride) {
  for (const auto [m, k, n] : kProductShapes) {
    SCOPED_TRACE(fmt::format("m {} k {} n {}", m, k, n));
    OwnedMatrix x(m, k, 1, 1, 3);
    OwnedMatrix weight(k, n, 2, 0.2, 5);
    OwnedMatrix residual(m, n, 3, 1, 2);
    const Floats bias = random_floats(n, 4);
    for (const bool with_residual : {false, true})
      expect_equal({random_floats(m * (n + 1), 5)}, [&](Backend& backend, auto& out) {
        backend.linear(x.view(), weight.view(), bias,
                       with_residual ? ConstMatrix(residual.view()) : ConstMatrix(),
                       {out[0].data(), m, n, n + 1});
      });
  }
}

TEST_P(BackendTest, ResidualMayBeTheOutput) {
  OwnedMatrix x(90, 500, 1);
  OwnedMatrix weight(500, 40, 2, 0.1);
  const Floats bias = random_floats(40, 3);
  expect_equal({random_floats(90 * 40, 4)}, [&](Backend& backend, auto& out) {
    const Matrix target(out[0].data(), 90, 40);
    backend.linear(x.view(), weight.view(), bias, target, target);
  });
}

TEST_P(BackendTest, LinearBackwardOfAnyShapeAndStride) {
  for (const auto [m, k, n] : kProductShapes) {
    SCOPED_TRACE(fmt::format("m {} k {} n {}", m, k, n));
    OwnedMatrix d_out(m, n, 1, 1, 1);
    OwnedMatrix x(m, k, 2, 0.3, 2);
    OwnedMatrix weight(k, n, 3, 0.3, 3);
    expect_equal(
        {random_floats(m * (k + 2), 4), random_floats(k * (n + 1), 5), random_floats(n, 6)},
        [&](Backend& backend, auto& out) {
          backend.linear_backward(d_out.view(), x.view(), weight.view(),
                                  {out[0].data(), m, k, k + 2}, {out[1].data(), k, n, n + 1},
                                  out[2]);
        });
  }
}

TEST_P(BackendTest, LayerNormAndItsBackwardPass) {
  for (const std::int64_t rows : {1, 5, 33, 70})
    for (const std::int64_t width : {1, 7, 8, 65, 256}) {
      SCOPED_TRACE(fmt::format("rows {} width {}", rows, width));
      OwnedMatrix x(rows, width, 1, 2, 3);
      OwnedMatrix d_out(rows, width, 2, 1, 1);
      const Floats weight = random_floats(width, 3);
      const Floats bias = random_floats(width, 4);
      const Floats zero(index(rows));
      expect_equal({random_floats(rows * width, 5), zero, zero}, [&](Backend& backend, auto& out) {
        backend.layer_norm(x.view(), weight, bias, 1e-5F, {out[0].data(), rows, width}, out[1],
                           width > 1 ? out[2] : out[1]);
      });
      if (width == 1) continue;  // rstd is then 316, and so is every error
      Floats mean = zero;
      Floats rstd = zero;
      Floats ignored(index(rows * width));
      reference_->layer_norm(x.view(), weight, bias, 1e-5F, {ignored.data(), rows, width}, mean,
                             rstd);
      expect_equal(
          {random_floats(rows * width, 5), random_floats(width, 6), random_floats(width, 7)},
          [&](Backend& backend, auto& out) {
            backend.layer_norm_backward(d_out.view(), x.view(), weight, mean, rstd,
                                        {out[0].data(), rows, width}, out[1], out[2]);
          });
    }
}

TEST_P(BackendTest, EmbedAddsAndScatters) {
  const Ids tokens = random_ids(77, 0, 9, 1);
  const Ids positions = random_ids(77, 0, 12, 2);
  for (const std::int64_t width : {1, 65, 130}) {
    OwnedMatrix token_table(9, width, 3, 1, 2);
    OwnedMatrix position_table(12, width, 4);
    OwnedMatrix d_out(77, width, 5, 1, 1);
    expect_equal({random_floats(77 * width, 6)}, [&](Backend& backend, auto& out) {
      backend.embed(tokens, positions, token_table.view(), position_table.view(),
                    {out[0].data(), 77, width});
    });
    expect_equal({random_floats(9 * width, 7), random_floats(12 * width, 8)},
                 [&](Backend& backend, auto& out) {
                   backend.embed_backward(tokens, positions, d_out.view(),
                                          {out[0].data(), 9, width}, {out[1].data(), 12, width});
                 });
  }
}

TEST_P(BackendTest, GeluFromFarLeftToFarRight) {
  Floats x = random_floats(20011, 1, 3);
  for (const float extreme : {-100.0F, -20.0F, -1e-6F, 0.0F, 1e-6F, 20.0F, 100.0F})
    x.push_back(extreme);
  expect_equal(
      {Floats(x.size())}, [&](Backend& backend, auto& out) { backend.gelu(x, out[0]); }, 1e-6);
  expect_equal(
      {random_floats(std::ssize(x), 2)},
      [&](Backend& backend, auto& out) { backend.gelu_backward(x, out[0]); }, 2e-6);
}

struct AttentionCase {
  AttentionShape shape;
  Ids first;
};

std::vector<AttentionCase> attention_cases() {
  return {{{1, 1, 1, 8}, {}},
          {{2, 5, 3, 16}, {}},
          {{1, 64, 2, 32}, {}},
          {{2, 65, 1, 24}, {}},
          {{3, 130, 2, 64}, {0, 7, 129}},
          {{2, 70, 2, 5}, {70, 64}},
          {{1, 200, 1, 40}, {100}},
          {{2, 70, 6, 16, 2}, {}},            // Several heads of queries to one of keys.
          {{2, 67, 4, 24, 1}, {0, 9}},        // One for all.
          {{1, 200, 2, 16, 0, 50}, {}},       // A band.
          {{2, 150, 4, 8, 2, 1}, {3, 0}},     // So narrow that each sees itself alone.
          {{1, 300, 2, 16, 0, 256}, {}},      // One that starts late.
          {{1, 70, 2, 16, 0, 0, 1.0F}, {}}};  // A scale of its own.
}

TEST_P(BackendTest, AttentionAndItsBackwardPassWithAndWithoutPadding) {
  for (const auto& [shape, first] : attention_cases()) {
    SCOPED_TRACE(fmt::format("batch {} time {} heads {} of {} size {} window {}", shape.batch,
                             shape.time, shape.heads, shape.kv_heads, shape.head_size,
                             shape.window));
    const std::int64_t rows = shape.rows();
    const std::int64_t width = shape.width();
    const std::int64_t qkv_width = shape.qkv_width();
    OwnedMatrix qkv(rows, qkv_width, 1, 0.5, 3);
    OwnedMatrix d_out(rows, width, 2, 1, 1);
    expect_equal({random_floats(rows * width, 3), Floats(index(rows * shape.heads))},
                 [&](Backend& backend, auto& out) {
                   backend.attention(shape, qkv.view(), first, {out[0].data(), rows, width},
                                     out[1]);
                 });
    OwnedMatrix out(rows, width, 4);
    Floats log_sum_exp(index(rows * shape.heads));
    reference_->attention(shape, qkv.view(), first, out.view(), log_sum_exp);
    expect_equal({random_floats(rows * qkv_width, 5)}, [&](Backend& backend, auto& result) {
      backend.attention_backward(shape, d_out.view(), qkv.view(), first, out.view(), log_sum_exp,
                                 {result[0].data(), rows, qkv_width});
    });
  }
}

TEST_P(BackendTest, DecodingOverSharedPrefixesAndOwnSuffixes) {
  const AttentionShape shapes[] = {{1, 1, 3, 8},        {1, 1, 3, 20},       {1, 1, 6, 8, 2},
                                   {1, 1, 4, 8, 1, 20}, {1, 1, 3, 8, 0, 90}, {1, 1, 3, 8, 0, 0, 1},
                                   {1, 1, 2, 72, 1}};
  for (const std::int64_t count : {1, 2, 3, 10, 160})
    for (const AttentionShape& shape : shapes) {
      SCOPED_TRACE(fmt::format("rows {} heads {} of {} size {} window {}", count, shape.heads,
                               shape.kv_heads, shape.head_size, shape.window));
      for (const bool half : {false, true})
        expect_equal({random_floats(count * shape.width(), 3)}, [&](Backend& backend, auto& out) {
          DecodeMemory memory(backend, shape, count, half);
          memory.decode(0, count, {out[0].data(), count, shape.width()});
        });
    }
}

// A prompt's tokens are rows without suffix: all but the last see a part of what they share.
TEST_P(BackendTest, DecodingAPromptIsCausalAttention) {
  for (const AttentionShape& shape :
       {AttentionShape{1, 130, 3, 8}, AttentionShape{1, 130, 6, 16, 2, 40}}) {
    OwnedMatrix qkv(130, shape.qkv_width(), 1);
    Floats expected(index(130 * shape.width())), log_sum_exp(index(130 * shape.heads));
    reference_->attention(shape, qkv.view(), {}, {expected.data(), 130, shape.width()},
                          log_sum_exp);
    for (Backend* backend : {reference_.get(), backend_.get()}) {
      const auto memory = backend->allocate(backend->prefix_floats(shape, 131));
      Floats out(expected.size());
      for (const auto& [begin, end] : {std::pair(0, 77), std::pair(77, 130)}) {
        std::vector<DecodeRow> rows(index(end - begin));
        for (std::size_t r = 0; r < rows.size(); ++r)
          rows[r] = {.prefix = {memory->data(), 131},
                     .prefix_length = begin + static_cast<std::int64_t>(r) + 1,
                     .suffix = {},
                     .suffix_length = 0};
        backend->attention_decode(
            shape, {qkv.view().row(begin), std::ssize(rows), shape.qkv_width()}, rows,
            {out.data() + begin * shape.width(), std::ssize(rows), shape.width()});
      }
      EXPECT_LE(largest_difference(out, expected), kTolerance);
    }
  }
}

TEST_P(BackendTest, PreparedWeightsOfAnyShapeAndFormat) {
  for (const auto [m, k, n] : kProductShapes)
    for (const WeightFormat format : {WeightFormat::f32, WeightFormat::f16, WeightFormat::int8}) {
      SCOPED_TRACE(fmt::format("m {} k {} n {} {}", m, k, n, name_of(format)));
      OwnedMatrix x(m, k, 1, 1, 3);
      OwnedMatrix residual(m, n, 3, 1, 2);
      const Floats bias = random_floats(n, 4);
      for (const bool transposed : {false, true}) {
        OwnedMatrix weight(transposed ? n : k, transposed ? k : n, 2, 0.2, 5);
        for (const bool more : {false, true})
          expect_equal({random_floats(m * (n + 1), 5)}, [&](Backend& backend, auto& out) {
            const auto prepared = backend.prepare(weight.view(), transposed, format);
            EXPECT_EQ(prepared->depth(), k);
            EXPECT_EQ(prepared->cols(), n);
            backend.linear(x.view(), *prepared, more ? std::span(bias) : std::span<const float>(),
                           more ? ConstMatrix(residual.view()) : ConstMatrix(),
                           more ? Activation::gelu : Activation::none,
                           {out[0].data(), m, n, n + 1});
          });
      }
    }
}

TEST_P(BackendTest, PreparedFloatsGiveTheBitsOfLinear) {
  for (const auto [m, k, n] : kProductShapes) {
    OwnedMatrix x(m, k, 1);
    OwnedMatrix weight(k, n, 2);
    const Floats bias = random_floats(n, 4);
    Floats plain = random_floats(m * n, 5);
    Floats prepared = plain;
    const Matrix out(plain.data(), m, n);
    backend_->linear(x.view(), weight.view(), bias, out, out);
    backend_->gelu(plain, plain);
    const Matrix other(prepared.data(), m, n);
    backend_->linear(x.view(), *backend_->prepare(weight.view(), false, WeightFormat::f32), bias,
                     other, Activation::gelu, other);
    EXPECT_TRUE(same_bits(prepared, plain)) << m << " " << k << " " << n;
  }
}

// Rounding hides nothing: a damaged weight or activation gives a damaged product.
TEST_P(BackendTest, PreparedWeightsPassOnWhatIsNotFinite) {
  for (const WeightFormat format : {WeightFormat::f32, WeightFormat::f16, WeightFormat::int8})
    for (Backend* backend : {reference_.get(), backend_.get()})
      for (const bool in_weight : {false, true})
        for (const float damage :
             {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
          OwnedMatrix x(2, 200, 1);
          OwnedMatrix weight(200, 40, 2);
          (in_weight ? weight.view().row(150)[39] : x.view().row(1)[150]) = damage;
          Floats out(80);
          backend->linear(x.view(), *backend->prepare(weight.view(), false, format), {}, {},
                          Activation::none, {out.data(), 2, 40});
          EXPECT_FALSE(std::isfinite(out[79])) << name_of(format) << " " << backend->name();
          EXPECT_TRUE(std::isfinite(out[0]));
        }
}

TEST_P(BackendTest, HeadLogits) {
  for (const auto [m, k, n] : kProductShapes) {
    SCOPED_TRACE(fmt::format("m {} k {} n {}", m, k, n));
    OwnedMatrix x(m, k, 1, 1, 1);
    OwnedMatrix table(n, k, 2, 0.2, 2);
    for (const Floats& bias : {Floats(), random_floats(n, 4)})
      expect_equal({random_floats(m * n, 3)}, [&](Backend& backend, auto& out) {
        backend.head_logits(x.view(), table.view(), bias, {out[0].data(), m, n});
      });
  }
}

TEST_P(BackendTest, HeadLossIgnoresTargetsOfMinusOne) {
  for (const std::int64_t rows : {1, 37, 300})
    for (const Floats& bias : {Floats(), random_floats(203, 7)}) {
      SCOPED_TRACE(fmt::format("rows {} bias {}", rows, bias.size()));
      OwnedMatrix x(rows, 65, 1, 1, 1);
      OwnedMatrix table(203, 65, 2, 0.3, 2);
      const Ids targets = random_ids(rows, -1, 203, 3);
      expect_equal({random_floats(rows, 4), random_floats(rows * 65, 5), random_floats(203 * 65, 6),
                    random_floats(std::ssize(bias), 8)},
                   [&](Backend& backend, auto& out) {
                     backend.head_loss(
                         x.view(), table.view(), bias, targets, 0.5F, out[0],
                         {{out[1].data(), rows, 65}, {out[2].data(), 203, 65}, out[3]});
                   });
      expect_equal({random_floats(rows, 4)}, [&](Backend& backend, auto& out) {
        backend.head_loss(x.view(), table.view(), bias, targets, 0.5F, out[0], {});
      });
    }
}

TEST_P(BackendTest, HeadLossOfALargeVocabularyGoesInChunks) {
  constexpr std::int64_t kVocabulary = 20000;  // 2 Mi floats / 20000 gives chunks of 128 rows
  OwnedMatrix x(150, 8, 1);
  OwnedMatrix table(kVocabulary, 8, 2);
  const Ids targets = random_ids(150, -1, kVocabulary, 3);
  expect_equal({Floats(150), random_floats(150 * 8, 5), random_floats(kVocabulary * 8, 6)},
               [&](Backend& backend, auto& out) {
                 backend.head_loss(x.view(), table.view(), {}, targets, 1.0F, out[0],
                                   {{out[1].data(), 150, 8}, {out[2].data(), kVocabulary, 8}, {}});
               });
}

TEST_P(BackendTest, RmsNormAndItsBackwardPass) {
  for (const std::int64_t rows : {1, 5, 33, 70})
    for (const std::int64_t width : {1, 7, 8, 65, 256}) {
      SCOPED_TRACE(fmt::format("rows {} width {}", rows, width));
      OwnedMatrix x(rows, width, 1, 2, 3);
      OwnedMatrix d_out(rows, width, 2, 1, 1);
      const Floats weight = random_floats(width, 3);
      expect_equal(
          {random_floats(rows * width, 5), Floats(index(rows))}, [&](Backend& backend, auto& out) {
            backend.rms_norm(x.view(), weight, 1e-2F, {out[0].data(), rows, width}, out[1]);
          });
      Floats rstd(index(rows));
      Floats ignored(index(rows * width));
      reference_->rms_norm(x.view(), weight, 1e-2F, {ignored.data(), rows, width}, rstd);
      expect_equal({random_floats(rows * width, 5), random_floats(width, 6)},
                   [&](Backend& backend, auto& out) {
                     backend.rms_norm_backward(d_out.view(), x.view(), weight, rstd,
                                               {out[0].data(), rows, width}, out[1]);
                   });
    }
}

TEST_P(BackendTest, SwiGluAndItsBackwardPass) {
  for (const std::int64_t rows : {1, 40})
    for (const std::int64_t width : {1, 8, 67}) {
      SCOPED_TRACE(fmt::format("rows {} width {}", rows, width));
      OwnedMatrix gate_up(rows, 2 * width, 1, 4, 3);
      OwnedMatrix d_out(rows, width, 2, 1, 1);
      expect_equal({random_floats(rows * width, 3)}, [&](Backend& backend, auto& out) {
        backend.swiglu(gate_up.view(), {out[0].data(), rows, width});
      });
      expect_equal({random_floats(rows * 2 * width, 3)}, [&](Backend& backend, auto& out) {
        backend.swiglu_backward(gate_up.view(), d_out.view(), {out[0].data(), rows, 2 * width});
      });
    }
}

TEST_P(BackendTest, RotationLeavesAloneWhatItDoesNotTurn) {
  const Ids positions = random_ids(70, 0, 50, 1);
  for (const std::int64_t pairs : {1, 4, 10}) {
    const RotaryTables tables(50, pairs);
    for (const RotaryPairs kind : {RotaryPairs::neighbours, RotaryPairs::halves})
      for (const bool inverse : {false, true}) {
        const Floats x = random_floats(70 * 80, 2);
        expect_equal({x}, [&](Backend& backend, auto& out) {
          backend.rotate(tables.rotation(kind, 3, 24), positions, inverse,
                         {out[0].data(), 70, 75, 80});
        });
        Floats turned = x;
        backend_->rotate(tables.rotation(kind, 3, 24), positions, inverse,
                         {turned.data(), 70, 75, 80});
        for (std::size_t row = 0; row < 70; ++row)
          for (std::size_t col = 0; col < 80; ++col)
            if (col >= 72 || col % 24 >= index(2 * pairs)) {
              EXPECT_EQ(turned[row * 80 + col], x[row * 80 + col]) << row << ", " << col;
            }
      }
  }
}

TEST_P(BackendTest, WithoutPositionsAndBiasesNothingIsAdded) {
  const Ids tokens = random_ids(40, 0, 9, 1);
  OwnedMatrix table(9, 33, 1);
  OwnedMatrix weight(33, 20, 2);
  OwnedMatrix d_out(40, 20, 3);
  expect_equal({Floats(40 * 33), Floats(40 * 20), Floats(40 * 33), Floats(33 * 20), Floats(9 * 33)},
               [&](Backend& backend, auto& out) {
                 const Matrix x(out[0].data(), 40, 33);
                 const Matrix d_x(out[2].data(), 40, 33);
                 backend.embed(tokens, tokens, table.view(), {}, x);
                 backend.linear(x, weight.view(), {}, {}, {out[1].data(), 40, 20});
                 backend.linear_backward(d_out.view(), x, weight.view(), d_x,
                                         {out[3].data(), 33, 20}, {});
                 backend.embed_backward(tokens, tokens, d_x, {out[4].data(), 9, 33}, {});
               });
}

TEST_P(BackendTest, SumOfSquaresIsExactToDouble) {
  for (const std::int64_t count : {0, 1, 15, 16384, 50001}) {
    const Floats values = random_floats(count, 1);
    const double expected = reference_->sum_of_squares(values);
    EXPECT_NEAR(backend_->sum_of_squares(values), expected, 1e-12 * (1 + expected));
  }
}

TEST_P(BackendTest, AdamWFollowsTheFormulaForSeveralSteps) {
  const Floats gradients = random_floats(20003, 1);
  expect_equal(
      {random_floats(20003, 2), Floats(20003), Floats(20003)},
      [&](Backend& backend, auto& out) {
        for (std::int64_t step = 1; step <= 5; ++step)
          backend.adamw(
              out[0], gradients, out[1], out[2],
              {.learning_rate = 1e-2, .weight_decay = 0.1, .gradient_scale = 0.7, .step = step});
      },
      2e-6);
}

TEST_P(BackendTest, MemoryIsZeroAndTravelsBothWays) {
  const auto buffer = backend_->allocate(70);
  Floats back(70, 1.0F);
  backend_->download(buffer->span(), back);
  EXPECT_EQ(back, Floats(70));
  const Floats values = random_floats(70, 1);
  backend_->upload(values, buffer->span());
  backend_->download(buffer->span(), back);
  EXPECT_EQ(back, values);
  backend_->fill(buffer->span(), 2.5F);
  backend_->copy({buffer->data(), 7, 5, 10}, {back.data(), 7, 5, 6});
  for (std::size_t i = 0; i < 42; ++i) EXPECT_EQ(back[i], i % 6 == 5 ? values[i] : 2.5F);
}

INSTANTIATE_TEST_SUITE_P(Cpu, BackendTest, cpu_variants(), variant_name);
INSTANTIATE_TEST_SUITE_P(Cuda, BackendTest, ::testing::Values(cuda_variant()), variant_name);

// No measurement: no processor with AVX2 is so slow, none so fast.
TEST_P(BackendTest, ThePeakIsAPossibleOne) {
  EXPECT_GT(backend_->peak_flop_per_second(), 1e8);
  EXPECT_LT(backend_->peak_flop_per_second(), 1e15);
  EXPECT_EQ(reference_->peak_flop_per_second(), 0);
}

TEST(MakeBackendTest, NamesAreKnownAndOthersAreAnError) {
  EXPECT_EQ(device_named("cpu").value(), Device::cpu);
  EXPECT_EQ(device_named("cpu,bf16").value(), DeviceChoice(Device::cpu, Precision::bf16));
  EXPECT_EQ(device_named("reference").value(), Device::reference);
  EXPECT_EQ(device_named("cuda").value(), Device::cuda);
  EXPECT_EQ(device_named("cuda:7,bf16").value().number, 7);
  EXPECT_EQ(device_named("cuda:7,bf16").value().precision, Precision::bf16);
  EXPECT_EQ(device_named("cuda,tf32").value().precision, Precision::tf32);
  EXPECT_TRUE(device_named("auto").ok());
  for (const char* const unknown :
       {"tpu", "cuda:", "cuda:x", "cuda:-1", "cuda:1024", "cuda:1x", "cuda0", "cuda:0,f8",
        "cuda:0,", "cpu,tf32", "cpu,", "reference,bf16"})
    EXPECT_EQ(device_named(unknown).error().code(), ErrorCode::invalid_argument) << unknown;
  EXPECT_EQ(make_backend(Device::cpu, -1).error().code(), ErrorCode::invalid_argument);
  EXPECT_EQ(reference()->name(), "reference");
}

TEST(WeightFormatTest, NamesAreKnownAndOthersAreAnError) {
  for (const auto format : {WeightFormat::f32, WeightFormat::f16, WeightFormat::int8})
    EXPECT_EQ(weight_format_named(name_of(format)).value(), format);
  EXPECT_EQ(weight_format_named("q4").error().message(),
            "weight format 'q4' is unknown, expected 'f32', 'f16' or 'int8'");
}

TEST(QuantizeInt8Test, IntegersTimesTheScaleAreTheNearestToTheValues) {
  const Floats values = random_floats(1000, 1);
  std::vector<std::int8_t> integers(values.size());
  const float scale = quantize_int8(values.data(), std::ssize(values), integers.data());
  EXPECT_EQ(std::abs(std::ranges::max(integers, {}, [](int q) { return std::abs(q); })), 127);
  for (std::size_t i = 0; i < values.size(); ++i)
    EXPECT_LE(std::abs(static_cast<float>(integers[i]) * scale - values[i]), 0.5001F * scale);
}

TEST(QuantizeInt8Test, TinyValuesAreZeroAndDamageIsSeen) {
  std::vector<std::int8_t> integers(3, 1);
  const Floats tiny = {1e-38F, -1e-31F, 0};
  EXPECT_EQ(quantize_int8(tiny.data(), 3, integers.data()), 0);
  EXPECT_EQ(integers, std::vector<std::int8_t>(3));
  const Floats damaged = {1, std::numeric_limits<float>::infinity(), 0};
  EXPECT_TRUE(std::isnan(quantize_int8(damaged.data(), 3, integers.data())));
}

}  // namespace
}  // namespace scribe
