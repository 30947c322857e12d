// Assembles the HTML of a report page.
#include "evaluate/report_page.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "base/check.h"
#include "base/hash.h"
#include "evaluate/page_parts.h"
#include "evaluate/report_style.h"
#include "evaluate/report_text.h"

namespace scribe {
namespace {

constexpr std::size_t kNumbersRowsMax = 60;

// Nothing may be loaded and nothing may run but the page's own script, whatever a completion holds:
// a second wall behind the escaping.
constexpr std::string_view kContentPolicy =
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:";

std::string base64(std::string_view bytes) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t begin = 0; begin < bytes.size(); begin += 3) {
    const std::size_t count = std::min<std::size_t>(3, bytes.size() - begin);
    std::uint32_t group = 0;
    for (std::size_t index = 0; index < 3; ++index)
      group = group << 8 |
              (index < count ? static_cast<unsigned char>(bytes[begin + index]) : std::uint32_t{0});
    for (std::size_t digit = 0; digit < 4; ++digit)
      out += digit <= count ? kDigits[group >> (18 - 6 * digit) & 63] : '=';
  }
  return out;
}

std::string cells(const ReportTable& table, const std::vector<std::string>& row) {
  std::string out = "<tr>";
  for (std::size_t index = 0; index < row.size(); ++index)
    out += fmt::format("<td{}>{}</td>", table.columns[index].numeric ? " class=\"number\"" : "",
                       escape_html(row[index]));
  return out + "</tr>\n";
}

std::string table_html(const ReportTable& table) {
  std::string out = "<div class=\"scroll\"><table>";
  if (!table.title.empty()) out += fmt::format("<caption>{}</caption>", escape_html(table.title));
  out += "<thead><tr>";
  for (const ReportColumn& column : table.columns)
    out += fmt::format("<th scope=\"col\"{}>{}</th>", column.numeric ? " class=\"number\"" : "",
                       escape_html(column.header));
  out += "</tr></thead><tbody>\n";
  for (const std::vector<std::string>& row : table.rows) {
    SCRIBE_CHECK(row.size() == table.columns.size(), "table '{}': {} cells for {} columns",
                 table.title, row.size(), table.columns.size());
    out += cells(table, row);
  }
  return out + "</tbody></table></div>\n";
}

std::string number(double value) {
  return std::isfinite(value) ? fmt::format("{:.6g}", value) : "-";
}

ReportTable numbers_of(const LineChart& chart) {
  ReportTable table{.title = "",
                    .columns = {{"series"},
                                {chart.x_label, true},
                                {chart.y_label, true},
                                {"low", true},
                                {"high", true}},
                    .rows = {},
                    .notes = ""};
  for (const LineSeries& series : chart.series)
    for (const ChartPoint& point : series.points)
      table.rows.push_back({series.name, number(point.x), number(point.y),
                            point.low ? number(*point.low) : "",
                            point.high ? number(*point.high) : ""});
  return table;
}

ReportTable numbers_of(const BarChart& chart) {
  ReportTable table;
  table.columns.push_back({chart.x_label.empty() ? "name" : chart.x_label, false});
  for (const BarSeries& series : chart.series)
    table.columns.push_back({series.name.empty() ? chart.y_label : series.name, true});
  for (std::size_t category = 0; category < chart.categories.size(); ++category) {
    std::vector<std::string> row = {chart.categories[category]};
    for (const BarSeries& series : chart.series) {
      std::string text = number(series.values[category]);
      if (!series.lows.empty())
        text += fmt::format(" ({} to {})", number(series.lows[category]),
                            number(series.highs[category]));
      row.push_back(std::move(text));
    }
    table.rows.push_back(std::move(row));
  }
  return table;
}

}  // namespace

ReportPage::ReportPage(std::string title, std::string subtitle)
    : title_(std::move(title)), subtitle_(std::move(subtitle)) {}

std::string ReportPage::next_chart_id() {
  return fmt::format("chart{}", ++charts_);
}

void ReportPage::add_heading(std::string_view text) {
  body_ += fmt::format("<h2>{}</h2>\n", escape_html(text));
}

