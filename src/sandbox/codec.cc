// Tag byte, then a little-endian value or a count; codec.h says what is promised.
#include "sandbox/codec.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace scribe::sandbox {
namespace {

enum Tag : char {
  kNone = 'N',
  kTrue = 'T',
  kFalse = 'F',
  kSmallInt = 'i',
  kBigInt = 'I',
  kFloat = 'f',
  kComplex = 'c',
  kText = 's',
  kBytes = 'b',
  kByteArray = 'a',
  kList = 'l',
  kTuple = 't',
  kDict = 'd',
  kSet = 'S',
  kFrozenSet = 'Z',
  kObject = 'o'
};

constexpr std::size_t kTypeNameBytesMax = 100;

class Encoder {
 public:
  Encoder(std::span<char> out, std::string& problem, const ObjectNumbers* objects)
      : out_(out), problem_(problem), objects_(objects) {}

  bool put(PyObject* value, int depth) {
    if (depth > kCodecDepthMax) return fail(fmt::format("more than {} levels", kCodecDepthMax));
    if (++nodes_ > kCodecNodesMax) return fail(fmt::format("more than {} values", kCodecNodesMax));
    if (value == Py_None) return put_tag(kNone);
    if (value == Py_True) return put_tag(kTrue);
    if (value == Py_False) return put_tag(kFalse);
    if (PyLong_Check(value)) return put_int(value);
    if (PyFloat_Check(value)) return put_tag(kFloat) && put_raw(PyFloat_AS_DOUBLE(value));
    if (PyComplex_Check(value))
      return put_tag(kComplex) && put_raw(reinterpret_cast<PyComplexObject*>(value)->cval);
    if (PyUnicode_Check(value)) return put_text(value);
    if (PyBytes_Check(value))
      return put_block(kBytes, PyBytes_AS_STRING(value), PyBytes_GET_SIZE(value));
    if (PyByteArray_Check(value))
      return put_block(kByteArray, PyByteArray_AS_STRING(value), PyByteArray_GET_SIZE(value));
    return put_container(value, depth);
  }
  std::size_t size() const { return size_; }

 private:
  bool fail(std::string problem) {
    problem_ = std::move(problem);
    return false;
  }

  bool put_container(PyObject* value, int depth) {
    if (PyList_Check(value)) return put_list(value, depth);
    if (PyTuple_Check(value)) return put_tuple(value, depth);
    if (PyDict_Check(value)) return put_dict(value, depth);
    if (PyAnySet_Check(value)) return put_set(value, depth);
    return put_object(value);
  }

  bool put_object(PyObject* value) {
    const std::string_view type_name = Py_TYPE(value)->tp_name;
    const auto number = objects_ == nullptr ? std::nullopt : objects_->number_of(value);
    if (!number) return fail(fmt::format("a value of type '{:.100}'", type_name));
    const std::size_t name_bytes = std::min(type_name.size(), kTypeNameBytesMax);
    return put_tag(kObject) && put_raw(*number) &&
           put_raw(static_cast<std::uint32_t>(name_bytes)) && append(type_name.data(), name_bytes);
  }

  bool append(const void* data, std::size_t size_bytes) {
    if (out_.size() - size_ < size_bytes)
      return fail(fmt::format("more than {} bytes", out_.size()));
    if (size_bytes > 0) std::memcpy(out_.data() + size_, data, size_bytes);
    size_ += size_bytes;
    return true;
  }
  bool put_tag(Tag tag) { return append(&tag, 1); }
  template <typename T>
  bool put_raw(const T& value) {
    return append(&value, sizeof(value));
  }
  bool put_count(Tag tag, Py_ssize_t count) {
    if (count > INT32_MAX) return fail("more than 2^31 elements");
    return put_tag(tag) && put_raw(static_cast<std::uint32_t>(count));
  }
  bool put_block(Tag tag, const char* data, Py_ssize_t size_bytes) {
    return put_count(tag, size_bytes) && append(data, static_cast<std::size_t>(size_bytes));
  }

