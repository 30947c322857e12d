// Tests the viewer's paths over HTTP: what is given out, and what is not.
#include "view/viewer.h"

#include <gtest/gtest.h>

#include "base/testing/faulty_env.h"
#include "evaluate/score.h"
#include "serve/testing/http_client.h"

namespace scribe {
namespace {

using testing::HttpConnection;
using testing::request;

class ViewerTest : public ::testing::Test {
 protected:
  TemporaryDirectory directory_;
  std::unique_ptr<ExecuteService> execute_ =
      ExecuteService::start(real_sandbox_workers().value(), {.workers = 1}).value();
  Viewer viewer_{Env::real(),
                 directory_.file("runs"),
                 {{.task_id = "t/1",
                   .prompt = "def one():\n",
                   .entry_point = "one",
                   .canonical_solution = "    return 1\n",
                   .test = "def check(candidate):\n    assert candidate() == 1\n"}},
                 execute_.get()};
  std::unique_ptr<HttpServer> server_ =
      HttpServer::start({.port = 0}, [this](HttpRequest asked, std::shared_ptr<HttpReply> reply) {
        viewer_.handle(std::move(asked), std::move(reply));
      }).value();

  void put(const std::string& path, std::string_view text) {
    const std::string file = directory_.file(path);
    ASSERT_TRUE(Env::real().create_directories(file.substr(0, file.rfind('/'))).ok());
    ASSERT_TRUE(write_file_atomic(Env::real(), file, text).ok());
  }
  void SetUp() override {
    put("runs/codex/train_log.jsonl", "{\"step\":1}\n{\"step\":2}\n{\"st");
    put("runs/a_results.jsonl",
        "{\"task_id\":\"t/1\",\"completion\":\"    return 1\",\"passed\":true}\n");
    put("runs/b_results.jsonl",
        "{\"task_id\":\"t/1\",\"completion\":\"    return 2\",\"passed\":false}\n");
    put("runs/page.html", "<p>page");
    put("secret_results.jsonl", "{}");
  }
  HttpConnection::Response get(const std::string& path) {
    return request(server_->port(), "GET", path);
  }
};

TEST_F(ViewerTest, ThePageAndWhatItAsks) {
  EXPECT_NE(get("/").body.find("Scribe runs"), std::string::npos);
  const Json found = parse_json(get("/runs").body, "runs").value();
  EXPECT_EQ(found["runs"][0]["path"], "codex");
  EXPECT_EQ(found["results"].size(), 2U);
  EXPECT_EQ(found["pages"][0]["path"], "page.html");
}

TEST_F(ViewerTest, LogsComeAsWholeLinesFromWhereOneIs) {
  EXPECT_EQ(get("/log?run=codex").body, "{\"step\":1}\n{\"step\":2}\n");
  EXPECT_EQ(get("/log?run=codex&from=11").body, "{\"step\":2}\n");
  EXPECT_EQ(get("/log?run=codex&from=22").body, "");
  EXPECT_EQ(get("/log?run=codex&from=9999").status, 400);
  EXPECT_EQ(get("/log?run=codex&from=x").status, 400);
  EXPECT_EQ(get("/log?run=codex&from=-1").status, 400);
  EXPECT_EQ(get("/log").status, 400);
  EXPECT_EQ(get("/samples?run=codex").status, 404);
}

TEST_F(ViewerTest, ResultsBecomeAPage) {
  const auto one = get("/results?file=a_results.jsonl");
  EXPECT_EQ(one.status, 200);
  EXPECT_NE(one.body.find("100.0 %"), std::string::npos);
  EXPECT_NE(one.body.find("connect-src 'self'"), std::string::npos);
  const auto two = get("/results?file=a_results.jsonl&file=b_results.jsonl");
  EXPECT_NE(two.body.find("pass@1, b"), std::string::npos);
  EXPECT_EQ(get("/results").status, 400);
}

TEST_F(ViewerTest, NothingOutsideTheFolderIsGivenOut) {
  for (const char* const path :
       {"/results?file=../secret_results.jsonl", "/results?file=%2e%2e/secret_results.jsonl",
        "/log?run=..", "/log?run=codex/../codex", "/page?file=/etc/passwd",
        "/page?file=codex/train_log.jsonl", "/elsewhere"})
    EXPECT_EQ(get(path).status, 404) << path;
}

TEST_F(ViewerTest, AFoldersPagesHaveNoAccessToTheServer) {
  const auto page = get("/page?file=page.html");
  EXPECT_EQ(page.body, "<p>page");
  EXPECT_EQ(page.headers.at("content-security-policy"), "sandbox allow-scripts");
}

TEST_F(ViewerTest, AProgramCanBeRunAgain) {
  Json program = parse_json(get("/problem?task_id=t/1").body, "problem").value();
  EXPECT_EQ(program["entry_point"], "one");
  program["completion"] = "    return 2\n";
  const auto reply = request(server_->port(), "POST", "/v1/execute",
                             to_json_line(Json{{"programs", Json::array({program})}}));
  EXPECT_EQ(parse_json(reply.body, "reply").value()["results"][0]["verdict"], "wrong");
  EXPECT_EQ(get("/problem?task_id=t/2").status, 404);
}

TEST_F(ViewerTest, ABrokenResultsFileIsAnErrorInWords) {
  put("runs/c_results.jsonl", "{\"task_id\":\"t\"}\n");
  const auto reply = get("/results?file=c_results.jsonl");
  EXPECT_EQ(reply.status, 500);
  EXPECT_NE(reply.body.find("c_results.jsonl:1"), std::string::npos);
}

}  // namespace
}  // namespace scribe
