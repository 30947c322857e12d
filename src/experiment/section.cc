// Sections to and from JSON, onto pages and into Markdown.
#include "experiment/section.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace scribe {
namespace {

Json number(double value) {
  return std::isfinite(value) ? Json(value) : Json();
}
Json number(const std::optional<double>& value) {
  return value ? number(*value) : Json();
}
Json numbers(const std::vector<double>& values) {
  Json list = Json::array();
  for (const double value : values) list.push_back(number(value));
  return list;
}

Json block_json(const std::string& text) {
  return {{"kind", "text"}, {"text", text}};
}

Json block_json(const std::vector<KeyFigure>& figures) {
  Json list = Json::array();
  for (const KeyFigure& figure : figures)
    list.push_back({{"value", figure.value}, {"label", figure.label}});
  return {{"kind", "key_figures"}, {"figures", std::move(list)}};
}

Json block_json(const ReportTable& table) {
  Json columns = Json::array();
  for (const ReportColumn& column : table.columns)
    columns.push_back({{"header", column.header}, {"numeric", column.numeric}});
  return {{"kind", "table"},
          {"title", table.title},
          {"columns", std::move(columns)},
          {"rows", table.rows},
          {"notes", table.notes}};
}

Json block_json(const LineChart& chart) {
  Json series = Json::array();
  for (const LineSeries& one : chart.series) {
    Json points = Json::array();
    for (const ChartPoint& point : one.points)
      points.push_back({number(point.x), number(point.y), number(point.low), number(point.high)});
    series.push_back({{"name", one.name}, {"points", std::move(points)}});
  }
  return {{"kind", "line_chart"},
          {"title", chart.title},
          {"description", chart.description},
          {"x_label", chart.x_label},
          {"y_label", chart.y_label},
          {"log_x", chart.log_x},
          {"y_min", number(chart.y_min)},
          {"y_max", number(chart.y_max)},
          {"series", std::move(series)}};
}

Json block_json(const BarChart& chart) {
  Json series = Json::array();
  for (const BarSeries& one : chart.series)
    series.push_back({{"name", one.name},
                      {"values", numbers(one.values)},
                      {"lows", numbers(one.lows)},
                      {"highs", numbers(one.highs)}});
  return {{"kind", "bar_chart"},
          {"title", chart.title},
          {"description", chart.description},
          {"x_label", chart.x_label},
          {"y_label", chart.y_label},
          {"y_max", number(chart.y_max)},
          {"categories", chart.categories},
          {"series", std::move(series)}};
}

double number_of(const Json& value) {
  return value.is_number() ? value.get<double>() : std::numeric_limits<double>::quiet_NaN();
}
std::optional<double> optional_of(const Json& value) {
  return value.is_number() ? std::optional(value.get<double>()) : std::nullopt;
}
std::vector<double> numbers_of(const Json& list) {
  std::vector<double> values;
  for (const Json& one : list) values.push_back(number_of(one));
  return values;
}

/// The readers below use at(), get() and operator[] of const JSON, which throw where something is
/// missing or of another type: section_from_json() catches it.
ReportTable table_of(const Json& json) {
  ReportTable table{.title = json.at("title"),
                    .columns = {},
                    .rows = json.at("rows").get<std::vector<std::vector<std::string>>>(),
                    .notes = json.at("notes")};
  for (const Json& column : json.at("columns"))
    table.columns.push_back({column.at("header"), column.at("numeric")});
  return table;
}

LineChart line_chart_of(const Json& json) {
  LineChart chart{.title = json.at("title"),
                  .description = json.at("description"),
                  .x_label = json.at("x_label"),
                  .y_label = json.at("y_label"),
                  .log_x = json.at("log_x"),
                  .y_min = optional_of(json.at("y_min")),
                  .y_max = optional_of(json.at("y_max")),
                  .series = {}};
  for (const Json& one : json.at("series")) {
    LineSeries series{.name = one.at("name"), .points = {}};
    for (const Json& point : one.at("points"))
      series.points.push_back({number_of(point.at(0)), number_of(point.at(1)),
                               optional_of(point.at(2)), optional_of(point.at(3))});
    chart.series.push_back(std::move(series));
  }
  return chart;
}

BarChart bar_chart_of(const Json& json) {
  BarChart chart{.title = json.at("title"),
                 .description = json.at("description"),
                 .x_label = json.at("x_label"),
                 .y_label = json.at("y_label"),
                 .y_max = optional_of(json.at("y_max")),
                 .categories = json.at("categories").get<std::vector<std::string>>(),
                 .series = {}};
  for (const Json& one : json.at("series"))
    chart.series.push_back({.name = one.at("name"),
                            .values = numbers_of(one.at("values")),
                            .lows = numbers_of(one.at("lows")),
                            .highs = numbers_of(one.at("highs"))});
  return chart;
}

Section::Block block_of(const Json& json) {
  const std::string kind = json.at("kind");
  if (kind == "table") return table_of(json);
  if (kind == "line_chart") return line_chart_of(json);
  if (kind == "bar_chart") return bar_chart_of(json);
  if (kind != "key_figures") return json.at("text").get<std::string>();
  std::vector<KeyFigure> figures;
  for (const Json& one : json.at("figures")) figures.push_back({one.at("value"), one.at("label")});
  return figures;
}

/// Would ReportPage take it? It checks what a file may have wrong.
bool is_consistent(const Section::Block& block) {
  if (const auto* table = std::get_if<ReportTable>(&block))
    return std::ranges::all_of(
        table->rows, [&](const auto& row) { return row.size() == table->columns.size(); });
  if (const auto* chart = std::get_if<BarChart>(&block))
    return std::ranges::all_of(chart->series, [&](const BarSeries& series) {
      const std::size_t count = chart->categories.size();
      return series.values.size() == count &&
             (series.lows.empty() || series.lows.size() == count) &&
             series.lows.size() == series.highs.size();
    });
  if (const auto* chart = std::get_if<LineChart>(&block); chart != nullptr && chart->log_x)
    return std::ranges::all_of(chart->series, [](const LineSeries& series) {
      return std::ranges::all_of(series.points,
                                 [](const ChartPoint& point) { return point.x > 0; });
    });
  return true;
}

/// A cell of a Markdown table.
std::string cell(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '|') out += '\\';
    out += c == '\n' ? ' ' : c;
  }
  return out;
}

