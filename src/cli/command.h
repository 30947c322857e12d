// What every command of `scribe` gets and gives: its place in the table, its options, its action.
#pragma once

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <functional>
#include <string>

#include "base/env.h"
#include "base/result.h"
#include "base/stop.h"
#include "cli/exit_code.h"

namespace scribe::cli {

/// Filled by main, used by commands.
struct Context {
  Env& env;
  StopToken& stop;
  /// What the chosen command does; set by its CLI11 callback, run by main. An Error is printed by
  /// main, with its code deciding the exit code; otherwise the int is the exit code.
  std::function<Result<int>()> action;
};

/// Adds "--example" text below a command's help: every command has one.
void set_example(CLI::App& command, const std::string& example);

/// --device, as device_named() reads it.
void add_device_option(CLI::App& command, std::string& device);

// One per file: add a subcommand with its options to `app`.
void add_corpus_command(CLI::App& app, Context& context);
/// Below `scribe corpus`.
void add_corpus_scan_command(CLI::App& corpus, Context& context);
void add_tokenizer_command(CLI::App& app, Context& context);
void add_plan_command(CLI::App& app, Context& context);
void add_train_command(CLI::App& app, Context& context);
void add_finetune_command(CLI::App& app, Context& context);
void add_problems_command(CLI::App& app, Context& context);
void add_sample_command(CLI::App& app, Context& context);
void add_complete_command(CLI::App& app, Context& context);
void add_score_command(CLI::App& app, Context& context);
void add_serve_command(CLI::App& app, Context& context);
void add_eval_command(CLI::App& app, Context& context);
void add_rank_command(CLI::App& app, Context& context);
void add_compare_command(CLI::App& app, Context& context);
void add_bench_command(CLI::App& app, Context& context);
void add_bench_near_dedupe_command(CLI::App& app, Context& context);
void add_doctor_command(CLI::App& app, Context& context);
void add_functional_correctness_command(CLI::App& app, Context& context);
void add_export_command(CLI::App& app, Context& context);
void add_import_command(CLI::App& app, Context& context);
void add_experiment_command(CLI::App& app, Context& context);
void add_grade_command(CLI::App& app, Context& context);
void add_manual_command(CLI::App& app, Context& context);
void add_report_command(CLI::App& app, Context& context);
void add_reproduce_command(CLI::App& app, Context& context);
void add_view_command(CLI::App& app, Context& context);

}  // namespace scribe::cli
