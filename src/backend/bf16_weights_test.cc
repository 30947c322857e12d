// Weights that are kept in bf16, as operations read them and as AdamW updates them.
#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "backend/testing/test_data.h"
#include "tensor/bf16.h"

namespace scribe {
namespace {

using namespace testing;  // NOLINT: the helpers of these tests

/// A random matrix in bf16 in a backend's memory, and the floats it stands for on the host.
class StoredWeight {
 public:
  StoredWeight(Backend& backend, std::int64_t rows, std::int64_t cols, std::uint64_t stream)
      : rows_(rows),
        cols_(cols),
        buffer_(backend.allocate((rows * cols + 1) / 2)),
        floats_(index(rows * cols)) {
    const Floats values = random_floats(rows * cols, stream, 0.3);
    backend.upload_bf16(values, stored());
    backend.download_bf16(stored(), floats_);
    for (std::size_t i = 0; i < values.size(); ++i)
      EXPECT_EQ(floats_[i], from_bf16(to_bf16(values[i])));
  }

  std::span<std::uint16_t> stored() {
    return {reinterpret_cast<std::uint16_t*>(buffer_->data()), index(rows_ * cols_)};
  }
  Weight bf16() { return {stored().data(), rows_, cols_}; }
  Weight floats() const { return {floats_.data(), rows_, cols_}; }

