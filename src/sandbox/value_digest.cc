// Writes a normal form in which equal values are the same bytes, and hashes it.
#include "sandbox/value_digest.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "base/hash.h"
#include "sandbox/codec.h"

namespace scribe::sandbox {
namespace {

constexpr std::size_t kFoldBytes = std::size_t{1} << 20;
constexpr double kInt64Limit = 9223372036854775808.0;  // 2^63: below it a double fits.

/// Appends the normal form of values. False: the value has none.
class NormalForm {
 public:
  explicit NormalForm(int& values) : values_(values) {}
  const std::string& bytes() const { return bytes_; }

  bool put(PyObject* value, int depth) {
    if (depth > kCodecDepthMax || ++values_ > kDigestValuesMax) return false;
    fold();
    if (value == Py_None) return put_tag('N');
    if (PyLong_Check(value)) return put_int(value);
    if (PyFloat_Check(value)) return put_float(PyFloat_AS_DOUBLE(value));
    if (PyComplex_Check(value)) return put_complex(reinterpret_cast<PyComplexObject*>(value)->cval);
    if (PyUnicode_Check(value)) return put_text(value);
    if (PyBytes_Check(value)) return put_block('b', PyBytes_AS_STRING(value), Py_SIZE(value));
    if (PyByteArray_Check(value))
      return put_block('b', PyByteArray_AS_STRING(value), Py_SIZE(value));
    if (PyList_Check(value) || PyTuple_Check(value)) return put_sequence(value, depth);
    if (PyDict_Check(value)) return put_dict(value, depth);
    if (PyAnySet_Check(value)) return put_set(value, depth);
    return false;
  }

 private:
  /// Keeps the form short. Equal values write the same bytes, so that they fold at the same places.
  void fold() {
    if (bytes_.size() >= kFoldBytes) bytes_ = hash128_hex(bytes_);
  }

  bool put_tag(char tag) {
    bytes_ += tag;
    return true;
  }
  template <typename T>
  bool put_raw(char tag, const T& value) {
    bytes_ += tag;
    bytes_.append(reinterpret_cast<const char*>(&value), sizeof(value));
    return true;
  }
  bool put_block(char tag, const char* data, Py_ssize_t size_bytes) {
    put_raw(tag, static_cast<std::int64_t>(size_bytes));
    bytes_.append(data, static_cast<std::size_t>(size_bytes));
    return true;
  }

  bool put_int(PyObject* value) {
    int overflow = 0;
    const long long small = PyLong_AsLongLongAndOverflow(value, &overflow);
    if (overflow == 0) return put_raw('i', small);
    std::vector<unsigned char> digits(_PyLong_NumBits(value) / 8 + 1);
    if (_PyLong_AsByteArray(reinterpret_cast<PyLongObject*>(value), digits.data(), digits.size(), 1,
                            1) != 0) {
      PyErr_Clear();
      return false;
    }
    return put_block('I', reinterpret_cast<const char*>(digits.data()),
                     static_cast<Py_ssize_t>(digits.size()));
  }
  bool put_float(double value) {
    if (std::isnan(value)) return false;
    if (std::isinf(value) || value != std::trunc(value)) return put_raw('f', value);
    if (value >= -kInt64Limit && value < kInt64Limit)
      return put_raw('i', static_cast<long long>(value));
    const PyRef whole(PyLong_FromDouble(value));
    if (whole) return put_int(whole.get());
    PyErr_Clear();
    return false;
  }
  bool put_complex(const Py_complex& value) {
    if (value.imag == 0) return put_float(value.real);
    if (std::isnan(value.real) || std::isnan(value.imag)) return false;
    const double real = value.real == 0 ? 0.0 : value.real;  // -0.0 equals 0.0.
    return put_raw('c', real) && put_raw('c', value.imag);
  }
  bool put_text(PyObject* value) {
    Py_ssize_t size_bytes = 0;
    if (const char* utf8 = PyUnicode_AsUTF8AndSize(value, &size_bytes))
      return put_block('s', utf8, size_bytes);
    PyErr_Clear();  // Lone surrogates, most likely.
    const PyRef bytes(PyUnicode_AsEncodedString(value, "utf-8", "surrogatepass"));
    if (bytes) return put_block('s', PyBytes_AS_STRING(bytes.get()), PyBytes_GET_SIZE(bytes.get()));
    PyErr_Clear();
    return false;
  }

  bool put_sequence(PyObject* value, int depth) {
    const Py_ssize_t count = Py_SIZE(value);
    put_raw(PyList_Check(value) ? 'l' : 't', static_cast<std::int64_t>(count));
    for (Py_ssize_t i = 0; i < count; ++i) {
      PyObject* const item =
          PyList_Check(value) ? PyList_GET_ITEM(value, i) : PyTuple_GET_ITEM(value, i);
      if (!put(item, depth + 1)) return false;
    }
    return true;
  }
  bool put_dict(PyObject* value, int depth) {
    std::vector<std::string> entries;
    PyObject* key = nullptr;
    PyObject* item = nullptr;
    Py_ssize_t position = 0;
    while (PyDict_Next(value, &position, &key, &item) != 0) {
      NormalForm entry(values_);
      if (!entry.put(key, depth + 1) || !entry.put(item, depth + 1)) return false;
      entries.push_back(hash128_hex(entry.bytes()));
    }
    return put_unordered('d', std::move(entries));
  }
  bool put_set(PyObject* value, int depth) {
    std::vector<std::string> entries;
    PyObject* key = nullptr;
    Py_ssize_t position = 0;
    Py_hash_t hash = 0;
    while (_PySet_NextEntry(value, &position, &key, &hash) != 0) {
      NormalForm entry(values_);
      if (!entry.put(key, depth + 1)) return false;
      entries.push_back(hash128_hex(entry.bytes()));
    }
    return put_unordered('S', std::move(entries));
  }
  bool put_unordered(char tag, std::vector<std::string> entries) {
    std::ranges::sort(entries);
    put_raw(tag, static_cast<std::int64_t>(entries.size()));
    for (const std::string& entry : entries) bytes_ += entry;
    return true;
  }

  int& values_;  ///< counted over a value and all within it; the caller's
  std::string bytes_;
};

}  // namespace

std::optional<std::string> digest_of_value(PyObject* value) {
  int values = 0;
  NormalForm form(values);
  if (!form.put(value, 0)) return std::nullopt;
  return hash128_hex(form.bytes());
}

}  // namespace scribe::sandbox
