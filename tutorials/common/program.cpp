#include <gradus/autograd/error.h>
#include <gradus/tutorials/common/program.h>

#include <CLI/CLI.hpp>

#include <cstdlib>
#include <iostream>
#include <string_view>

namespace gradus::tutorials {

int run_program(CLI::App& app, int argc, char** argv, const std::function<void()>& body) {
  const std::string name = argc > 0 ? std::string(argv[0]).substr(std::string(argv[0]).rfind('/') + 1) : "program";
  try {
    app.parse(argc, argv);
    body();
    std::cout.flush();
    return 0;
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);  // --help
    std::cerr << name << ": " << error.what() << " (" << name << " --help lists the options)\n";
  } catch (const std::exception& error) {
    std::cout.flush();
    std::cerr << name << ": " << error.what() << "\n";
  }
  return 1;
}

int run_chapter(int argc, char** argv, const std::string& description, const std::function<void()>& body) {
  CLI::App app(description);
  return run_program(app, argc, argv, body);
}

int run_chapter(int argc, char** argv, const std::string& description,
                const std::function<void(const std::string& data)>& body) {
  std::string data = "synthetic";
  CLI::App app(description);
  app.add_option("--data", data, "a directory with MNIST, or \"synthetic\"")->capture_default_str();
  return run_program(app, argc, argv, [&] { body(data); });
}

void require(bool condition, const std::string& sentence) {
  if (!condition) throw Error(sentence);
}

std::string message_of(const std::function<void()>& body) {
  try {
    body();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

bool small_run() {
  const char* value = std::getenv("GRADUS_SMALL");
  return value != nullptr && std::string_view(value) == "1";
}

}  // namespace gradus::tutorials
