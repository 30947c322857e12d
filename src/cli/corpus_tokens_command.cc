// `scribe corpus tokenize` and `scribe corpus check`.
#include <fmt/format.h>

#include <memory>

#include "cli/command.h"
#include "cli/corpus_commands.h"
#include "cli/rank_options.h"
#include "corpus/token_set.h"
#include "corpus/tokenize_corpus.h"

namespace scribe::cli {
namespace {

struct TokenizeCommand {
  TokenizeOptions options;
  RankOptions ranks;
  bool json = false;
};

Json to_json(const TokenizedSplit& split) {
  return {{"documents", split.documents},
          {"text_bytes", split.text_bytes},
          {"tokens", split.tokens},
          {"shards", split.shards}};
}

void print_tokens(std::string_view name, const TokenizedSplit& split) {
  const double ratio =
      split.tokens == 0 ? 0
                        : static_cast<double>(split.text_bytes) / static_cast<double>(split.tokens);
  fmt::print("{:<12} {:>9} documents {:>14} {:>12} tokens {:>7.3f} bytes per token {:>6} files\n",
             name, split.documents, megabytes(split.text_bytes), split.tokens, ratio, split.shards);
}

Result<int> run_tokenize(Context& context, TokenizeCommand& tokenize) {
  SCRIBE_TRY_ASSIGN(tokenize.options.rank, tokenize.ranks.resolve(tokenize.options.threads));
  SCRIBE_TRY_ASSIGN(const TokenizeSummary summary,
                    tokenize_corpus(context.env, context.stop, tokenize.options));
  if (tokenize.options.rank.rank > 0) return kExitDone;  // Rank 0 speaks for all.
  if (tokenize.json) {
    fmt::print("{}", to_json_pretty({{"train", to_json(summary.train)},
                                     {"validation", to_json(summary.validation)},
                                     {"vocabulary_size", summary.vocabulary_size},
                                     {"reused", summary.reused}}));
    return kExitDone;
  }
  print_tokens("train", summary.train);
  print_tokens("validation", summary.validation);
  if (summary.reused)
    fmt::print("{} was made from the same inputs before: nothing to do\n", tokenize.options.out);
  return kExitDone;
}

void add_tokenize(CLI::App& corpus, Context& context) {
  CLI::App& command =
      *corpus.add_subcommand("tokenize", "Encode a corpus into token files for training");
  set_example(
      command,
      "scribe corpus tokenize --corpus corpus/code --tokenizer tokenizer.json --out tokens");
  const auto tokenize = std::make_shared<TokenizeCommand>();
  TokenizeOptions& options = tokenize->options;
  command.add_option("--corpus", options.corpus, "OUT/code or OUT/prose of `corpus build`")
      ->required();
  command.add_option("--tokenizer", options.tokenizer, "tokenizer.json or a .tiktoken file")
      ->required();
  command.add_option("--out", options.out, "Folder to make")->required();
  command.add_option("--seed", options.seed, "Seed of the documents' order")->capture_default_str();
  command
      .add_option("--shard-bytes", options.shard_text_bytes,
                  "A token file for each so many bytes of text")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command.add_option("--threads", options.threads, "0: one per core")->capture_default_str();
  add_rank_options(command, tokenize->ranks);
  command
      .add_option("--rank-wait", options.rank_timeout_seconds,
                  "Seconds without news after which a rank gives up on the others")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command.add_flag("--rebuild", options.rebuild, "Encode even if nothing changed");
  command.add_flag("--quiet", options.quiet, "Show no progress");
  command.add_flag("--json", tokenize->json, "Print the summary as JSON");
  command.callback([&context, tokenize] {
    context.action = [&context, tokenize] { return run_tokenize(context, *tokenize); };
  });
}

/// Reads every token file of a folder whole.
Result<int> run_check(Context& context, const std::string& folder, bool json) {
  Json found = Json::object();
  for (const char* split : {"train", "validation"}) {
    const std::string prefix = fmt::format("{}/{}", folder, split);
    if (!has_tokens(context.env, prefix)) continue;
    SCRIBE_TRY_ASSIGN(const TokenSet tokens,
                      TokenSet::open(context.env, prefix, TokenCheck::everything));
    found[split] = {
        {"shards", tokens.shards()}, {"documents", tokens.documents()}, {"tokens", tokens.size()}};
    if (!json)
      fmt::print("{}: {} tokens of {} documents in {} files: as they were written\n", prefix,
                 tokens.size(), tokens.documents(), tokens.shards());
  }
  if (found.empty())
    return error(ErrorCode::not_found,
                 "'{}' holds no token files; `scribe corpus tokenize --out` makes such a folder",
                 folder);
  if (json) fmt::print("{}", to_json_pretty(found));
  return kExitDone;
}

struct CheckCommand {
  std::string folder;
  bool json = false;
};

void add_check(CLI::App& corpus, Context& context) {
  CLI::App& command = *corpus.add_subcommand(
      "check", "Read token files whole and compare them with their checksums");
  set_example(command, "scribe corpus check tokens");
  const auto check = std::make_shared<CheckCommand>();
  command.add_option("folder", check->folder, "A folder made by `corpus tokenize`")->required();
  command.add_flag("--json", check->json, "Print JSON");
  command.callback([&context, check] {
    context.action = [&context, check] { return run_check(context, check->folder, check->json); };
  });
}

}  // namespace

void add_corpus_token_commands(CLI::App& corpus, Context& context) {
  add_tokenize(corpus, context);
  add_check(corpus, context);
}

}  // namespace scribe::cli
