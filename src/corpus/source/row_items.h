// Rows of JSON lines and Parquet files as items.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "corpus/source/part_readers.h"

namespace scribe {

/// What the fields of a row say; "": nothing. A text that is not there is nothing.
struct SourceRow {
  std::optional<std::string_view> text;
  std::string_view path;
  std::string_view repository;
  std::string license;
};

/// Counts, names and visits the items of the rows of one part.
class RowItems {
 public:
  RowItems(const SourcePart& part, const SourceOptions& options, const VisitItem& visit);

  /// Row `number`, from 1. Errors: those of `visit`.
  Status take(std::int64_t number, const SourceRow& row);
  /// A row whose text could not be taken.
  Status drop(std::int64_t number, Rule rule);

  /// The report, if the part ended well, or with what was wrong with it.
  PartReport finish(const Status& end);

 private:
  Status visit(SourceItem&& item);

  const SourcePart& part_;
  const SourceOptions& options_;
  const VisitItem& visit_;
  std::string name_;
  std::int64_t rows_ = 0;
  std::int64_t texts_ = 0;
  PartReport report_;
};

/// All licences of a list hold: "MIT AND Apache-2.0".
std::string all_licenses(const std::vector<std::string>& licenses);

/// "'content' or 'text'": the names under which a text is looked for.
std::string text_field_names(const RowFields& fields);

}  // namespace scribe
