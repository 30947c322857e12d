// Tests chat templates against Jinja's own output (tools/make_chat_goldens.py), and their limits.
#include "chat/chat_template.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "base/testing/faulty_env.h"

namespace scribe {
namespace {

std::string test_data(const std::string& name) {
  const char* const root = std::getenv("SCRIBE_SOURCE_DIR");
  return std::string(root == nullptr ? "." : root) + "/src/chat/testdata/" + name;
}

Json context() {
  const std::string path = test_data("context.json");
  return parse_json(Env::real().read_file(path).value(), path).value();
}

constexpr std::int64_t kNow = 1794128703;  // As in tools/make_chat_goldens.py.

Result<std::string> render(std::string_view source, const Json& with = context()) {
  SCRIBE_TRY_ASSIGN(const ChatTemplate parsed, ChatTemplate::parse(source));
  return parsed.render(with, kNow);
}

/// How many templates the file has; each gives the text, or fails where Jinja does.
int compare(const std::string& path, const Json& usual_context) {
  setenv("TZ", "UTC", 1);  // The zone of the goldens.
  tzset();
  int lines = 0;
  const Status read = for_each_json_line(
      Env::real(), path, [&](const Json& line, const std::string& where) -> Status {
        ++lines;
        const Result<std::string> text =
            render(line["template"].get<std::string>(), line.value("context", usual_context));
        const std::string name = where + ": " + line.value("name", to_json_line(line["template"]));
        EXPECT_EQ(text.ok(), !line.contains("error"))
            << name << '\n'
            << (text.ok() ? text.value() : text.error().message());
        if (text.ok() && line.contains("text")) {
          EXPECT_EQ(text.value(), line["text"]) << name;
        }
        return {};
      });
  EXPECT_TRUE(read.ok()) << read.error().message();
  return lines;
}

TEST(ChatTemplateTest, GivesWhatJinjaGives) {
  EXPECT_GE(compare(test_data("templates.jsonl"), context()), 90);
}

TEST(ChatTemplateTest, GivesWhatJinjaGivesOfTemplatesAtHand) {
  const char* const path = std::getenv("SCRIBE_CHAT_GOLDENS");
  if (path == nullptr) GTEST_SKIP() << "SCRIBE_CHAT_GOLDENS names no file";
  EXPECT_GT(compare(path, {}), 0);
}

TEST(ChatTemplateTest, ErrorsNameTheLine) {
  const auto message = [](std::string_view source) {
    const Result<std::string> text = render(source);
    return text.ok() ? "no error" : text.error().message();
  };
  EXPECT_EQ(message("a\n\n{{ 1 + 'x' }}"),
            "chat template, line 3: '+' between a value of type number and a value of type string");
  EXPECT_EQ(message("a\n{% if x %}"),
            "chat template, line 2: expected '{% endif %}', found the end");
  EXPECT_EQ(message("{{ 'x"), "chat template, line 1: a string has no end");
  EXPECT_EQ(message("{{ 1 | nothing }}"),
            "chat template, line 1: there is no filter 'nothing' here");
  EXPECT_EQ(message("{{ 1 is odd and\n joiner() }}"),
            "chat template, line 2: 'joiner', an undefined value is called like a function");
  EXPECT_EQ(message("{% raw %}"), "chat template, line 1: '{% raw %}' has no '{% endraw %}'");
  EXPECT_EQ(message("{{ '\\ud800' }}"),
            "chat template, line 1: an escape in a string is no character");
  EXPECT_EQ(message("{{ strftime_now('%Q') }}"),
            "chat template, line 1: strftime_now(): '%Q' is not known, expected letters of "
            "strftime()");
  EXPECT_EQ(message("{% include 'x' %}").substr(0, 60),
            "chat template, line 1: '{% include %}' is not supported, onl");
  EXPECT_EQ(message("{{ raise_exception('no system') }}"),
            "chat template, line 1: the chat template refuses these messages: no system");
}

TEST(ChatTemplateTest, EndlessWorkEnds) {
  EXPECT_EQ(render("{% for a in range(99999) %}{% for b in range(99999) %}{{ b }}{% endfor %}"
                   "{% endfor %}")
                .error()
                .code(),
            ErrorCode::limit_exceeded);
  EXPECT_EQ(render("{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}").error().code(),
            ErrorCode::limit_exceeded);
  EXPECT_EQ(render("{{ 'abcdefgh' * 99999999 }}").error().code(), ErrorCode::limit_exceeded);
  EXPECT_EQ(render("{% set n = namespace(s='abcdefgh') %}{% for i in range(99) %}"
                   "{% set n.s = n.s ~ n.s %}{% endfor %}")
                .error()
                .code(),
            ErrorCode::limit_exceeded);
  EXPECT_EQ(render("{% set n = namespace(l=[]) %}{% for i in range(9999) %}{% set n.l = [n.l] %}"
                   "{% endfor %}")
                .error()
                .code(),
            ErrorCode::limit_exceeded);
  EXPECT_EQ(render("{% set a = 'a' * 4000000 %}{{ a | replace('a', a) }}").error().code(),
            ErrorCode::limit_exceeded);
  EXPECT_EQ(render("{{ [1, 2][::9223372036854775807] }}{{ range(9223372036854775800, "
                   "9223372036854775807, 100) }}")
                .value()
                .substr(0, 3),
            "[1]");
  const std::string deep = "{{ " + std::string(1000, '(') + "1" + std::string(1000, ')') + " }}";
  EXPECT_EQ(render(deep).error().code(), ErrorCode::limit_exceeded);
  const std::string nested = "{{ " + std::string(5000, '-') + "1 }}";
  EXPECT_EQ(render(nested).error().code(), ErrorCode::limit_exceeded);
}

TEST(ChatTemplateTest, LoopsCopiesAndPatternsHaveLimitsToo) {
  const auto code = [](std::string_view source) {
    const Result<std::string> text = render(source);
    return text.ok() ? std::optional<ErrorCode>() : text.error().code();
  };
  for (const std::string_view source :
       {"{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
        "{% set l = range(99999) %}{% for a in l %}{% set b = l[1:] %}{% endfor %}",
        "{% for a in range(99999) %}{% set b = namespace() %}{% endfor %}", "{{ [1] * 99999999 }}",
        "{{ '{:9999}'.format(1) }}", "{{ '%9999d' % 1 }}", "{{ range(20000) | unique | list }}",
        "{{ ('%A' * 1000 + strftime_now('%A' * 1000)) | length }}",
        "{{ [1] | batch(999999999, 'x') | list }}", "{{ 'x' | center(99999) | length }}"})
    EXPECT_EQ(code(source), source.find("center") == std::string_view::npos
                                ? std::optional(ErrorCode::limit_exceeded)
                                : std::nullopt)
        << source;
}

TEST(ChatTemplateTest, NamespacesThatHoldEachOtherAreFreed) {
  // The leak checker of the preset asan looks; a long chain must not end in deep calls either.
  EXPECT_EQ(render("{% set n = namespace() %}{% set n.self = n %}{% set a = namespace(n=none) %}"
                   "{% for i in range(9000) %}{% set a.n = namespace(n=a.n) %}{% endfor %}x")
                .value(),
            "x");
}

TEST(ChatTemplateTest, WithoutATimeThereIsNoClock) {
  const ChatTemplate parsed =
      ChatTemplate::parse("{{ strftime_now('%Y') if strftime_now is defined else 'none' }}")
          .value();
  EXPECT_EQ(parsed.render(Json::object()).value(), "none");
  EXPECT_EQ(parsed.render(Json::object(), kNow).value(), "2026");
}

TEST(ChatTemplateTest, AGeneratorHasNoText) {
  EXPECT_EQ(render("{{ [1] | map('string') }}").error().message(),
            "chat template, line 1: a generator has no text; write '| list' or '| join' behind it");
}

TEST(ChatFormatTest, IsReadFromWhereCheckpointsHaveIt) {
  const TemporaryDirectory directory;
  const auto put = [&](const std::string& name, std::string_view text) {
    ASSERT_TRUE(write_file_atomic(Env::real(), directory.file(name), text).ok());
  };
  EXPECT_FALSE(load_chat_format(Env::real(), directory.path()).value().has_value());
  put("tokenizer_config.json",
      R"({"chat_template": [{"name": "tools", "template": "T"}, {"name": "default", "template":)"
      R"( "{{ eos_token }}<|im_end|>"}], "bos_token": {"content": "<s>"}, "eos_token": "</s>"})");
  const ChatFormat format = load_chat_format(Env::real(), directory.path()).value().value();
  EXPECT_EQ(format.bos_token, "<s>");
  EXPECT_EQ(format.ends, (std::vector<std::string>{"</s>", "<|im_end|>"}));
  EXPECT_EQ(format.chat_template.render({{"eos_token", "E"}}).value(), "E<|im_end|>");
  put("chat_template.jinja", "J");
  EXPECT_EQ(load_chat_format(Env::real(), directory.path())
                .value()
                ->chat_template.render(Json::object())
                .value(),
            "J");
  put("chat_template.jinja", "{{");
  EXPECT_EQ(load_chat_format(Env::real(), directory.path()).error().code(),
            ErrorCode::invalid_data);
}

}  // namespace
}  // namespace scribe
