// A scanner over JSON's grammar that keeps only where the values of the outermost object stand.
#include "base/json_object.h"

#include <algorithm>

#include "base/json.h"

namespace scribe {
namespace {

class Scanner {
 public:
  Scanner(std::string_view text, const std::string& where) : text_(text), where_(where) {}

  Result<std::vector<JsonTextField>> object_fields() {
    std::vector<JsonTextField> fields;
    skip_space();
    if (!take('{')) return expected("'{'");
    skip_space();
    bool more = !take('}');
    while (more) {
      SCRIBE_TRY_ASSIGN(JsonTextField field, next_field());
      fields.push_back(std::move(field));
      skip_space();
      more = take(',');
      if (!more && !take('}')) return expected("',' or '}'");
    }
    skip_space();
    if (position_ < text_.size()) return expected("nothing behind the object");
    return fields;
  }

 private:
  Result<JsonTextField> next_field() {
    skip_space();
    const std::size_t name_start = position_;
    SCRIBE_TRY(skip_string());
    SCRIBE_TRY_ASSIGN(const Json name,
                      parse_json(text_.substr(name_start, position_ - name_start), where_));
    skip_space();
    if (!take(':')) return expected("':'");
    skip_space();
    const std::size_t start = position_;
    SCRIBE_TRY(skip_value(1));
    return JsonTextField{name.get<std::string>(), text_.substr(start, position_ - start)};
  }

  Status skip_value(int depth) {
    if (depth > kJsonDepthMax)
      return error(ErrorCode::invalid_data, "{}: more than {} levels of JSON", where_,
                   kJsonDepthMax);
    if (position_ == text_.size()) return expected("a value");
    const char first = text_[position_];
    if (first == '"') return skip_string();
    if (first == '[' || first == '{') return skip_container(depth);
    for (const std::string_view word : {"true", "false", "null", "NaN", "Infinity", "-Infinity"})
      if (text_.substr(position_).starts_with(word)) {
        position_ += word.size();
        return {};
      }
    return skip_number();
  }

  Status skip_container(int depth) {
    const bool is_object = text_[position_] == '{';
    const char close = is_object ? '}' : ']';
    ++position_;
    skip_space();
    bool more = !take(close);
    while (more) {
      skip_space();
      if (is_object) {
        SCRIBE_TRY(skip_string());
        skip_space();
        if (!take(':')) return expected("':'");
        skip_space();
      }
      SCRIBE_TRY(skip_value(depth + 1));
      skip_space();
      more = take(',');
      if (!more && !take(close)) return expected(is_object ? "',' or '}'" : "',' or ']'");
    }
    return {};
  }

  Status skip_string() {
    if (!take('"')) return expected("'\"'");
    for (; position_ < text_.size(); ++position_) {
      const char c = text_[position_];
      if (c == '"') {
        ++position_;
        return {};
      }
      if (static_cast<unsigned char>(c) < 0x20) break;
      if (c == '\\') ++position_;
    }
    return expected("a string's end");
  }

  Status skip_number() {
    take('-');
    if (!take('0') && !skip_digits()) return expected("a value");
    if (take('.') && !skip_digits()) return expected("a digit");
    if (take('e') || take('E')) {
      if (!take('+')) take('-');
      if (!skip_digits()) return expected("a digit");
    }
    return {};
  }
  bool skip_digits() {
    const std::size_t start = position_;
    while (position_ < text_.size() && text_[position_] >= '0' && text_[position_] <= '9')
      ++position_;
    return position_ > start;
  }

  void skip_space() {
    position_ = std::min(text_.find_first_not_of(" \t\r\n", position_), text_.size());
  }
  bool take(char c) {
    if (position_ >= text_.size() || text_[position_] != c) return false;
    ++position_;
    return true;
  }
  Error expected(std::string_view what) const {
    return error(ErrorCode::invalid_data, "{}: not valid JSON: byte {}: expected {}", where_,
                 position_ + 1, what);
  }

  std::string_view text_;
  const std::string& where_;
  std::size_t position_ = 0;
};

}  // namespace

Result<std::vector<JsonTextField>> split_json_object(std::string_view object,
                                                     const std::string& where) {
  return Scanner(object, where).object_fields();
}

std::string_view text_of_field(const std::vector<JsonTextField>& fields, std::string_view name) {
  for (const JsonTextField& field : fields)
    if (field.name == name) return field.text;
  return {};
}

}  // namespace scribe
