// Holds the server's description of itself against the server.
#include "serve/openapi.h"

#include <gtest/gtest.h>

#include "serve/testing/model_server.h"

namespace scribe {
namespace {

using testing::ModelServer;
using testing::ModelServerOptions;
using testing::request;

Json description_of(const ModelServer& server) {
  const auto response = request(server.port(), "GET", "/openapi.json");
  EXPECT_EQ(response.status, 200);
  return parse_json(response.body, "openapi.json").value();
}

std::string filled_in(std::string path) {
  const std::size_t begin = path.find("{model}");
  if (begin != std::string::npos) path.replace(begin, 7, "tiny");
  return path;
}

TEST(OpenApiTest, EveryPathIsAnswered) {
  const ModelServer server({.fills_in_middle = true, .chat_template = "x"});
  const Json description = description_of(server);
  EXPECT_EQ(description["openapi"], "3.1.0");
  EXPECT_TRUE(description["paths"].contains("/v1/chat/completions"));
  EXPECT_GE(description["paths"].size(), 10U);
  for (const auto& [path, item] : description["paths"].items()) {
    for (const std::string_view method : {"GET", "POST"}) {
      const bool is_listed = item.contains(method == "GET" ? "get" : "post");
      const int status = request(server.port(), method, filled_in(path),
                                 method == "GET" ? "" : R"({"max_tokens": 1, "n_predict": 1})")
                             .status;
      EXPECT_EQ(status != 404 && status != 405, is_listed) << method << ' ' << path << status;
    }
  }
}

TEST(OpenApiTest, WhatIsNotServedIsNotListed) {
  const Json programs = openapi_document({.runs_programs = true})["paths"];
  EXPECT_TRUE(programs.contains("/v1/execute"));
  EXPECT_FALSE(programs.contains("/v1/completions"));
  const ModelServer server;
  EXPECT_FALSE(description_of(server)["paths"].contains("/v1/execute"));
  EXPECT_FALSE(description_of(server)["paths"].contains("/v1/chat/completions"));
}

TEST(OpenApiTest, AKeyIsAskedForWhereOneIsNeeded) {
  EXPECT_FALSE(openapi_document({}).contains("security"));
  EXPECT_TRUE(openapi_document({.needs_key = true}).contains("security"));
}

/// A value that the schema does not allow.
Json refused_by(const Json& schema) {
  if (schema.contains("minimum")) return schema["minimum"].get<double>() - 1;
  const std::string type =
      schema.contains("oneOf") ? schema["oneOf"][0].value("type", "") : schema.value("type", "");
  return type == "integer" ? Json("no such thing") : Json(7);
}

// Each field's bounds are those of the server: beside them it names the field, on them it does not.
TEST(OpenApiTest, FieldsAreReadAsDescribed) {
  ModelServer server({.fills_in_middle = true,
                      .chat_template = "{% for m in messages %}{{ m.content }}{% endfor %}"});
  const Json description = description_of(server);
  const auto schema_of = [&description](const std::string& path) {
    return description["paths"][path]["post"]["requestBody"]["content"]["application/json"]
                      ["schema"];
  };
  const std::vector<std::pair<std::string, Json>> bodies{
      {"/v1/completions", description["components"]["schemas"]["Completion"]},
      {"/infill", schema_of("/infill")},
      {"/v1/chat/completions", schema_of("/v1/chat/completions")}};
  for (const auto& [path, body] : bodies) {
    EXPECT_GE(body["properties"].size(), 10U) << path;
    for (const auto& [field, schema] : body["properties"].items()) {
      int status = 0;
      const auto with = [&field, &path](const Json& value) {
        Json request_body{{"max_tokens", 1}};
        if (path == "/v1/chat/completions")
          request_body["messages"] = {{{"role", "user"}, {"content", "a"}}};
        else
          request_body["prompt"] = "a";
        request_body[field] = value;
        return request_body;
      };
      const Json wrong = with(refused_by(schema));
      const Json reply = server.post(path, wrong, &status);
      if (field == "input_extra") continue;  // What is no list is passed over, as editors expect.
      ASSERT_EQ(status, 400) << path << ' ' << wrong << reply;
      EXPECT_EQ(reply["error"]["param"], field) << path << ' ' << reply;
      if (!schema.contains("maximum")) continue;
      const Json above = with(schema["maximum"].get<double>() * 2 + 1);
      EXPECT_EQ(server.post(path, above, &status).value(Json::json_pointer("/error/param"), ""),
                field)
          << above;
      if (!schema.contains("default")) continue;
      const Json usual = with(schema["default"]);
      const Json answered = server.post(path, usual, &status);
      EXPECT_EQ(status, 200) << path << ' ' << usual << answered;
    }
  }
}

TEST(ApiTest, PagesOfOtherSitesAreRefused) {
  const ModelServer server;
  const std::string body = R"({"prompt": "a", "max_tokens": 1})";
  const auto ask = [&](const std::string& headers) {
    return request(server.port(), "POST", "/v1/completions", body, headers).status;
  };
  EXPECT_EQ(ask("Origin: https://example.org\r\n"), 403);
  EXPECT_EQ(ask("Origin: null\r\n"), 403);
  EXPECT_EQ(ask("Origin: http://localhost\r\n"), 200);
  EXPECT_EQ(ask(""), 200);
}

TEST(PlaygroundTest, IsAPageThatNeedsNothingFromOutside) {
  ModelServerOptions options;
  options.api.keys = {"secret"};
  const ModelServer server(std::move(options));
  const auto page = request(server.port(), "GET", "/");
  EXPECT_EQ(page.status, 200);
  EXPECT_EQ(page.headers.at("content-type"), "text/html; charset=utf-8");
  EXPECT_EQ(page.body.find("https://"), std::string::npos);
  EXPECT_EQ(page.body.find("http://"), std::string::npos);
  EXPECT_EQ(page.body.find("secret"), std::string::npos);
  EXPECT_TRUE(page.body.ends_with("</html>\n"));
  EXPECT_EQ(request(server.port(), "GET", "/openapi.json").status, 401);
}

}  // namespace
}  // namespace scribe
