// Tests the code of notebooks.
#include "corpus/source/notebook.h"

#include <gtest/gtest.h>

#include "base/json.h"

namespace scribe {
namespace {

std::string code_of_cells(const std::vector<std::string>& sources) {
  Json cells = Json::array();
  for (const std::string& source : sources)
    cells.push_back({{"cell_type", "code"}, {"source", source}});
  return code_of_notebook(Json{{"cells", cells}}.dump()).value().value();
}

TEST(NotebookTest, CodeCellsAreJoinedByBlankLines) {
  const std::string json = R"({"cells":[
    {"cell_type":"markdown","source":"# no"},
    {"cell_type":"code","source":["import os\n","x = 1"],"outputs":[{"text":"no"}]},
    {"cell_type":"code","source":[]},
    {"cell_type":"code","source":"y = 2\n\n"}],
    "metadata":{"language_info":{"name":"python"}},"nbformat":4})";
  EXPECT_EQ(code_of_notebook(json).value().value(), "import os\nx = 1\n\ny = 2\n");
}

TEST(NotebookTest, FormatThreeHasWorksheets) {
  const std::string json = R"({"worksheets":[{"cells":[
    {"cell_type":"code","input":["a = 1\n"],"language":"python"},
    {"cell_type":"code","input":"no","language":"ruby"}]},
    {"cells":[{"cell_type":"code","input":"b = 2"}]}],"nbformat":3})";
  EXPECT_EQ(code_of_notebook(json).value().value(), "a = 1\n\nb = 2\n");
}

TEST(NotebookTest, WhatOnlyIPythonUnderstandsIsCommentedOut) {
  EXPECT_EQ(code_of_cells({"%matplotlib inline\nimport os\n!ls \"it's\nx = 1\n"}),
            "# %matplotlib inline\nimport os\n# !ls \"it's\nx = 1\n");
  EXPECT_EQ(code_of_cells({"if x:\n    !pip install y\n"}), "if x:\n    pass  # !pip install y\n");
  EXPECT_EQ(code_of_cells({"files = !ls\nos.path?\n??os\nt = %timeit -o f()\n"}),
            "# files = !ls\n# os.path?\n# ??os\n# t = %timeit -o f()\n");
  EXPECT_EQ(code_of_cells({"%%time\nx = 1\n"}), "# %%time\nx = 1\n");
  EXPECT_EQ(code_of_cells({"\n%%bash\nls\n\nrm x\n"}), "\n# %%bash\n# ls\n\n# rm x\n");
}

TEST(NotebookTest, WithinAStatementNothingIsIPythons) {
  for (const std::string text :
       {"x = (a\n% b)\n", "s = '''\n%run\n!ls\n'''\n", "x = a \\\n% b\n", "f(a, # c\n% b)\n"})
    EXPECT_EQ(code_of_cells({text}), text);
  EXPECT_EQ(code_of_cells({"x = 1 # c\n# d\n\n%run\n"}), "x = 1 # c\n# d\n\n# %run\n");
}

TEST(NotebookTest, OtherLanguagesAreNothing) {
  for (const char* metadata :
       {R"({"language_info":{"name":"R"}})", R"({"kernelspec":{"language":"julia"}})",
        R"({"kernelspec":{"name":"ir"}})"})
    EXPECT_FALSE(code_of_notebook(fmt::format(R"({{"cells":[],"metadata":{}}})", metadata))
                     .value()
                     .has_value())
        << metadata;
  EXPECT_TRUE(code_of_notebook(R"({"cells":[],"metadata":{"kernelspec":{"name":"python3"}}})")
                  .value()
                  .has_value());
}

TEST(NotebookTest, WhatIsNoNotebookIsAnError) {
  for (const char* text : {"", "{", "[]", "{}", R"({"cells":7})"})
    EXPECT_EQ(code_of_notebook(text).error().code(), ErrorCode::invalid_data) << text;
  const std::string deep(5000, '[');
  EXPECT_EQ(code_of_notebook(deep).error().code(), ErrorCode::invalid_data);
}

TEST(NotebookTest, CellsThatAskTooOftenTakeLinearTime) {
  std::string cell = "x = (\n";
  for (int line = 0; line < 100'000; ++line) cell += "%y\n";
  EXPECT_EQ(code_of_cells({cell}), cell);
}

}  // namespace
}  // namespace scribe
