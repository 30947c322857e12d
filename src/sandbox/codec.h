// Plain data between tester and candidate: a bounded, tagged encoding of exact builtin types.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>

#include "sandbox/python_runtime.h"

namespace scribe::sandbox {

inline constexpr int kCodecDepthMax = 64;
inline constexpr int kCodecNodesMax = 200'000;

/// Writes None, bool, int, float, complex, str, bytes, bytearray, list, tuple, dict, set or
/// frozenset, nested, into `out`; a subclass is written as its base, so that no behaviour crosses
/// with the data. Runs no Python code and allocates nothing for containers.
///
/// Returns the bytes written, or nothing with `problem` = what stands in the way: "a value of type
/// 'map'", "more than 64 levels". Leaves no Python exception set.
std::optional<std::size_t> encode_value(PyObject* value, std::span<char> out, std::string& problem);

/// Reads one value that fills `bytes` exactly. `bytes` may come from an enemy but must be private
/// to this process: they are read more than once. Returns no object if they are malformed or exceed
/// the limits; leaves no Python exception set.
PyRef decode_value(std::span<const char> bytes);

}  // namespace scribe::sandbox
