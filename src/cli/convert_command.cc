// `scribe export` and `scribe import`: models to and from the files of other programs.
#include <cstdio>
#include <memory>

#include "base/progress.h"
#include "checkpoint/convert.h"
#include "cli/command.h"

namespace scribe::cli {
namespace {

struct ConvertFlags {
  std::string model;
  std::string gguf;
  std::string hf;
  std::string out;
  std::string type = "f32";
  double file_gigabytes_max = 5;  ///< of 10^9 bytes, as transformers counts them
};

int print_conversion(const ConvertSummary& summary, const ConvertFlags& flags) {
  std::printf("%s: %s, %ld tensors, %sB as %s\n", flags.out.c_str(),
              std::string(name_of(summary.family)).c_str(), static_cast<long>(summary.tensors),
              format_count(static_cast<double>(summary.bytes)).c_str(), flags.type.c_str());
  for (const std::string& note : summary.notes) std::printf("note: %s\n", note.c_str());
  return kExitDone;
}

Result<WeightOptions> weight_options(const ConvertFlags& flags) {
  SCRIBE_TRY_ASSIGN(const NumberFormat format, number_format_named(flags.type));
  return WeightOptions{.format = format,
                       .file_bytes_max = static_cast<std::int64_t>(flags.file_gigabytes_max * 1e9)};
}

Result<int> run_export(Context& context, const ConvertFlags& flags) {
  SCRIBE_TRY_ASSIGN(const WeightOptions options, weight_options(flags));
  SCRIBE_TRY_ASSIGN(
      const ConvertSummary summary,
      flags.out.ends_with(".gguf")
          ? export_gguf(context.env, context.stop, flags.model, flags.out, options.format)
          : export_directory(context.env, context.stop, flags.model, flags.out, options));
  return print_conversion(summary, flags);
}

Result<int> run_import(Context& context, const ConvertFlags& flags) {
  if (flags.gguf.empty() && flags.hf.empty())
    return error(ErrorCode::invalid_argument, "import: expected --gguf FILE or --hf DIRECTORY");
  SCRIBE_TRY_ASSIGN(const WeightOptions options, weight_options(flags));
  SCRIBE_TRY_ASSIGN(const ConvertSummary summary,
                    flags.gguf.empty()
                        ? export_directory(context.env, context.stop, flags.hf, flags.out, options)
                        : import_gguf(context.env, context.stop, flags.gguf, flags.out, options));
  return print_conversion(summary, flags);
}

void add_weight_options(CLI::App& command, ConvertFlags& flags, std::vector<std::string> types) {
  command.add_option("--type", flags.type, "How numbers are stored")
      ->check(CLI::IsMember(std::move(types)))
      ->capture_default_str();
  command
      .add_option("--shard-size", flags.file_gigabytes_max,
                  "GB (10^9 bytes) above which a directory's weights become several files")
      ->check(CLI::Range(0.000001, 1e6))
      ->capture_default_str();
}

}  // namespace

void add_export_command(CLI::App& app, Context& context) {
  CLI::App& command = *app.add_subcommand(
      "export", "Write a checkpoint as a GGUF file for llama.cpp, or as another Hugging Face one");
  const auto flags = std::make_shared<ConvertFlags>();  // Shared by the callbacks below.
  command.add_option("--model", flags->model, "Checkpoint directory")->required();
  command.add_option("--out", flags->out, "FILE.gguf, or a directory that gets a checkpoint")
      ->required();
  add_weight_options(command, *flags, {"f32", "f16", "bf16", "q8_0"});
  set_example(command, "scribe export --model codex-s --out codex-s.gguf --type q8_0");
  command.callback(
      [&context, flags] { context.action = [&, flags] { return run_export(context, *flags); }; });
}

void add_import_command(CLI::App& app, Context& context) {
  CLI::App& command = *app.add_subcommand(
      "import", "Make a checkpoint of a GGUF file, or of a Hugging Face directory to be checked");
  const auto flags = std::make_shared<ConvertFlags>();  // Shared by the callbacks below.
  CLI::Option* gguf = command.add_option("--gguf", flags->gguf, "GGUF file");
  command.add_option("--hf", flags->hf, "Hugging Face directory")->excludes(gguf);
  command.add_option("--out", flags->out, "Directory that gets the checkpoint")->required();
  add_weight_options(command, *flags, {"f32", "f16", "bf16"});
  set_example(command, "scribe import --gguf model.gguf --out model");
  command.callback(
      [&context, flags] { context.action = [&, flags] { return run_import(context, *flags); }; });
}

}  // namespace scribe::cli
