// Plain data between tester and candidate: a bounded, tagged encoding of exact builtin types.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>

#include "sandbox/python_runtime.h"

namespace scribe::sandbox {

inline constexpr int kCodecDepthMax = 64;
inline constexpr int kCodecNodesMax = 200'000;

/// How objects that are not plain data cross: as numbers. Without it they do not cross at all.
struct ObjectNumbers {
  /// The number that stands for an object in messages, or nothing if it must not cross.
  std::function<std::optional<std::uint32_t>(PyObject*)> number_of;
  /// What a number stands for on this side; no object, and no exception set, if for nothing.
  std::function<PyRef(std::uint32_t number, const std::string& type_name)> object_of;
};

/// Writes None, bool, int, float, complex, str, bytes, bytearray, list, tuple, dict, set or
/// frozenset, nested, into `out`; a subclass is written as its base, so that no behaviour crosses
/// with the data. Other objects are written as their numbers. Runs no Python code and allocates
/// nothing for containers.
///
/// Returns the bytes written, or nothing with `problem` = what stands in the way: "a value of type
/// 'map'", "more than 64 levels". Leaves no Python exception set.
std::optional<std::size_t> encode_value(PyObject* value, std::span<char> out, std::string& problem,
                                        const ObjectNumbers* objects = nullptr);

/// Reads one value that fills `bytes` exactly. `bytes` may come from an enemy but must be private
/// to this process: they are read more than once. Returns no object if they are malformed or exceed
/// the limits; leaves no Python exception set.
PyRef decode_value(std::span<const char> bytes, const ObjectNumbers* objects = nullptr);

/// As decode_value(), but more bytes may follow: `used` says how many the value had.
PyRef decode_first_value(std::span<const char> bytes, std::size_t& used,
                         const ObjectNumbers* objects = nullptr);

}  // namespace scribe::sandbox