void ReportPage::add_text(std::string_view paragraph) {
  body_ += fmt::format("<p>{}</p>\n", escape_html(paragraph));
}

void ReportPage::add_key_figures(const std::vector<KeyFigure>& figures) {
  body_ += "<dl class=\"figures\">";
  for (const KeyFigure& figure : figures)
    body_ += fmt::format("<div><dt>{}</dt><dd>{}</dd></div>", escape_html(figure.label),
                         escape_html(figure.value));
  body_ += "</dl>\n";
}

void ReportPage::add_table(const ReportTable& table) {
  body_ += "<div class=\"table\">" + table_html(table);
  if (!table.notes.empty())
    body_ += fmt::format("<p class=\"notes\">{}</p>", escape_html(table.notes));
  body_ += "</div>\n";
}

void ReportPage::add_figure(std::string_view title, std::string_view description,
                            std::string_view svg, const ReportTable& numbers) {
  body_ += fmt::format("<figure><figcaption>{}", escape_html(title));
  if (!description.empty()) body_ += fmt::format("<small>{}</small>", escape_html(description));
  body_ += fmt::format("</figcaption>\n{}\n", svg);
  if (!numbers.rows.empty() && numbers.rows.size() <= kNumbersRowsMax)
    body_ +=
        fmt::format("<details><summary>The numbers</summary>{}</details>", table_html(numbers));
  body_ += "</figure>\n";
}

void ReportPage::add_line_chart(const LineChart& chart) {
  add_figure(chart.title, chart.description, line_chart_svg(chart, next_chart_id()),
             numbers_of(chart));
}

void ReportPage::add_bar_chart(const BarChart& chart) {
  add_figure(chart.title, chart.description, bar_chart_svg(chart, next_chart_id()),
             numbers_of(chart));
}

void ReportPage::add_program(const ReportProgram& program) {
  body_ += fmt::format(
      "<article class=\"program\"><div class=\"head\"><h3>{}</h3><span class=\"badge "
      "{}\">{}</span>",
      escape_html(program.title), program.passed ? "good" : "bad", escape_html(program.verdict));
  if (!program.detail.empty())
    body_ += fmt::format("<span class=\"detail\">{}</span>", escape_html(program.detail));
  body_ += "</div><pre><code>";
  if (!program.prompt.empty())
    body_ += fmt::format("<span class=\"prompt\">{}</span>", highlight_python(program.prompt));
  body_ += fmt::format("<span class=\"completion\">{}</span></code></pre></article>\n",
                       highlight_python(program.completion));
}

void ReportPage::add_interactive(const InteractivePart& part) {
  SCRIBE_CHECK(script_.empty(), "two interactive parts");
  script_ = part.script;
  asks_server_ = part.asks_server;
  add_heading(part.title);
  body_ += fmt::format(
      "<section class=\"interactive\">{}</section>\n"
      "<script type=\"application/octet-stream\" id=\"data\">{}</script>\n",
      part.markup, base64(part.data));
}

std::string ReportPage::html() const {
  const std::string title = escape_html(title_);
  std::string policy(kContentPolicy);
  std::string script;
  if (!script_.empty()) {
    // No text in the page can hold the page's own hash.
    const std::string nonce = sha256_hex(title + body_);
    policy += fmt::format("; script-src 'nonce-{}'", nonce);
    if (asks_server_) policy += "; connect-src 'self'";
    script = fmt::format("<script nonce=\"{}\">{}{}</script>\n", nonce, page_script(), script_);
  }
  std::string out = fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"{}\">\n"
      "<meta name=\"generator\" content=\"scribe\">\n<title>{}</title>\n<style>{}</style>\n"
      "</head><body><main>\n<header><h1>{}</h1>",
      policy, title, report_style(), title);
  if (!subtitle_.empty())
    out += fmt::format("<p class=\"subtitle\">{}</p>", escape_html(subtitle_));
  return out + "</header>\n" + body_ + "<footer>Made with Scribe.</footer>\n</main>\n" + script +
         "</body></html>\n";
}

}  // namespace scribe
