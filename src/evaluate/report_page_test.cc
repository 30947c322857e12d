// Tests of report pages: nothing given to them becomes markup, charts stay in their frame.
#include "evaluate/report_page.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <limits>

#include "base/env.h"
#include "evaluate/report_text.h"
#include "evaluate/svg_chart.h"

namespace scribe {
namespace {

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

std::size_t count(const std::string& text, std::string_view part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1))
    ++found;
  return found;
}

TEST(EscapeHtmlTest, MarkupStandsForItself) {
  EXPECT_EQ(escape_html("<script a='b\"'>&"), "&lt;script a=&#39;b&quot;&#39;&gt;&amp;");
}

// Unicode 15, table 3-8: C0 AF, E0 80 BF, F0 81 82 41 and a truncated E2 98 are replaced per
// maximal invalid part.
TEST(EscapeHtmlTest, InvalidBytesBecomeOneReplacementPerMaximalPart) {
  const std::string fffd = "\xEF\xBF\xBD";
  EXPECT_EQ(escape_html("a\xC0\xAF"), "a" + fffd + fffd);
  EXPECT_EQ(escape_html("\xE0\x80\xBF"), fffd + fffd + fffd);
  EXPECT_EQ(escape_html("\xF0\x81\x82\x41"), fffd + fffd + fffd + "A");
  EXPECT_EQ(escape_html("\xE2\x98"), fffd);
  EXPECT_EQ(escape_html("\xED\xA0\x80"), fffd + fffd + fffd);  // a surrogate
  EXPECT_EQ(escape_html("\xF4\x90\x80\x80"), fffd + fffd + fffd + fffd);
}

TEST(EscapeHtmlTest, ValidTextIsKeptAndControlCharactersAreNot) {
  const std::string text = "h\xC3\xA9 \xE2\x98\x83 \xF0\x9F\x90\x8D\tx\n";
  EXPECT_EQ(escape_html(text), text);
  EXPECT_EQ(escape_html(std::string_view("a\0b\x1b", 4)),
            "a\xEF\xBF\xBD"
            "b\xEF\xBF\xBD");
}

TEST(HighlightTest, KeywordsStringsCommentsNumbersAndNamesAreMarked) {
  EXPECT_EQ(highlight_python("def f(x): return 10  # no 'string'\n"),
            "<span class=\"k\">def</span> <span class=\"d\">f</span>(x): "
            "<span class=\"k\">return</span> <span class=\"n\">10</span>  "
            "<span class=\"c\"># no &#39;string&#39;</span>\n");
  EXPECT_EQ(highlight_python("rb'a\\'b' + \"\"\"x\n\"y\"\"\""),
            "<span class=\"s\">rb&#39;a\\&#39;b&#39;</span> + "
            "<span class=\"s\">&quot;&quot;&quot;x\n&quot;y&quot;&quot;&quot;</span>");
}

TEST(HighlightTest, BrokenSourcesLoseNothing) {
  for (const std::string& source :
       {std::string("'abc\\"), std::string("\"\"\"open"), std::string("'line\nnext"),
        std::string("\xff'\xff"), std::string()}) {
    std::string plain = highlight_python(source);
    for (std::size_t at = plain.find('<'); at != std::string::npos; at = plain.find('<'))
      plain.erase(at, plain.find('>', at) + 1 - at);
    EXPECT_EQ(plain, escape_html(source));
  }
}

TEST(TicksTest, AreRoundAndCoverTheRange) {
  EXPECT_EQ(nice_ticks(0, 1, 6), (std::vector<double>{0, 0.2, 0.4, 0.6000000000000001, 0.8, 1.0}));
  EXPECT_EQ(nice_ticks(0, 97, 6), (std::vector<double>{0, 20, 40, 60, 80, 100}));
  EXPECT_EQ(nice_ticks(-3, 4, 3), (std::vector<double>{-5, 0, 5}));
  EXPECT_LE(nice_ticks(5, 5, 5).front(), 5);
  EXPECT_GE(nice_ticks(0, 0, 5).back(), 0);
}

TEST(TicksTest, LogarithmicTicksAreDecadesAndTheirParts) {
  EXPECT_EQ(log_ticks(1, 100), (std::vector<double>{1, 2, 5, 10, 20, 50, 100}));
  EXPECT_EQ(log_ticks(10, 1e5), (std::vector<double>{10, 100, 1000, 1e4, 1e5}));
  EXPECT_EQ(format_tick(25000), "25k");
  EXPECT_EQ(format_tick(2e7), "20M");
  EXPECT_EQ(format_tick(0.6000000000000001), "0.6");
}

