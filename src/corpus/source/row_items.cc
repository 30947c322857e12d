// What all rows have in common, wherever their fields come from.
#include "corpus/source/row_items.h"

#include "base/utf8_parts.h"
#include "corpus/license.h"
#include "corpus/license_expression.h"
#include "corpus/source/source_names.h"

namespace scribe {

RowItems::RowItems(const SourcePart& part, const SourceOptions& options, const VisitItem& visit)
    : part_(part), options_(options), visit_(visit), name_(replace_invalid_utf8(part.path)) {}

Status RowItems::take(std::int64_t number, const SourceRow& row) {
  ++rows_;
  if (!row.path.empty() && !is_wanted_path(row.path, options_)) {
    ++texts_;  // Not wanted for its name, whatever it holds.
    return {};
  }
  if (!row.text) return drop(number, Rule::unreadable);
  ++texts_;
  // Whole texts of licences are no expressions, and would each be one of the corpus's licences.
  std::string license = normalized_license_expression(row.license);
  if (license.empty() && !row.license.empty()) license = kNoAssertion;
  SourceItem item{.name = fmt::format("{}:{}", name_, number),
                  .path = item_path(row.path),
                  .repository = replace_invalid_utf8(row.repository),
                  .license = std::move(license),
                  .license_file = nullptr,
                  .size_bytes = static_cast<std::int64_t>(row.text->size()),
                  .bytes = {},
                  .dropped_by = std::nullopt};
  if (item.size_bytes >= options_.item_bytes_max)
    item.dropped_by = Rule::too_large;
  else if (!take_bytes(std::string(*row.text), options_, item))
    return {};
  return visit(std::move(item));
}

Status RowItems::drop(std::int64_t number, Rule rule) {
  return visit({.name = fmt::format("{}:{}", name_, number),
                .path = {},
                .repository = {},
                .license = {},
                .license_file = nullptr,
                .size_bytes = 0,
                .bytes = {},
                .dropped_by = rule});
}

Status RowItems::visit(SourceItem&& item) {
  ++report_.items;
  return visit_(std::move(item));
}

PartReport RowItems::finish(const Status& end) {
  if (!end.ok())
    report_.damage = fmt::format("'{}' is damaged after {} items: {}", part_.path, report_.items,
                                 end.error().message());
  else if (rows_ > 0 && texts_ == 0)
    report_.damage = fmt::format("'{}': none of its {} rows has a text in {}; name the field",
                                 part_.path, rows_, text_field_names(options_.fields));
  return std::move(report_);
}

std::string all_licenses(const std::vector<std::string>& licenses) {
  if (licenses.size() == 1) return licenses.front();
  std::string all;
  for (const std::string& license : licenses) {
    const bool is_compound = license.find(' ') != std::string::npos;
    all += fmt::format("{}{}{}{}", all.empty() ? "" : " AND ", is_compound ? "(" : "", license,
                       is_compound ? ")" : "");
  }
  return all;
}

std::string text_field_names(const RowFields& fields) {
  return fields.text == "text" ? "'text'" : fmt::format("'{}' or 'text'", fields.text);
}

}  // namespace scribe