  bool put_int(PyObject* value) {
    int overflow = 0;
    const long long small = PyLong_AsLongLongAndOverflow(value, &overflow);
    if (overflow == 0) return put_tag(kSmallInt) && put_raw(small);
    const std::size_t size_bytes = _PyLong_NumBits(value) / 8 + 1;  // One bit more, for the sign.
    if (size_bytes > out_.size()) return fail(fmt::format("more than {} bytes", out_.size()));
    if (!put_count(kBigInt, static_cast<Py_ssize_t>(size_bytes))) return false;
    if (out_.size() - size_ < size_bytes)
      return fail(fmt::format("more than {} bytes", out_.size()));
    auto* const to = reinterpret_cast<unsigned char*>(out_.data() + size_);
    if (_PyLong_AsByteArray(reinterpret_cast<PyLongObject*>(value), to, size_bytes, 1, 1) != 0) {
      PyErr_Clear();
      return fail("an integer that cannot be written");
    }
    size_ += size_bytes;
    return true;
  }

  bool put_text(PyObject* value) {
    Py_ssize_t size_bytes = 0;
    if (const char* utf8 = PyUnicode_AsUTF8AndSize(value, &size_bytes))
      return put_block(kText, utf8, size_bytes);
    PyErr_Clear();  // Lone surrogates, most likely.
    const PyRef bytes(PyUnicode_AsEncodedString(value, "utf-8", "surrogatepass"));
    if (bytes)
      return put_block(kText, PyBytes_AS_STRING(bytes.get()), PyBytes_GET_SIZE(bytes.get()));
    PyErr_Clear();
    return fail("text that cannot be encoded");
  }

  bool put_list(PyObject* value, int depth) {
    const Py_ssize_t count = PyList_GET_SIZE(value);
    if (!put_count(kList, count)) return false;
    for (Py_ssize_t i = 0; i < count; ++i)
      if (!put(PyList_GET_ITEM(value, i), depth + 1)) return false;
    return true;
  }
  bool put_tuple(PyObject* value, int depth) {
    const Py_ssize_t count = PyTuple_GET_SIZE(value);
    if (!put_count(kTuple, count)) return false;
    for (Py_ssize_t i = 0; i < count; ++i)
      if (!put(PyTuple_GET_ITEM(value, i), depth + 1)) return false;
    return true;
  }
  bool put_dict(PyObject* value, int depth) {
    if (!put_count(kDict, PyDict_Size(value))) return false;
    PyObject* key = nullptr;
    PyObject* item = nullptr;
    Py_ssize_t position = 0;
    while (PyDict_Next(value, &position, &key, &item) != 0)
      if (!put(key, depth + 1) || !put(item, depth + 1)) return false;
    return true;
  }
  bool put_set(PyObject* value, int depth) {
    const Tag tag = PyFrozenSet_Check(value) ? kFrozenSet : kSet;
    if (!put_count(tag, PySet_GET_SIZE(value))) return false;
    PyObject* key = nullptr;
    Py_ssize_t position = 0;
    Py_hash_t hash = 0;
    while (_PySet_NextEntry(value, &position, &key, &hash) != 0)
      if (!put(key, depth + 1)) return false;
    return true;
  }

  std::span<char> out_;
  std::string& problem_;
  const ObjectNumbers* objects_;
  std::size_t size_ = 0;
  int nodes_ = 0;
};

/// Every method returns a new reference, or nullptr if the bytes are not well-formed.
class Decoder {
 public:
  Decoder(std::span<const char> bytes, const ObjectNumbers* objects)
      : bytes_(bytes), objects_(objects) {}

  std::size_t position() const { return position_; }

  PyObject* get(int depth) {
    char tag = 0;
    if (depth > kCodecDepthMax || ++nodes_ > kCodecNodesMax || !take(&tag, 1)) return nullptr;
    switch (tag) {
      case kNone:
        Py_RETURN_NONE;
      case kTrue:
        Py_RETURN_TRUE;
      case kFalse:
        Py_RETURN_FALSE;
      case kSmallInt:
        return get_small_int();
      case kFloat:
        return get_float();
      case kComplex:
        return get_complex();
      case kBigInt:
      case kText:
      case kBytes:
      case kByteArray:
        return get_block(tag);
      case kList:
        return get_list(depth);
      case kTuple:
        return get_tuple(depth);
      case kDict:
        return get_dict(depth);
      case kSet:
        return get_set(PySet_New(nullptr), depth);
      case kFrozenSet:
        return get_set(PyFrozenSet_New(nullptr), depth);
      case kObject:
        return get_object();
      default:
        return nullptr;
    }
  }

 private:
  std::size_t left() const { return bytes_.size() - position_; }

