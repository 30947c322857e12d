// `scribe corpus export-tokens`.
#include <fmt/format.h>

#include <array>
#include <memory>

#include "base/json.h"
#include "cli/command.h"
#include "cli/corpus_commands.h"
#include "corpus/token_export.h"

namespace scribe::cli {
namespace {

constexpr std::array kFormats = {TokenFormat::npy, TokenFormat::megatron, TokenFormat::llm_c};

struct ExportCommand {
  std::string folder;
  std::string format;
  std::string out;
  bool json = false;
};

std::vector<std::string> format_names() {
  std::vector<std::string> names;
  for (const TokenFormat format : kFormats) names.emplace_back(name_of(format));
  return names;
}

Result<int> run_export(Context& context, const ExportCommand& command) {
  TokenFormat format = kFormats.front();
  for (const TokenFormat known : kFormats)
    if (name_of(known) == command.format) format = known;
  SCRIBE_TRY(context.env.create_directories(command.out));
  Json report = Json::object();
  for (const char* split : {"train", "validation"}) {
    const std::string prefix = fmt::format("{}/{}", command.folder, split);
    if (!has_tokens(context.env, prefix)) continue;
    SCRIBE_TRY_ASSIGN(const TokenSet tokens, TokenSet::open(context.env, prefix));
    if (tokens.size() == 0) continue;  // Nothing was held out; readers map no empty file.
    SCRIBE_TRY_ASSIGN(const std::vector<std::string> paths,
                      export_tokens(context.env, context.stop, tokens, format,
                                    fmt::format("{}/{}", command.out, split)));
    report[split] = {
        {"tokens", tokens.size()}, {"documents", tokens.documents()}, {"files", paths}};
    if (!command.json)
      fmt::print("{}: {} tokens of {} documents in {} files\n", split, tokens.size(),
                 tokens.documents(), paths.size());
  }
  if (report.empty())
    return error(ErrorCode::not_found,
                 "'{}' holds no token files; `scribe corpus tokenize --out` makes such a folder",
                 command.folder);
  if (command.json) fmt::print("{}", to_json_pretty(report));
  return kExitDone;
}

}  // namespace

void add_corpus_export_command(CLI::App& corpus, Context& context) {
  CLI::App& command =
      *corpus.add_subcommand("export-tokens", "Write token files in the formats of other trainers");
  set_example(command, "scribe corpus export-tokens tokens --format megatron --out exported");
  const auto given = std::make_shared<ExportCommand>();
  command.add_option("folder", given->folder, "A folder made by `corpus tokenize`")->required();
  command
      .add_option("--format", given->format,
                  "npy: one array a split; megatron: .bin and .idx; llm.c: a .bin for each shard")
      ->check(CLI::IsMember(format_names()))
      ->required();
  command.add_option("--out", given->out, "Folder to write to")->required();
  command.add_flag("--json", given->json, "Print JSON");
  command.callback([&context, given] {
    context.action = [&context, given] { return run_export(context, *given); };
  });
}

}  // namespace scribe::cli
