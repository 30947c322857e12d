// Loops over vectors and the exponential, on top of a `Simd` that the including file has chosen.
#pragma once

#include <cstdint>

namespace scribe {
namespace {

using Vector = Simd::Vector;

/// A whole vector's lanes, or the first few of the last one.
struct AllLanes {};
struct SomeLanes {
  std::int64_t count;
};

inline Vector load(const float* from, AllLanes) {
  return Simd::load(from);
}
inline Vector load(const float* from, SomeLanes lanes) {
  return Simd::load_some(from, lanes.count);
}
inline void store(float* to, Vector x, AllLanes) {
  Simd::store(to, x);
}
inline void store(float* to, Vector x, SomeLanes lanes) {
  Simd::store_some(to, x, lanes.count);
}
/// x in the lanes that exist, `other` in those that do not.
inline Vector or_else(Vector x, Vector, AllLanes) {
  return x;
}
inline Vector or_else(Vector x, Vector other, SomeLanes lanes) {
  return Simd::select_first(x, other, lanes.count);
}

/// Calls body(offset, lanes) for every vector of `count` floats.
template <typename Body>
inline void for_each_vector(std::int64_t count, Body body) {
  std::int64_t offset = 0;
  for (; offset + Simd::kWidth <= count; offset += Simd::kWidth) body(offset, AllLanes{});
  if (offset < count) body(offset, SomeLanes{count - offset});
}

/// e^x within 2 ulp on [-87, 88]; smaller x give e^-87, larger ones e^88.
/// Cody and Waite's reduction x = n ln 2 + r, then the degree 6 polynomial of Cephes' expf.
inline Vector exp_of(Vector x) {
  x = Simd::min(Simd::max(x, Simd::set(-87.0F)), Simd::set(88.0F));
  const Vector n = Simd::round(Simd::mul(x, Simd::set(1.44269504F)));
  Vector r = Simd::fnma(n, Simd::set(0.693359375F), x);
  r = Simd::fnma(n, Simd::set(-2.12194440e-4F), r);
  Vector p = Simd::set(1.9875691500e-4F);
  p = Simd::fma(p, r, Simd::set(1.3981999507e-3F));
  p = Simd::fma(p, r, Simd::set(8.3334519073e-3F));
  p = Simd::fma(p, r, Simd::set(4.1665795894e-2F));
  p = Simd::fma(p, r, Simd::set(1.6666665459e-1F));
  p = Simd::fma(p, r, Simd::set(5.0000001201e-1F));
  p = Simd::fma(p, Simd::mul(r, r), Simd::add(r, Simd::set(1.0F)));
  return Simd::scale_by_power_of_two(p, n);
}

/// 1 / (1 + e^-x).
inline Vector sigmoid_of(Vector x) {
  const Vector one = Simd::set(1.0F);
  return Simd::div(one, Simd::add(one, exp_of(Simd::sub(Simd::zero(), x))));
}

constexpr float kGeluScale = 0.7978845608F;  // sqrt(2 / pi)
constexpr float kGeluCubic = 0.044715F;

/// (1 + tanh(u)) / 2 = sigmoid(2 u) with u = sqrt(2/pi) (x + 0.044715 x^3).
inline Vector gelu_gate(Vector x) {
  const Vector square = Simd::mul(x, x);
  const Vector inner = Simd::fma(Simd::mul(square, x), Simd::set(kGeluCubic), x);
  return sigmoid_of(Simd::mul(Simd::set(2.0F * kGeluScale), inner));
}

/// GPT-2's tanh form.
inline Vector gelu_of(Vector x) {
  return Simd::mul(x, gelu_gate(x));
}

}  // namespace
}  // namespace scribe