LineChart example_lines() {
  LineChart chart{.title = "pass@k",
                  .description = "Rate by samples.",
                  .x_label = "k",
                  .y_label = "pass@k",
                  .log_x = true,
                  .y_min = 0,
                  .y_max = {},
                  .series = {}};
  chart.series.push_back(
      {"base", {{1, 0.13, 0.1, 0.16}, {10, 0.22, 0.18, 0.26}, {100, 0.35, 0.3, 0.4}}});
  chart.series.push_back(
      {"tuned", {{1, 0.31, 0.27, 0.35}, {10, 0.5, 0.44, 0.55}, {100, 0.68, 0.6, 0.74}}});
  return chart;
}

TEST(ChartTest, PointsThatAreNotFiniteAreLeftOut) {
  LineChart chart = example_lines();
  chart.series[0].points[1].y = std::numeric_limits<double>::quiet_NaN();
  const std::string svg = line_chart_svg(chart, "x");
  EXPECT_FALSE(contains(svg, "nan"));
  EXPECT_EQ(count(svg, "<title>"), 5U);
  for (LineSeries& series : chart.series) series.points.clear();
  EXPECT_TRUE(contains(line_chart_svg(chart, "x"), "no data"));
}

TEST(ChartTest, LongSeriesAreThinnedAndKeepTheirLastPoint) {
  LineChart chart{.title = "loss",
                  .description = "",
                  .x_label = "step",
                  .y_label = "loss",
                  .log_x = false,
                  .y_min = {},
                  .y_max = {},
                  .series = {{"", {}}}};
  for (int step = 0; step <= 100000; ++step)
    chart.series[0].points.push_back({double(step), 1.0, {}, {}});
  const std::string thinned = line_chart_svg(chart, "x");
  EXPECT_LT(thinned.size(), 20000U);
  chart.series[0].points.resize(2);
  chart.series[0].points[1].x = 100000;
  const std::string ends = line_chart_svg(chart, "x");
  const std::string last = "L618.0 ";  // right edge 626 less the inner margin of 8
  EXPECT_TRUE(contains(thinned, last));
  EXPECT_TRUE(contains(ends, last));
}

TEST(ChartTest, ANonPositiveXOnALogarithmicAxisIsABug) {
  LineChart chart = example_lines();
  chart.series[0].points[0].x = 0;
  EXPECT_DEATH((void)line_chart_svg(chart, "x"), "logarithmic");
}

TEST(ChartTest, ABarPerCategoryAndSeriesIsABugToMiss) {
  BarChart chart{.title = "t",
                 .description = "",
                 .x_label = "",
                 .y_label = "",
                 .y_max = {},
                 .categories = {"a", "b"},
                 .series = {{"s", {1}, {}, {}}}};
  EXPECT_DEATH((void)bar_chart_svg(chart, "x"), "1 values for 2 categories");
}

