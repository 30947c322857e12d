// Results are the same bits at any thread count, and a row's bits do not depend on the other rows.
#include <gtest/gtest.h>

#include <functional>

#include "backend/testing/test_data.h"

namespace scribe {
namespace {

using namespace testing;  // NOLINT: the helpers of these tests

class InvarianceTest : public VariantTest {
 protected:
  /// Runs on the variant and on the one that must give the same bits, from the same outputs.
  void expect_same_bits(std::vector<Floats> outputs,
                        const std::function<void(Backend&, std::vector<Floats>&)>& operation) {
    const auto alone = GetParam().make_alone().value();
    std::vector<Floats> expected = outputs;
    operation(*alone, expected);
    operation(*backend_, outputs);
    for (std::size_t i = 0; i < outputs.size(); ++i)
      EXPECT_TRUE(same_bits(outputs[i], expected[i])) << "output " << i;
  }

  /// `operation(begin, count)` gives rows [begin, begin + count) of an output of `rows` rows: they
  /// must be the rows of operation(0, rows).
  static void expect_independent_rows(
      std::int64_t rows, const std::function<Floats(std::int64_t, std::int64_t)>& operation) {
    const Floats all = operation(0, rows);
    const std::int64_t cols = std::ssize(all) / rows;
    for (const std::int64_t count : {1, 2, 5, 6, 7, 12, 13, 64, 80})
      for (const std::int64_t begin : {std::int64_t{0}, rows / 3, rows - count}) {
        const Floats some = operation(begin, count);
        const Floats expected(all.begin() + begin * cols, all.begin() + (begin + count) * cols);
        EXPECT_TRUE(same_bits(some, expected)) << "rows " << begin << " to " << begin + count;
      }
  }
};

TEST_P(InvarianceTest, ProductsDoNotDependOnThreads) {
  constexpr std::int64_t m = 331, k = 410, n = 75;
  OwnedMatrix x(m, k, 1);
  OwnedMatrix weight(k, n, 2);
  OwnedMatrix d_out(m, n, 3);
  const Floats bias = random_floats(n, 4);
  expect_same_bits({Floats(m * n)}, [&](Backend& backend, auto& out) {
    backend.linear(x.view(), weight.view(), bias, {}, {out[0].data(), m, n});
  });
  expect_same_bits({Floats(m * k), random_floats(k * n, 5), random_floats(n, 6)},
                   [&](Backend& backend, auto& out) {
                     backend.linear_backward(d_out.view(), x.view(), weight.view(),
                                             {out[0].data(), m, k}, {out[1].data(), k, n}, out[2]);
                   });
}

TEST_P(InvarianceTest, HeadLossAndNormDoNotDependOnThreads) {
  OwnedMatrix x(301, 33, 1);
  OwnedMatrix table(9000, 33, 2);
  const Ids targets = random_ids(301, -1, 9000, 3);
  expect_same_bits({Floats(301), Floats(301 * 33), Floats(9000 * 33)},
                   [&](Backend& backend, auto& out) {
                     backend.head_loss(x.view(), table.view(), {}, targets, 0.1F, out[0],
                                       {{out[1].data(), 301, 33}, {out[2].data(), 9000, 33}, {}});
                   });
  OwnedMatrix d_out(301, 33, 4);
  const Floats weight = random_floats(33, 5);
  const Floats mean = random_floats(301, 6);
  const Floats rstd = random_floats(301, 7);
  expect_same_bits({Floats(301 * 33), Floats(33), Floats(33)}, [&](Backend& backend, auto& out) {
    backend.layer_norm_backward(d_out.view(), x.view(), weight, mean, rstd,
                                {out[0].data(), 301, 33}, out[1], out[2]);
  });
}

TEST_P(InvarianceTest, AttentionDoesNotDependOnThreads) {
  for (const AttentionShape shape :
       {AttentionShape{2, 150, 3, 20}, AttentionShape{2, 150, 6, 20, 2, 70}}) {
    const Ids first = {0, 11};
    const std::int64_t width = shape.width();
    OwnedMatrix qkv(300, shape.qkv_width(), 1);
    OwnedMatrix d_out(300, width, 2);
    expect_same_bits({Floats(index(300 * width)), Floats(index(300 * shape.heads)),
                      Floats(index(300 * shape.qkv_width()))},
                     [&](Backend& backend, auto& out) {
                       const Matrix attended(out[0].data(), 300, width);
                       backend.attention(shape, qkv.view(), first, attended, out[1]);
                       backend.attention_backward(shape, d_out.view(), qkv.view(), first, attended,
                                                  out[1], {out[2].data(), 300, shape.qkv_width()});
                     });
  }
}

TEST_P(InvarianceTest, RmsNormDoesNotDependOnThreads) {
  OwnedMatrix x(301, 33, 1);
  OwnedMatrix d_out(301, 33, 4);
  const Floats weight = random_floats(33, 5);
  const Floats rstd = random_floats(301, 7);
  expect_same_bits({Floats(301 * 33), Floats(33)}, [&](Backend& backend, auto& out) {
    backend.rms_norm_backward(d_out.view(), x.view(), weight, rstd, {out[0].data(), 301, 33},
                              out[1]);
  });
}

TEST_P(InvarianceTest, ElementWiseOperationsDoNotDependOnThreads) {
  const Floats x = random_floats(70001, 1);
  expect_same_bits({x, x, x, x, Floats(1)}, [&](Backend& backend, auto& out) {
    backend.gelu(x, out[0]);
    backend.gelu_backward(x, out[1]);
    out[2].assign(out[2].size(), 0.0F);
    out[3].assign(out[3].size(), 0.0F);
    backend.adamw(out[1], x, out[2], out[3], {.learning_rate = 0.1});
    out[4][0] = static_cast<float>(backend.sum_of_squares(x) - 70000.0);
  });
}

TEST_P(InvarianceTest, RowsOfLinearAreIndependent) {
  constexpr std::int64_t rows = 230, k = 500, n = 77;
  OwnedMatrix x(rows, k, 1);
  OwnedMatrix weight(k, n, 2);
  OwnedMatrix residual(rows, n, 3);
  const Floats bias = random_floats(n, 4);
  expect_independent_rows(rows, [&](std::int64_t begin, std::int64_t count) {
    Floats out(index(count * n));
    backend_->linear({x.view().row(begin), count, k}, weight.view(), bias,
                     {residual.view().row(begin), count, n}, {out.data(), count, n});
    return out;
  });
}

TEST_P(InvarianceTest, RowsOfHeadLogitsAndLayerNormAreIndependent) {
  constexpr std::int64_t rows = 230, k = 65, n = 130;
  OwnedMatrix x(rows, k, 1);
  OwnedMatrix table(n, k, 2);
  const Floats weight = random_floats(k, 3);
  expect_independent_rows(rows, [&](std::int64_t begin, std::int64_t count) {
    Floats out(index(count * n));
    backend_->head_logits({x.view().row(begin), count, k}, table.view(), {},
                          {out.data(), count, n});
    return out;
  });
  expect_independent_rows(rows, [&](std::int64_t begin, std::int64_t count) {
    Floats out(index(count * k)), mean(index(count)), rstd(index(count));
    backend_->layer_norm({x.view().row(begin), count, k}, weight, weight, 1e-5F,
                         {out.data(), count, k}, mean, rstd);
    return out;
  });
}

TEST_P(InvarianceTest, RowsOfADecodingStepAreIndependent) {
  constexpr std::int64_t rows = 120;
  for (const AttentionShape shape :
       {AttentionShape{1, 1, 3, 16}, AttentionShape{1, 1, 6, 8, 2, 60}}) {
    // A row writes the same key and value, at the same place, each time.
    DecodeMemory memory(*backend_, shape, rows, shape.kv_heads != 0);
    expect_independent_rows(rows, [&](std::int64_t begin, std::int64_t count) {
      Floats out(index(count * shape.width()));
      memory.decode(begin, count, {out.data(), count, shape.width()});
      return out;
    });
  }
}

TEST_P(InvarianceTest, RowsOfPreparedProductsAreIndependent) {
  constexpr std::int64_t rows = 230, k = 500, n = 77;
  OwnedMatrix x(rows, k, 1);
  OwnedMatrix weight(k, n, 2);
  const Floats bias = random_floats(n, 4);
  for (const WeightFormat format : {WeightFormat::f32, WeightFormat::f16, WeightFormat::int8}) {
    const auto prepared = backend_->prepare(weight.view(), false, format);
    expect_independent_rows(rows, [&](std::int64_t begin, std::int64_t count) {
      Floats out(index(count * n));
      backend_->linear({x.view().row(begin), count, k}, *prepared, bias, {}, Activation::gelu,
                       {out.data(), count, n});
      return out;
    });
  }
}

// The integers are the same with and without instructions made for them.
TEST_P(InvarianceTest, ProductsOfIntegersDoNotDependOnTheInstructionSet) {
  if (backend_->name() != "cpu") GTEST_SKIP() << "of processors";
  OwnedMatrix x(23, 500, 1);
  OwnedMatrix weight(500, 77, 2);
  const Floats bias = random_floats(77, 4);
  const auto run = [&](Backend& backend) {
    Floats out(23 * 77);
    backend.linear(x.view(), *backend.prepare(weight.view(), false, WeightFormat::int8), bias, {},
                   Activation::none, {out.data(), 23, 77});
    return out;
  };
  const auto other = make_cpu_backend(InstructionSet::avx2, 1).value();
  EXPECT_TRUE(same_bits(run(*backend_), run(*other)));
}

INSTANTIATE_TEST_SUITE_P(Cpu, InvarianceTest, cpu_variants(), variant_name);
INSTANTIATE_TEST_SUITE_P(CpuBf16, InvarianceTest, cpu_bf16_variants(), variant_name);
INSTANTIATE_TEST_SUITE_P(Cuda, InvarianceTest, ::testing::Values(cuda_variant()), variant_name);

}  // namespace
}  // namespace scribe
