// `scribe tokenizer`: learn a vocabulary, turn text into ids and back.
#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <filesystem>
#include <iterator>
#include <memory>

#include "base/json.h"
#include "base/machine.h"
#include "base/progress.h"
#include "base/thread_pool.h"
#include "cli/command.h"
#include "cli/tokenizer_input.h"
#include "cli/tokenizer_reports.h"
#include "cli/training_text.h"
#include "tokenizer/bpe_trainer.h"
#include "tokenizer/tokenizer.h"
#include "tokenizer/vocab_merges.h"

namespace scribe::cli {
namespace {

constexpr std::string_view kTokenizerJson = "tokenizer.json";
constexpr std::string_view kVocabJson = "vocab.json";

bool is_directory(const std::string& path) {
  std::error_code ignored;
  return std::filesystem::is_directory(path, ignored);
}

struct TrainArguments {
  std::vector<std::string> inputs;
  std::string out;
  std::string pattern = "gpt2";
  BpeTrainOptions options;
  int threads = 0;
  bool json = false;
  bool quiet = false;
};

constexpr std::array kPatterns = {Pattern::gpt2, Pattern::starcoder, Pattern::qwen2,
                                  Pattern::llama3, Pattern::code_lines};

std::vector<std::string> pattern_names() {
  std::vector<std::string> names;
  for (const Pattern pattern : kPatterns) names.emplace_back(name_of(pattern));
  return names;
}

/// The options with the chosen pattern, normalised as the published tokenizers with it are.
BpeTrainOptions train_options(const TrainArguments& arguments) {
  BpeTrainOptions options = arguments.options;
  for (const Pattern pattern : kPatterns)
    if (name_of(pattern) == arguments.pattern) options.pattern = pattern;
  options.nfc = options.pattern == Pattern::qwen2;
  return options;
}

/// The file to write: `out` itself if it is named .json, else `name` in the directory `out`.
Result<std::string> output_path(Env& env, const std::string& out, std::string_view name) {
  const bool is_file = out.ends_with(name == kTokenizerJson ? ".json" : name) && !is_directory(out);
  const std::string path = is_file ? out : fmt::format("{}/{}", out, name);
  const std::string parent = std::filesystem::path(path).parent_path().string();
  if (!parent.empty()) SCRIBE_TRY(env.create_directories(parent));
  return path;
}

Status print_trained(const std::string& path, const TrainingTextCounts& text,
                     const BpeTrainSummary& summary, const TrainArguments& arguments,
                     double seconds) {
  const double memory = resident_bytes_max();
  if (arguments.json) {
    const Json report = {{"tokenizer", path},
                         {"vocabulary_size", arguments.options.vocabulary_size},
                         {"pattern", arguments.pattern},
                         {"documents", text.documents},
                         {"bytes", text.bytes},
                         {"pieces", summary.pieces},
                         {"different_pieces", summary.different_pieces},
                         {"merges", summary.merges},
                         {"seconds", seconds},
                         {"memory_bytes_max", static_cast<std::int64_t>(memory)}};
    return write_standard_output(to_json_line(report) + "\n");
  }
  fmt::print("{}: {} tokens from {} documents, {} bytes, {} different pieces; {}, {:.0f} MB\n",
             path, arguments.options.vocabulary_size, text.documents, text.bytes,
             summary.different_pieces, format_duration(seconds), memory / 1e6);
  return {};
}

Result<int> train(Context& context, const TrainArguments& arguments) {
  const double start_seconds = context.env.monotonic_seconds();
  ThreadPool pool(arguments.threads);
  BpeTrainer trainer(train_options(arguments), pool.thread_count());
  SCRIBE_TRY(trainer.check_options());
  SCRIBE_TRY_ASSIGN(const std::vector<std::string> files,
                    training_files(context.env, arguments.inputs));
  Progress progress(context.env, {.label = "count pieces", .unit = "B", .quiet = arguments.quiet});
  SCRIBE_TRY_ASSIGN(const TrainingTextCounts text,
                    count_training_text(context.env, files, pool, context.stop, progress, trainer));
  progress.clear();
  SCRIBE_TRY_ASSIGN(const Tokenizer tokenizer, trainer.train(&context.stop));
  SCRIBE_TRY_ASSIGN(const std::string path,
                    output_path(context.env, arguments.out, kTokenizerJson));
  SCRIBE_TRY(tokenizer.save(context.env, path));
  SCRIBE_TRY(print_trained(path, text, trainer.summary(), arguments,
                           context.env.monotonic_seconds() - start_seconds));
  return kExitDone;
}

struct FileArguments {
  std::string tokenizer = "tokenizer.json";
  std::string input = "-";
  std::vector<std::string> inputs;
  bool documents = false;
};

Result<int> encode(Context& context, const FileArguments& arguments) {
  SCRIBE_TRY_ASSIGN(const Tokenizer tokenizer, load_tokenizer(context.env, arguments.tokenizer));
  for (const TokenId id : tokenizer.prefix())
    fmt::print(stderr, "{}: left out {}, which goes before each prompt and document\n",
               arguments.tokenizer, tokenizer.bytes_of(id));
  std::string lines;
  const auto add_line = [&](std::string_view text, const std::string&) {
    fmt::format_to(std::back_inserter(lines), "{}\n", fmt::join(tokenizer.encode(text), " "));
  };
  if (arguments.documents) {
    SCRIBE_TRY(for_each_document(context.env, context.stop, {arguments.input}, add_line));
  } else {
    SCRIBE_TRY_ASSIGN(const std::string text, read_input(context.env, arguments.input));
    add_line(text, arguments.input);
  }
  SCRIBE_TRY(write_standard_output(lines));
  return kExitDone;
}

/// Ids separated by white space or commas, in brackets or not, as encode and Python print them.
Result<std::vector<TokenId>> parse_ids(std::string_view text, const std::string& where,
                                       std::int32_t vocabulary_size) {
  constexpr std::string_view kSeparators = " \t\r\n,[]";
  std::vector<TokenId> ids;
  for (std::size_t begin = text.find_first_not_of(kSeparators); begin != std::string_view::npos;) {
    const std::size_t end = std::min(text.find_first_of(kSeparators, begin), text.size());
    const std::string_view word = text.substr(begin, end - begin);
    TokenId id = -1;
    const auto [stop, failure] = std::from_chars(word.data(), word.data() + word.size(), id);
    const bool is_number = failure == std::errc{} && stop == word.data() + word.size();
    if (!is_number || id < 0 || id >= vocabulary_size)
      return error(ErrorCode::invalid_data, "{}: '{}' at byte {}, expected an id from 0 to {}",
                   where, word.substr(0, 40), begin, vocabulary_size - 1);
    ids.push_back(id);
    begin = text.find_first_not_of(kSeparators, end);
  }
  return ids;
}

Result<int> decode(Context& context, const FileArguments& arguments) {
  SCRIBE_TRY_ASSIGN(const Tokenizer tokenizer, load_tokenizer(context.env, arguments.tokenizer));
  SCRIBE_TRY_ASSIGN(const std::string text, read_input(context.env, arguments.input));
  const std::string where = arguments.input == "-" ? "standard input" : arguments.input;
  SCRIBE_TRY_ASSIGN(const std::vector<TokenId> ids,
                    parse_ids(text, where, tokenizer.vocabulary_size()));
  SCRIBE_TRY(write_standard_output(tokenizer.decode(ids)));
  return kExitDone;
}

struct ConvertArguments {
  std::string from;
  std::string out;
  std::string to{kTokenizerJson};
};

Result<int> convert(Context& context, const ConvertArguments& arguments) {
  if (arguments.to == kVocabJson) {
    SCRIBE_TRY_ASSIGN(const std::string path, output_path(context.env, arguments.out, kVocabJson));
    SCRIBE_TRY_ASSIGN(const std::int32_t tokens,
                      convert_to_vocab_and_merges(context.env, arguments.from, path));
    fmt::print("{} and its merges.txt: {} tokens\n", path, tokens);
    return kExitDone;
  }
  SCRIBE_TRY_ASSIGN(const Tokenizer tokenizer, load_tokenizer(context.env, arguments.from));
  SCRIBE_TRY_ASSIGN(const std::string path,
                    output_path(context.env, arguments.out, kTokenizerJson));
  SCRIBE_TRY(tokenizer.save(context.env, path));
  fmt::print("{}: {} tokens, text is cut as {} does\n", path, tokenizer.vocabulary_size(),
             tokenizer.layout());
  return kExitDone;
}

void add_tokenizer_option(CLI::App& command, FileArguments& arguments) {
  command
      .add_option("--tokenizer", arguments.tokenizer,
                  "tokenizer.json, .tiktoken file, or checkpoint directory")
      ->capture_default_str();
}

void add_train(CLI::App& parent, Context& context) {
  CLI::App* command = parent.add_subcommand("train", "Learn a byte-level BPE vocabulary from text");
  auto arguments =
      std::make_shared<TrainArguments>();  // Shared with the callback, which is copied.
  command
      ->add_option(
          "INPUT", arguments->inputs,
          "JSONL files of documents with a \"text\" field, folders of them, or text files; "
          ".gz too")
      ->required();
  command
      ->add_option("--vocab-size", arguments->options.vocabulary_size,
                   "Ids in all, <|endoftext|> included")
      ->capture_default_str();
  command
      ->add_option("--space-run-max", arguments->options.space_run_max,
                   "Runs of 2 to this many spaces are tokens; 0: none")
      ->capture_default_str();
  command
      ->add_option("--special", arguments->options.special,
                   "A special token, never made from text; may be repeated")
      ->expected(1)
      ->take_all();
  command->add_flag("--fim", arguments->options.fill_in_middle,
                    fmt::format("{}, {} and {} are special tokens too, for `train --fim-rate`",
                                kFimPrefix, kFimMiddle, kFimSuffix));
  command
      ->add_option("--out", arguments->out,
                   "A .json file, or a directory that gets a tokenizer.json")
      ->required();
  command
      ->add_option(
          "--pattern", arguments->pattern,
          "How text is cut; code_lines needs fewest tokens for code; for models of the family "
          "qwen2 transformers takes qwen2")
      ->check(CLI::IsMember(pattern_names()))
      ->capture_default_str();
  command->add_option("--threads", arguments->threads, "0 is one per core")
      ->check(CLI::Range(0, 1024));
  command->add_flag("--json", arguments->json, "Print one line of JSON at the end");
  command->add_flag("--quiet", arguments->quiet, "No progress bar");
  set_example(*command,
              "scribe tokenizer train corpus.jsonl.gz --vocab-size 16384 --out runs/base");
  command->callback([&context, arguments] {
    context.action = [&context, arguments] { return train(context, *arguments); };
  });
}

using FileAction = Result<int> (*)(Context&, const FileArguments&);

/// A command that reads one file or standard input.
CLI::App* add_filter(CLI::App& parent, Context& context, const char* name, const char* description,
                     const char* example, FileAction action,
                     const std::shared_ptr<FileArguments>& arguments) {
  CLI::App* command = parent.add_subcommand(name, description);
  add_tokenizer_option(*command, *arguments);
  command->add_option("FILE", arguments->input, "The file to read; - is standard input")
      ->capture_default_str();
  set_example(*command, example);
  command->callback([&context, arguments, action] {
    context.action = [&context, arguments, action] { return action(context, *arguments); };
  });
  return command;
}

void add_encode(CLI::App& parent, Context& context) {
  auto arguments = std::make_shared<FileArguments>();  // Shared with the callback, which is copied.
  CLI::App* command =
      add_filter(parent, context, "encode", "Print the ids of a text",
                 "echo 'def f(x):' | scribe tokenizer encode --tokenizer p50k_base.tiktoken",
                 encode, arguments);
  command->add_flag("--documents", arguments->documents,
                    "FILE is JSONL: a line of ids for the \"text\" of each line");
}

void add_decode(CLI::App& parent, Context& context) {
  auto arguments = std::make_shared<FileArguments>();  // Shared with the callback, which is copied.
  add_filter(parent, context, "decode", "Print the text of ids",
             "echo 4299 277 7 87 2599 198 | scribe tokenizer decode --tokenizer "
             "p50k_base.tiktoken",
             decode, arguments);
}

void add_convert(CLI::App& parent, Context& context) {
  CLI::App* command = parent.add_subcommand(
      "convert", "Write a tokenizer with which transformers gives the same ids");
  auto arguments =
      std::make_shared<ConvertArguments>();  // Shared with the callback, which is copied.
  command
      ->add_option("TOKENIZER", arguments->from,
                   "tokenizer.json, .tiktoken file, or checkpoint directory")
      ->required();
  command->add_option("--out", arguments->out, "A .json file, or a directory that gets one")
      ->required();
  command
      ->add_option("--to", arguments->to,
                   "vocab.json: GPT-2's older pair, with a merges.txt beside it")
      ->check(CLI::IsMember({std::string(kTokenizerJson), std::string(kVocabJson)}))
      ->capture_default_str();
  set_example(*command, "scribe tokenizer convert p50k_base.tiktoken --out runs/base");
  command->callback([&context, arguments] {
    context.action = [&context, arguments] { return convert(context, *arguments); };
  });
}

}  // namespace

void add_tokenizer_command(CLI::App& app, Context& context) {
  CLI::App* command =
      app.add_subcommand("tokenizer", "Learn a vocabulary; turn text into ids and back");
  command->require_subcommand(1);
  set_example(*command, "scribe tokenizer encode --tokenizer runs/base hello.py");
  add_train(*command, context);
  add_encode(*command, context);
  add_decode(*command, context);
  add_convert(*command, context);
  add_tokenizer_stats_command(*command, context);
  add_tokenizer_diff_command(*command, context);
}

}  // namespace scribe::cli