ReportPage example_page() {
  ReportPage page("Scribe: the paper in miniature",
                  "Three models of 11 M parameters, trained on one laptop in 42 minutes");
  page.add_key_figures({{"11.4 %", "pass@1, Codex-S, T = 0.2"},
                        {"38.2 %", "pass@100, T = 0.8"},
                        {"2.9x", "Codex-S over GPT"},
                        {"3 280", "programs run in the sandbox"}});
  page.add_text(
      "Pre-training on prose and code, then on code alone, then on standalone functions: each "
      "step helps, and sampling more helps most. Bands are 95 % bootstrap intervals.");
  page.add_heading("pass@k");
  page.add_line_chart(example_lines());
  page.add_table({"Models",
                  {{"model", false},
                   {"parameters", true},
                   {"pass@1", true},
                   {"pass@10", true},
                   {"95 % interval", true}},
                  {{"GPT", "11.2 M", "3.9 %", "9.1 %", "7.2 to 11.4"},
                   {"Codex", "11.2 M", "7.7 %", "17.0 %", "14.1 to 20.2"},
                   {"Codex-S", "11.2 M", "11.4 %", "24.9 %", "21.0 to 28.8"}},
                  "Unbiased estimator over n = 100 samples per problem."});
  page.add_bar_chart({"Verdicts",
                      "What became of the programs.",
                      "",
                      "share of programs",
                      {},
                      {"pass", "wrong", "exception", "syntax", "cpu"},
                      {{"Codex",
                        {0.08, 0.52, 0.3, 0.09, 0.01},
                        {0.06, 0.49, 0.27, 0.07, 0.0},
                        {0.1, 0.55, 0.33, 0.11, 0.02}},
                       {"Codex-S",
                        {0.11, 0.6, 0.24, 0.04, 0.01},
                        {0.09, 0.57, 0.21, 0.03, 0.0},
                        {0.13, 0.63, 0.27, 0.05, 0.02}}}});
  BarChart rates{
      "Pass rate by problem", "Sorted, 100 samples each.", "problem", "pass rate", 1.0, {},
      {{"", {}, {}, {}}}};
  for (int index = 0; index < 164; ++index) {
    rates.categories.push_back("HumanEval/" + std::to_string(index));
    rates.series[0].values.push_back(std::exp(-index / 30.0));
  }
  page.add_bar_chart(rates);
  page.add_heading("Programs");
  page.add_program({"HumanEval/23",
                    "def strlen(string: str) -> int:\n    \"\"\" Return length of given "
                    "string\n    >>> strlen('abc')\n    3\n    \"\"\"\n",
                    "    # One per code point.\n    return len(string)\n", "pass", true, ""});
  page.add_program({"HumanEval/0", "def f(x):\n",
                    "    return '</code><script>alert(1)</script>\xff'\n", "exception", false,
                    "TypeError: unsupported operand type(s) for +: 'int' and 'str'"});
  return page;
}

TEST(ReportPageTest, ACompletionCannotBecomeMarkup) {
  const std::string html = example_page().html();
  EXPECT_FALSE(contains(html, "<script"));
  EXPECT_TRUE(contains(html, "&lt;script&gt;alert(1)&lt;/script&gt;\xEF\xBF\xBD"));
}

TEST(ReportPageTest, NothingIsAskedOfTheNetwork) {
  std::string html = example_page().html();
  EXPECT_EQ(count(html, "http"), count(html, "http://www.w3.org/2000/svg") + 1);  // + http-equiv
  for (const std::string_view loader : {"@import", "url(", "<link", "<img", "src=", "href="})
    EXPECT_FALSE(contains(html, loader)) << loader;
}

TEST(ReportPageTest, EveryChartIsNamedAndIdsAreUnique) {
  const std::string html = example_page().html();
  EXPECT_EQ(count(html, "role=\"img\""), 3U);
  for (const char* id : {"id=\"chart1-title\"", "id=\"chart2-title\"", "id=\"chart3-title\""})
    EXPECT_EQ(count(html, id), 1U) << id;
}

TEST(ReportPageTest, OnlyTheScriptOfThePageItselfMayRun) {
  ReportPage page = example_page();
  page.add_interactive({.title = "All",
                        .markup = "<div id=\"here\"></div>",
                        .script = "go();",
                        .data = std::string("</script>\0\xff", 11)});
  const std::string html = page.html();
  EXPECT_EQ(count(html, "<script"), 2U);
  EXPECT_TRUE(contains(html, "id=\"data\">PC9zY3JpcHQ+AP8=</script>"));
  const std::size_t nonce = html.find("nonce-") + 6;
  EXPECT_TRUE(contains(html, "<script nonce=\"" + html.substr(nonce, 64) + "\">"));
  EXPECT_TRUE(contains(html, "script-src 'nonce-" + html.substr(nonce, 64) + "'\""));
}

TEST(ReportPageTest, TheSameCallsMakeTheSameBytes) {
  EXPECT_EQ(example_page().html(), example_page().html());
}

TEST(ReportPageTest, ARowOfAnotherWidthIsABug) {
  ReportPage page("t", "");
  EXPECT_DEATH(page.add_table({"t", {{"a", false}}, {{"1", "2"}}, ""}), "2 cells for 1 columns");
}

// To look at the page: SCRIBE_WRITE_EXAMPLE=example.html evaluate_test --gtest_filter=*Example*
TEST(ReportPageTest, TheExampleCanBeWrittenOut) {
  const char* path = std::getenv("SCRIBE_WRITE_EXAMPLE");
  if (path == nullptr) GTEST_SKIP() << "SCRIBE_WRITE_EXAMPLE names no file";
  EXPECT_TRUE(write_file_atomic(Env::real(), path, example_page().html()).ok());
}

}  // namespace
}  // namespace scribe