 private:
  std::int64_t rows_, cols_;
  std::unique_ptr<Buffer> buffer_;
  Floats floats_;
};

class Bf16WeightsTest : public VariantTest {
 protected:
  /// `operation(weights, outputs)` writes the same bits with both forms of the weights.
  template <typename Operation>
  void expect_same(const std::vector<Floats>& outputs, Operation operation) {
    std::vector<Floats> of_floats = outputs;
    std::vector<Floats> of_bf16 = outputs;
    operation([](StoredWeight& weight) { return weight.floats(); }, of_floats);
    operation([](StoredWeight& weight) { return weight.bf16(); }, of_bf16);
    for (std::size_t i = 0; i < outputs.size(); ++i) {
      EXPECT_TRUE(same_bits(of_bf16[i], of_floats[i])) << "output " << i;
      EXPECT_FALSE(same_bits(of_bf16[i], outputs[i])) << "output " << i;
    }
  }
};

struct ProductShape {
  std::int64_t m, k, n;
};

constexpr ProductShape kProductShapes[] = {{1, 1, 1},     {5, 65, 33},   {13, 64, 48},
                                           {73, 513, 60}, {90, 770, 70}, {150, 33, 257}};

TEST_P(Bf16WeightsTest, AreReadAsTheFloatsTheyStandForByProducts) {
  for (const auto [m, k, n] : kProductShapes) {
    SCOPED_TRACE(fmt::format("m {} k {} n {}", m, k, n));
    OwnedMatrix x(m, k, 1, 1, 3);
    OwnedMatrix d_out(m, n, 2, 1, 1);
    StoredWeight weight(*backend_, k, n, 3);
    expect_same({random_floats(m * n, 4)}, [&](auto form, auto& out) {
      backend_->linear(x.view(), form(weight), {}, {}, {out[0].data(), m, n});
    });
    expect_same({random_floats(m * k, 4), random_floats(k * n, 5)}, [&](auto form, auto& out) {
      backend_->linear_backward(d_out.view(), x.view(), form(weight), {out[0].data(), m, k},
                                {out[1].data(), k, n}, {});
    });
    for (const auto format : {WeightFormat::f32, WeightFormat::f16, WeightFormat::int8})
      expect_same({random_floats(m * n, 4)}, [&](auto form, auto& out) {
        backend_->linear(x.view(), *backend_->prepare(form(weight), false, format), {}, {},
                         Activation::none, {out[0].data(), m, n});
      });
  }
}

TEST_P(Bf16WeightsTest, AreReadAsTheFloatsTheyStandForByTheEnds) {
  constexpr std::int64_t kRows = 77, kWidth = 65, kVocabulary = 203, kPositions = 80;
  StoredWeight table(*backend_, kVocabulary, kWidth, 1);
  StoredWeight positions(*backend_, kPositions, kWidth, 2);
  OwnedMatrix x(kRows, kWidth, 3);
  const Ids tokens = random_ids(kRows, 0, kVocabulary, 4);
  const Ids places = random_ids(kRows, 0, kPositions, 5);
  for (const bool with_positions : {false, true})
    expect_same({random_floats(kRows * kWidth, 6)}, [&](auto form, auto& out) {
      backend_->embed(tokens, places, form(table), with_positions ? form(positions) : Weight(),
                      {out[0].data(), kRows, kWidth});
    });
  expect_same({random_floats(kRows * kVocabulary, 6)}, [&](auto form, auto& out) {
    backend_->head_logits(x.view(), form(table), {}, {out[0].data(), kRows, kVocabulary});
  });
  expect_same({random_floats(kRows, 6), random_floats(kRows * kWidth, 7),
               random_floats(kVocabulary * kWidth, 8)},
              [&](auto form, auto& out) {
                backend_->head_loss(
                    x.view(), form(table), {}, tokens, 0.5F, out[0],
                    {{out[1].data(), kRows, kWidth}, {out[2].data(), kVocabulary, kWidth}, {}});
              });
}

// Also where threads and vectors begin and end.
TEST_P(Bf16WeightsTest, AreUpdatedAsFloatsAndThenRoundedAtRandom) {
  constexpr std::int64_t kCount = 40'003;
  const Floats gradients = random_floats(kCount, 1);
  const AdamWStep step{
      .learning_rate = 1e-2, .weight_decay = 0.1, .gradient_scale = 0.7, .step = 3};
  StoredWeight weight(*backend_, 1, kCount, 2);
  Floats expected(weight.floats().data, weight.floats().data + kCount);
  Floats m = random_floats(kCount, 3), v(index(kCount), 0.5F);
  Floats m_expected = m, v_expected = v;
  backend_->adamw(expected, gradients, m_expected, v_expected, step);
  backend_->adamw(weight.stored(), gradients, m, v, step, {.seed = 99, .first = 1000});
  EXPECT_TRUE(same_bits(m, m_expected));
  EXPECT_TRUE(same_bits(v, v_expected));
  Floats found(index(kCount));
  backend_->download_bf16(weight.stored(), found);
  const std::uint32_t key = RandomRounding{.seed = 99}.key(step);
  std::int64_t wrong = 0;
  for (std::size_t i = 0; i < found.size(); ++i)
    wrong += found[i] != from_bf16(to_bf16_at_random(
                             expected[i], bf16_noise(key, static_cast<std::uint32_t>(1000 + i))));
  EXPECT_EQ(wrong, 0);
}

// Each update is an eighth of the last place of a bf16 near 1: to the nearest, none would ever be
// seen. A thousand of them are seen in the mean of many.
TEST_P(Bf16WeightsTest, SmallUpdatesAddUp) {
  constexpr std::int64_t kCount = 2'000;
  constexpr int kSteps = 64;
  const auto buffer = backend_->allocate(kCount / 2);
  const std::span<std::uint16_t> stored(reinterpret_cast<std::uint16_t*>(buffer->data()),
                                        index(kCount));
  Floats values(index(kCount), 1.5F);
  backend_->upload_bf16(values, stored);
  const Floats gradients(index(kCount), 1.0F);
  Floats m(index(kCount)), v(index(kCount));
  for (int step = 1; step <= kSteps; ++step)  // With a constant gradient each update is the rate.
    backend_->adamw(stored, gradients, m, v, {.learning_rate = 0x1p-10, .step = step}, {.seed = 7});
  backend_->download_bf16(stored, values);
  const double mean = std::accumulate(values.begin(), values.end(), 0.0) / kCount;
  // A step's rounding has a deviation of at most 2^-8, and there are 64 of 2,000 elements.
  const double deviation = 0x1p-8 * std::sqrt(kSteps) / std::sqrt(kCount);
  EXPECT_NEAR(mean, 1.5 - kSteps * 0x1p-10, 5 * deviation);
}

INSTANTIATE_TEST_SUITE_P(Reference, Bf16WeightsTest, ::testing::Values(reference_variant()),
                         variant_name);
INSTANTIATE_TEST_SUITE_P(Cpu, Bf16WeightsTest, cpu_variants(), variant_name);
INSTANTIATE_TEST_SUITE_P(CpuBf16, Bf16WeightsTest, cpu_bf16_variants(), variant_name);
INSTANTIATE_TEST_SUITE_P(Cuda, Bf16WeightsTest,
                         ::testing::Values(cuda_variant(), cuda_variant(Precision::bf16)),
                         variant_name);

}  // namespace
}  // namespace scribe
