// Looks up fields of a tokenizer.json and says where one is wrong.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "base/result.h"

namespace scribe {

// The ordered objects of base/json.h search linearly, which takes seconds for 50,000 keys.
using SortedJson = nlohmann::json;

/// Looks up fields of one object and says where one is wrong: "path: model.vocab ...".
class Reader {
 public:
  Reader(const SortedJson& object, std::string where, std::string prefix)
      : object_(object), where_(std::move(where)), prefix_(std::move(prefix)) {}

  /// The field, or null if it is missing.
  const SortedJson& field(const char* name) const {
    static const SortedJson kNull;
    const auto found = object_.find(name);
    return found == object_.end() ? kNull : *found;
  }

  Error wrong(const char* name, std::string_view expected) const {
    return error(ErrorCode::invalid_data, "{}: {}{} is {}, expected {}", where_, prefix_, name,
                 shown(field(name)), expected);
  }
  Error unsupported(const char* name, std::string_view expected) const {
    return error(ErrorCode::unsupported,
                 "{}: {}{} is {}; only the layouts that docs/formats/tokenizer.md lists are read: "
                 "expected {}",
                 where_, prefix_, name, shown(field(name)), expected);
  }

  Result<bool> boolean(const char* name, bool if_missing) const {
    const SortedJson& value = field(name);
    if (value.is_null()) return if_missing;
    if (!value.is_boolean()) return wrong(name, "true or false");
    return value.get<bool>();
  }

  /// Errors: unsupported unless the field is missing, null, false or "".
  Status require_unset(const char* name) const {
    const SortedJson& value = field(name);
    const bool is_unset = value.is_null() || value == SortedJson(false) || value == SortedJson("");
    return is_unset ? Status() : unsupported(name, "null");
  }

  /// The field as an object to read on from. Errors: invalid_data.
  Result<Reader> object(const char* name) const {
    if (!field(name).is_object()) return wrong(name, "an object");
    return Reader(field(name), where_, prefix_ + name + ".");
  }

  Status require_type(const char* expected) const {
    if (field("type") == SortedJson(expected)) return {};
    return unsupported("type", fmt::format("\"{}\"", expected));
  }

  /// Entry `index` of the array `name`, to read on from. Errors: invalid_data.
  Result<Reader> entry(const char* name, std::size_t index) const {
    const std::string entry_name = fmt::format("{}{}[{}]", prefix_, name, index);
    if (!field(name)[index].is_object())
      return error(ErrorCode::invalid_data, "{}: {} is no object", where_, entry_name);
    return Reader(field(name)[index], where_, entry_name + ".");
  }

  const std::string& where() const { return where_; }

 private:
  /// The value for a message: scalars as they are, cut after 40 bytes, else the type.
  static std::string shown(const SortedJson& value) {
    if (value.is_null()) return "missing or null";
    if (value.is_structured()) return value.type_name();
    return value.dump(-1, ' ', true, SortedJson::error_handler_t::replace).substr(0, 40);
  }

  const SortedJson& object_;
  std::string where_;
  std::string prefix_;
};

}  // namespace scribe
