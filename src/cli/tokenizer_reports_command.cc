// `scribe tokenizer stats` and `diff`: what tokens are spent on, and what other ones would be.
#include <fmt/format.h>

#include <cmath>
#include <memory>

#include "base/json.h"
#include "cli/tokenizer_input.h"
#include "cli/tokenizer_reports.h"
#include "tokenizer/token_counts.h"

namespace scribe::cli {
namespace {

constexpr const char* kInputs =
    "JSONL files of documents with a \"text\" field, or text files; .gz too";

double ratio(std::int64_t numerator, std::int64_t denominator) {
  return denominator == 0 ? 0 : static_cast<double>(numerator) / static_cast<double>(denominator);
}

/// By how much `fewer` is less than `more`, as a part of it.
double share_saved(std::int64_t fewer, std::int64_t more) {
  return more == 0 ? 0 : 1 - ratio(fewer, more);
}

struct StatsArguments {
  std::string tokenizer = "tokenizer.json";
  std::vector<std::string> inputs;
  bool json = false;
};

Json to_json(const TokenCounts& counts) {
  Json kinds = Json::object();
  for (std::size_t kind = 0; kind < kCodeKinds; ++kind) {
    const TokenCounts::Count& count = counts.kinds[kind];
    kinds[std::string(name_of(static_cast<CodeKind>(kind)))] = {
        {"bytes", count.bytes},
        {"tokens", count.tokens},
        {"bytes_per_token", ratio(count.bytes, count.tokens)}};
  }
  return {{"documents", counts.documents},
          {"bytes", counts.all.bytes},
          {"tokens", counts.all.tokens},
          {"bytes_per_token", ratio(counts.all.bytes, counts.all.tokens)},
          {"white_space_tokens", counts.white_space_tokens},
          {"white_space_share", ratio(counts.white_space_tokens, counts.all.tokens)},
          {"tokens_without_space_runs", counts.tokens_without_runs},
          {"saved_by_space_runs", share_saved(counts.all.tokens, counts.tokens_without_runs)},
          {"kinds", kinds}};
}

void print_counts(const TokenCounts& counts) {
  fmt::print(
      "documents          {:>14}\nbytes              {:>14}\ntokens             {:>14}\n"
      "bytes per token    {:>14.3f}\nwhite space only   {:>13.1f}% of tokens\n"
      "without space runs {:>14} tokens, of which the runs save {:.1f}%\n\n",
      counts.documents, counts.all.bytes, counts.all.tokens,
      ratio(counts.all.bytes, counts.all.tokens),
      ratio(counts.white_space_tokens, counts.all.tokens) * 100, counts.tokens_without_runs,
      share_saved(counts.all.tokens, counts.tokens_without_runs) * 100);
  fmt::print("tokens for{:>12}{:>12}{:>18}\n", "of bytes", "of tokens", "bytes per token");
  for (std::size_t kind = 0; kind < kCodeKinds; ++kind) {
    const TokenCounts::Count& count = counts.kinds[kind];
    fmt::print("{:<10}{:>11.1f}%{:>11.1f}%{:>18.3f}\n", name_of(static_cast<CodeKind>(kind)),
               ratio(count.bytes, counts.all.bytes) * 100,
               ratio(count.tokens, counts.all.tokens) * 100, ratio(count.bytes, count.tokens));
  }
}

Result<int> stats(Context& context, const StatsArguments& arguments) {
  SCRIBE_TRY_ASSIGN(Tokenizer tokenizer, load_tokenizer(context.env, arguments.tokenizer));
  TokenCounter counter(std::move(tokenizer));
  SCRIBE_TRY(
      for_each_document(context.env, context.stop, arguments.inputs,
                        [&](std::string_view text, const std::string&) { counter.add(text); }));
  if (arguments.json)
    SCRIBE_TRY(write_standard_output(to_json_line(to_json(counter.counts())) + "\n"));
  else
    print_counts(counter.counts());
  return kExitDone;
}

struct DiffArguments {
  std::string a, b;
  std::vector<std::string> inputs;
  int show = 10;
  bool json = false;
};

struct Compared {
  Tokenizer a, b;
  TokenizerComparison comparison;
};

/// The tokens as one sees them: control characters and what is not UTF-8 escaped, `|` between.
std::string shown(const Tokenizer& tokenizer, const std::vector<TokenId>& ids) {
  std::string text;
  for (const TokenId id : ids) {
    text += text.empty() ? "[" : "|";
    for (const char byte : tokenizer.bytes_of(id)) {
      const auto value = static_cast<std::uint8_t>(byte);
      if (byte == '\n')
        text += "\\n";
      else if (value < 0x20 || value >= 0x7F)
        text += fmt::format("\\x{:02X}", value);
      else
        text += byte;
    }
  }
  return text + "]";
}

Json to_json(const Compared& compared, const std::vector<TokenDifference>& differences) {
  Json list = Json::array();
  for (const TokenDifference& difference : differences)
    list.push_back({{"where", difference.where},
                    {"count", difference.count},
                    {"ids_a", difference.a},
                    {"ids_b", difference.b},
                    {"a", shown(compared.a, difference.a)},
                    {"b", shown(compared.b, difference.b)}});
  return list;
}

Json to_json(const Compared& compared, const DiffArguments& arguments) {
  const TokenizerComparison& found = compared.comparison;
  const auto show = static_cast<std::size_t>(arguments.show);
  const auto side = [&](const std::string& path, std::int64_t tokens) -> Json {
    return {
        {"tokenizer", path}, {"tokens", tokens}, {"bytes_per_token", ratio(found.bytes(), tokens)}};
  };
  return {{"documents", found.documents()},
          {"bytes", found.bytes()},
          {"a", side(arguments.a, found.tokens_a())},
          {"b", side(arguments.b, found.tokens_b())},
          {"saved_by_b", share_saved(found.tokens_b(), found.tokens_a())},
          {"stretches", found.stretches()},
          {"first", to_json(compared, found.first(show))},
          {"most_frequent", to_json(compared, found.most_frequent(show))}};
}

void print_differences(const Compared& compared, const char* title,
                       const std::vector<TokenDifference>& differences) {
  fmt::print("\n{}\n", title);
  for (const TokenDifference& difference : differences)
    fmt::print("{:>10}  {}  {}  {}\n", difference.count, shown(compared.a, difference.a),
               shown(compared.b, difference.b), difference.where);
}

void print_comparison(const Compared& compared, const DiffArguments& arguments) {
  const TokenizerComparison& found = compared.comparison;
  const auto show = static_cast<std::size_t>(arguments.show);
  fmt::print("{} documents, {} bytes\n", found.documents(), found.bytes());
  fmt::print("A {:>14} tokens{:>9.3f} bytes per token  {}\n", found.tokens_a(),
             ratio(found.bytes(), found.tokens_a()), arguments.a);
  fmt::print("B {:>14} tokens{:>9.3f} bytes per token  {}\n", found.tokens_b(),
             ratio(found.bytes(), found.tokens_b()), arguments.b);
  const double saved = share_saved(found.tokens_b(), found.tokens_a());
  fmt::print("B needs {:.2f}% {} tokens; {} stretches of text are cut differently\n",
             std::abs(saved) * 100, saved >= 0 ? "fewer" : "more", found.stretches());
  if (found.stretches() == 0 || show == 0) return;
  print_differences(compared, "first: how often, by A, by B, where first", found.first(show));
  print_differences(compared, "most frequent: how often, by A, by B, where first",
                    found.most_frequent(show));
}

Result<int> diff(Context& context, const DiffArguments& arguments) {
  SCRIBE_TRY_ASSIGN(const Tokenizer a, load_tokenizer(context.env, arguments.a));
  SCRIBE_TRY_ASSIGN(const Tokenizer b, load_tokenizer(context.env, arguments.b));
  Compared compared{a, b, TokenizerComparison(a, b)};
  SCRIBE_TRY(for_each_document(context.env, context.stop, arguments.inputs,
                               [&](std::string_view text, const std::string& where) {
                                 compared.comparison.add(text, where);
                               }));
  if (arguments.json)
    SCRIBE_TRY(write_standard_output(to_json_line(to_json(compared, arguments)) + "\n"));
  else
    print_comparison(compared, arguments);
  return kExitDone;
}

}  // namespace

void add_tokenizer_stats_command(CLI::App& parent, Context& context) {
  CLI::App& command = *parent.add_subcommand(
      "stats", "What tokens are spent on in given files, and what runs of spaces save");
  const auto arguments = std::make_shared<StatsArguments>();
  command
      .add_option("--tokenizer", arguments->tokenizer,
                  "tokenizer.json, .tiktoken file, vocab.json, or checkpoint directory")
      ->capture_default_str();
  command.add_option("FILE", arguments->inputs, kInputs)->required();
  command.add_flag("--json", arguments->json, "Print one line of JSON");
  set_example(command, "scribe tokenizer stats --tokenizer runs/base src/*.py");
  command.callback([&context, arguments] {
    context.action = [&context, arguments] { return stats(context, *arguments); };
  });
}

void add_tokenizer_diff_command(CLI::App& parent, Context& context) {
  CLI::App& command = *parent.add_subcommand(
      "diff", "Tokens of given files by two tokenizers, and where the two differ");
  const auto arguments = std::make_shared<DiffArguments>();
  for (auto& [name, path] : {std::pair("A", &arguments->a), std::pair("B", &arguments->b)})
    command
        .add_option(name, *path,
                    "tokenizer.json, .tiktoken file, vocab.json, or checkpoint directory")
        ->required();
  command.add_option("FILE", arguments->inputs, kInputs)->required();
  command.add_option("--show", arguments->show, "So many differences of each list")
      ->check(CLI::Range(0, 100000))
      ->capture_default_str();
  command.add_flag("--json", arguments->json, "Print one line of JSON");
  set_example(command, "scribe tokenizer diff p50k_base.tiktoken runs/base src/*.py");
  command.callback([&context, arguments] {
    context.action = [&context, arguments] { return diff(context, *arguments); };
  });
}

}  // namespace scribe::cli
