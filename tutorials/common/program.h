#pragma once
#include <CLI/CLI.hpp>

#include <functional>
#include <string>

namespace gradus::tutorials {

/// Reads the command line by `app` and then calls `body`. Whatever is thrown becomes one sentence on stderr and exit
/// code 1, wrong arguments too; `--help` prints and returns 0.
int run_program(CLI::App& app, int argc, char** argv, const std::function<void()>& body);

/// Throws an Error with `sentence` unless `condition` holds: what a chapter ends in.
void require(bool condition, const std::string& sentence);

/// True if GRADUS_SMALL=1 is in the environment: a test asks for little data.
bool small_run();

}  // namespace gradus::tutorials
