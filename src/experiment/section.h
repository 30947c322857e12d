// What an experiment has to say: its figures, and text, tables and charts about them.
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "evaluate/report_page.h"

namespace scribe {

/// One part of a report, which can be kept in a file and shown on a page with others.
struct Section {
  using Block = std::variant<std::string, std::vector<KeyFigure>, ReportTable, LineChart, BarChart>;

  std::string experiment;  ///< its name in the registry
  std::string title;
  Json settings;              ///< what decided the figures
  Json figures;               ///< the numbers, for programs
  std::vector<Block> blocks;  ///< for people, in order; a string is a paragraph

  void add(Block block) { blocks.push_back(std::move(block)); }
};

Json to_json(const Section& section);
/// Errors: invalid_data with `where` and the field.
Result<Section> section_from_json(const Json& value, const std::string& where);

void add_section(const Section& section, ReportPage& page);
/// Title, paragraphs and tables; charts stand on the page only.
std::string section_markdown(const Section& section);

/// "12.3 %".
std::string percent(double share);

}  // namespace scribe
