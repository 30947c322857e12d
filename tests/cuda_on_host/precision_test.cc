// Products of bf16: as far from the reference as 8 bits of mantissa are, and no farther.
#include <gtest/gtest.h>

#include "backend/testing/test_data.h"

namespace scribe {
namespace {

using namespace testing;  // NOLINT: the helpers of these tests

class PrecisionTest : public VariantTest {};

TEST_P(PrecisionTest, ProductsRoundTheirOperandsOnly) {
  constexpr std::int64_t m = 37, k = 65, n = 33;
  OwnedMatrix x(m, k, 1, 1, 3);
  OwnedMatrix weight(k, n, 2, 1, 5);
  OwnedMatrix d_out(m, n, 3, 1, 1);
  // Numbers that bf16 holds: nothing is rounded but the sums.
  const auto shorten = [](Floats& values) {
    for (float& value : values)
      value = std::bit_cast<float>(std::bit_cast<std::uint32_t>(value) & 0xffff0000U);
  };
  for (const bool exact : {false, true}) {
    SCOPED_TRACE(exact);
    // Each of 2 k roundings is off by 2^-9 of its product at most, of random sign.
    const double tolerance = exact ? 2e-5 : 4 * std::sqrt(2.0 * k) / 512;
    if (exact)
      for (OwnedMatrix* const matrix : {&x, &weight, &d_out}) shorten(matrix->values());
    Floats out(m * n), expected(m * n);
    Floats d_x(m * k), expected_d_x(m * k), d_weight(k * n), expected_d_weight(k * n);
    backend_->linear(x.view(), weight.view(), {}, {}, {out.data(), m, n});
    reference_->linear(x.view(), weight.view(), {}, {}, {expected.data(), m, n});
    EXPECT_LE(largest_difference(out, expected), tolerance);
    backend_->linear_backward(d_out.view(), x.view(), weight.view(), {d_x.data(), m, k},
                              {d_weight.data(), k, n}, {});
    reference_->linear_backward(d_out.view(), x.view(), weight.view(), {expected_d_x.data(), m, k},
                                {expected_d_weight.data(), k, n}, {});
    EXPECT_LE(largest_difference(d_x, expected_d_x), tolerance);
    EXPECT_LE(largest_difference(d_weight, expected_d_weight), tolerance);
    EXPECT_TRUE(exact || largest_difference(out, expected) > 1e-4);
  }
}

INSTANTIATE_TEST_SUITE_P(Cuda, PrecisionTest, ::testing::Values(cuda_variant(Precision::bf16)),
                         variant_name);

}  // namespace
}  // namespace scribe
