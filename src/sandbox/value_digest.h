// A short name for a plain value: equal values have equal digests, whatever their types' forms.
#pragma once

#include <optional>
#include <string>

#include "sandbox/python_runtime.h"

namespace scribe::sandbox {

inline constexpr int kDigestValuesMax = 1 << 28;  ///< MBPP+ has an answer of 130 million

/// 32 hex digits such that digests are equal where the values are equal by ==, so that 1, 1.0 and
/// True share one, as do set and frozenset, or dicts in any order. Unequal values share one with a
/// chance of 2^-128: whoever wants to aim for a digest has to know it, and the tester tells nobody.
///
/// Takes what the codec takes, within the limits above and the codec's depth. Nothing for other
/// values and for any NaN, which equals nothing. Runs no Python code; leaves no exception set.
std::optional<std::string> digest_of_value(PyObject* value);

}  // namespace scribe::sandbox