  bool take(void* to, std::size_t size_bytes) {
    if (left() < size_bytes) return false;
    std::memcpy(to, bytes_.data() + position_, size_bytes);
    position_ += size_bytes;
    return true;
  }
  /// A count of things that take at least `bytes_each` bytes: more than what is left is a lie,
  /// found before anything is allocated for it.
  bool take_count(std::size_t bytes_each, std::uint32_t& count) {
    return take(&count, sizeof(count)) && count <= left() / bytes_each;
  }

  PyObject* get_small_int() {
    long long value = 0;
    return take(&value, sizeof(value)) ? PyLong_FromLongLong(value) : nullptr;
  }
  PyObject* get_float() {
    double value = 0;
    return take(&value, sizeof(value)) ? PyFloat_FromDouble(value) : nullptr;
  }
  PyObject* get_complex() {
    Py_complex value{};
    return take(&value, sizeof(value)) ? PyComplex_FromCComplex(value) : nullptr;
  }

  PyObject* get_block(char tag) {
    std::uint32_t count = 0;
    if (!take_count(1, count)) return nullptr;
    const char* const data = bytes_.data() + position_;
    const auto size_bytes = static_cast<Py_ssize_t>(count);
    position_ += count;
    if (tag == kText) return PyUnicode_DecodeUTF8(data, size_bytes, "surrogatepass");
    if (tag == kBytes) return PyBytes_FromStringAndSize(data, size_bytes);
    if (tag == kByteArray) return PyByteArray_FromStringAndSize(data, size_bytes);
    return _PyLong_FromByteArray(reinterpret_cast<const unsigned char*>(data), count, 1, 1);
  }

  PyObject* get_list(int depth) {
    std::uint32_t count = 0;
    if (!take_count(1, count) || count > kCodecNodesMax) return nullptr;
    PyRef list(PyList_New(0));
    for (std::uint32_t i = 0; list && i < count; ++i) {
      const PyRef item(get(depth + 1));
      if (!item || PyList_Append(list.get(), item.get()) != 0) return nullptr;
    }
    return list.release();
  }
  PyObject* get_tuple(int depth) {
    const PyRef list(get_list(depth));
    return list ? PyList_AsTuple(list.get()) : nullptr;
  }
  PyObject* get_dict(int depth) {
    std::uint32_t count = 0;
    if (!take_count(2, count)) return nullptr;
    PyRef dict(PyDict_New());
    for (std::uint32_t i = 0; dict && i < count; ++i) {
      const PyRef key(get(depth + 1));
      const PyRef item(key ? get(depth + 1) : nullptr);
      if (!item || PyDict_SetItem(dict.get(), key.get(), item.get()) != 0) return nullptr;
    }
    return dict.release();
  }
  PyObject* get_set(PyObject* empty, int depth) {
    PyRef set(empty);
    std::uint32_t count = 0;
    if (!set || !take_count(1, count)) return nullptr;
    for (std::uint32_t i = 0; i < count; ++i) {
      const PyRef item(get(depth + 1));
      if (!item || PySet_Add(set.get(), item.get()) != 0) return nullptr;
    }
    return set.release();
  }

  PyObject* get_object() {
    std::uint32_t number = 0;
    std::uint32_t name_bytes = 0;
    if (objects_ == nullptr || !take(&number, sizeof(number)) || !take_count(1, name_bytes) ||
        name_bytes > kTypeNameBytesMax)
      return nullptr;
    const std::string type_name(bytes_.data() + position_, name_bytes);
    position_ += name_bytes;
    return objects_->object_of(number, type_name).release();
  }

  std::span<const char> bytes_;
  const ObjectNumbers* objects_;
  std::size_t position_ = 0;
  int nodes_ = 0;
};

}  // namespace

std::optional<std::size_t> encode_value(PyObject* value, std::span<char> out, std::string& problem,
                                        const ObjectNumbers* objects) {
  Encoder encoder(out, problem, objects);
  if (!encoder.put(value, 0)) return std::nullopt;
  return encoder.size();
}

PyRef decode_first_value(std::span<const char> bytes, std::size_t& used,
                         const ObjectNumbers* objects) {
  Decoder decoder(bytes, objects);
  PyRef value(decoder.get(0));
  used = decoder.position();
  if (!value) PyErr_Clear();
  return value;
}

PyRef decode_value(std::span<const char> bytes, const ObjectNumbers* objects) {
  std::size_t used = 0;
  PyRef value = decode_first_value(bytes, used, objects);
  return used == bytes.size() ? std::move(value) : PyRef();
}

}  // namespace scribe::sandbox
