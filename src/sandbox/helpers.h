// The roles that run_if_sandbox_child() can take. Each runs until the supervisor is gone.
#pragma once

namespace scribe::sandbox {

/// Guards the jail from outside, and in it forks one candidate per job.
int run_launcher();
/// Holds the tests and calls the candidates.
int run_tester();
/// Guards another jail from outside, and in it runs compilers and programs of any language.
int run_exec_launcher();
/// Tries every layer once and reports.
int run_probe();

/// True once run_if_sandbox_child() was called here: without it, starting a helper would start the
/// whole program again.
bool is_helper_dispatch_ready();

}  // namespace scribe::sandbox
