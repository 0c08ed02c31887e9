#pragma once
#include <functional>
#include <string>

namespace CLI {
class App;  // <CLI/CLI.hpp> compiles for seconds, so only programs with options of their own include it
}

namespace gradus::tutorials {

/// Runs a chapter without options but --help. Whatever `body` throws becomes one sentence on stderr and exit code 1,
/// and so do wrong arguments.
int run_chapter(int argc, char** argv, const std::string& description, const std::function<void()>& body);
/// Runs a chapter that is given digits: `--data DIR`, or "synthetic" unless told.
int run_chapter(int argc, char** argv, const std::string& description,
                const std::function<void(const std::string& data)>& body);

/// The same for a program with options of its own: reads the command line by `app` and then calls `body`.
int run_program(CLI::App& app, int argc, char** argv, const std::function<void()>& body);

/// Throws an Error with `sentence` unless `condition` holds: what a chapter ends in.
void require(bool condition, const std::string& sentence);

/// The message of the Error that `body` ends in, which a chapter shows; "no error" if it ends without.
std::string message_of(const std::function<void()>& body);

/// True if GRADUS_SMALL=1 is in the environment: a test asks for little data.
bool small_run();

}  // namespace gradus::tutorials
