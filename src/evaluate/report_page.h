// Builds one HTML file that stands alone: text, figures, tables, charts and programs.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "evaluate/svg_chart.h"

namespace scribe {

struct KeyFigure {
  std::string value;  ///< "28.8 %"
  std::string label;  ///< "pass@1"
};

struct ReportColumn {
  std::string header;
  bool numeric = false;  ///< aligned to the right, digits of one width
};

struct ReportTable {
  std::string title;  ///< may be empty
  std::vector<ReportColumn> columns;
  std::vector<std::vector<std::string>> rows;  ///< one cell per column (checked)
  std::string notes;                           ///< small print below; may be empty
};

/// A program as it was judged: the completion is set apart from the prompt.
struct ReportProgram {
  std::string title;  ///< the task's name
  std::string prompt;
  std::string completion;
  std::string verdict;  ///< the word on the badge
  bool passed = false;  ///< its colour
  std::string detail;   ///< why, in one line; may be empty
};

/// A part that a reader works with. Its texts are the program's own and stand in the page as they
/// are; what comes from outside is in `data`.
struct InteractivePart {
  std::string title;
  std::string_view markup;   ///< HTML
  std::string_view script;   ///< JavaScript, behind page_script(); reads the element "data"
  std::string data;          ///< bytes; in base64 in the page
  bool asks_server = false;  ///< the script may send requests to where the page came from
};

/// A page with what was added, in order. It asks for nothing outside itself, runs no script but
/// that of its interactive part, follows the reader's light or dark setting, and prints. Everything
/// given elsewhere is text, not HTML: it is escaped, and bytes that are not UTF-8 show as U+FFFD.
/// The same calls make the same bytes.
class ReportPage {
 public:
  ReportPage(std::string title, std::string subtitle);

  void add_heading(std::string_view text);
  void add_text(std::string_view paragraph);
  void add_key_figures(const std::vector<KeyFigure>& figures);
  void add_table(const ReportTable& table);
  /// The numbers also stand in a folded table, if they are not more than a reader would look at.
  void add_line_chart(const LineChart& chart);
  void add_bar_chart(const BarChart& chart);
  void add_program(const ReportProgram& program);
  /// At most one of a page.
  void add_interactive(const InteractivePart& part);

  /// The whole page.
  std::string html() const;

 private:
  std::string next_chart_id();
  void add_figure(std::string_view title, std::string_view description, std::string_view svg,
                  const ReportTable& numbers);

  std::string title_;
  std::string subtitle_;
  std::string body_;
  std::string_view script_;
  bool asks_server_ = false;
  int charts_ = 0;
};

}  // namespace scribe