std::string table_markdown(const ReportTable& table) {
  std::string text = table.title.empty() ? "" : fmt::format("**{}**\n\n", table.title);
  for (const ReportColumn& column : table.columns) text += "| " + cell(column.header) + " ";
  text += "|\n";
  for (const ReportColumn& column : table.columns) text += column.numeric ? "| ---: " : "| --- ";
  text += "|\n";
  for (const auto& row : table.rows) {
    for (const std::string& one : row) text += "| " + cell(one) + " ";
    text += "|\n";
  }
  return table.notes.empty() ? text : text + "\n" + table.notes + "\n";
}

}  // namespace

std::string percent(double share) {
  return fmt::format("{:.1f} %", 100 * share);
}

Json to_json(const Section& section) {
  Json blocks = Json::array();
  for (const Section::Block& block : section.blocks)
    blocks.push_back(std::visit([](const auto& one) { return block_json(one); }, block));
  return {{"experiment", section.experiment},
          {"title", section.title},
          {"settings", section.settings},
          {"figures", section.figures},
          {"blocks", std::move(blocks)}};
}

Result<Section> section_from_json(const Json& value, const std::string& where) {
  Section section;
  SCRIBE_TRY_ASSIGN(section.experiment, json_field<std::string>(value, "experiment", where));
  SCRIBE_TRY_ASSIGN(section.title, json_field<std::string>(value, "title", where));
  SCRIBE_TRY_ASSIGN(section.settings, json_field<Json>(value, "settings", where));
  SCRIBE_TRY_ASSIGN(section.figures, json_field<Json>(value, "figures", where));
  SCRIBE_TRY_ASSIGN(const Json blocks, json_field<Json>(value, "blocks", where));
  for (const Json& block : blocks) {
    try {
      section.add(block_of(block));
    } catch (const Json::exception& exception) {
      return error(ErrorCode::invalid_data, "{}: block {}: {}", where, section.blocks.size(),
                   exception.what());
    }
    if (!is_consistent(section.blocks.back()))
      return error(ErrorCode::invalid_data, "{}: block {}: rows or values do not fit", where,
                   section.blocks.size() - 1);
  }
  return section;
}

void add_section(const Section& section, ReportPage& page) {
  page.add_heading(section.title);
  for (const Section::Block& block : section.blocks) {
    if (const auto* text = std::get_if<std::string>(&block)) page.add_text(*text);
    if (const auto* figures = std::get_if<std::vector<KeyFigure>>(&block))
      page.add_key_figures(*figures);
    if (const auto* table = std::get_if<ReportTable>(&block)) page.add_table(*table);
    if (const auto* chart = std::get_if<LineChart>(&block)) page.add_line_chart(*chart);
    if (const auto* chart = std::get_if<BarChart>(&block)) page.add_bar_chart(*chart);
  }
}

std::string section_markdown(const Section& section) {
  std::string text = fmt::format("## {}\n", section.title);
  for (const Section::Block& block : section.blocks) {
    if (const auto* paragraph = std::get_if<std::string>(&block)) text += "\n" + *paragraph + "\n";
    if (const auto* table = std::get_if<ReportTable>(&block)) text += "\n" + table_markdown(*table);
  }
  return text;
}

}  // namespace scribe
