#include <gradus/autograd/check.h>
#include <gradus/autograd/random.h>
#include <gradus/autograd/trace/differences.h>
#include <gradus/autograd/trace/json.h>
#include <gradus/autograd/trace/page.h>

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <exception>
#include <filesystem>
#include <fstream>

namespace gradus::autograd {
namespace {

/// Writes a file aside and renames it, so that nobody finds half of one; makes its folder if there is none.
void write_file(const std::filesystem::path& path, const std::string& text) {
  const auto fail = [&](const std::string& why) {
    throw Error(fmt::format("cannot write the trace to {}: {}", path.string(), why));
  };
  std::error_code error;
  if (path.has_parent_path()) std::filesystem::create_directories(path.parent_path(), error);
  if (error) fail(error.message());
  const std::filesystem::path aside = fmt::format("{}.{}.part", path.string(), getpid());
  errno = 0;
  std::ofstream stream(aside, std::ios::binary);
  stream << text;
  stream.close();
  const int number = errno;
  if (!stream) {
    std::filesystem::remove(aside, error);
    fail(number != 0 ? std::strerror(number) : "the file could not be written");
  }
  std::filesystem::rename(aside, path, error);
  if (!error) return;
  const std::string why = error.message();
  std::filesystem::remove(aside, error);
  fail(why);
}

}  // namespace

struct TraceGuard::State {
  State(std::string file, const TraceOptions& options)
      : path(std::move(file)), recorder(options), random_before(default_generator()) {
    if (recorder.model.title.empty()) recorder.model.title = std::filesystem::path(path).stem().string();
  }

  void stop() {
    if (observer == &recorder) observer = nullptr;
  }

  std::string path;
  tracing::Recorder recorder;
  Generator random_before;
  int exceptions_before = std::uncaught_exceptions();
  bool written = false;
};

TraceGuard::TraceGuard(std::string path, TraceOptions options) {
  GRADUS_CHECK(!observer, "a trace is running already in this thread: finish it before the next one begins");
  state_ = std::make_unique<State>(std::move(path), options);
  observer = &state_->recorder;
}

TraceGuard::~TraceGuard() {
  if (state_->written) return;
  std::string& error = state_->recorder.model.error;
  if (error.empty() && std::uncaught_exceptions() > state_->exceptions_before) error = "the program threw an exception";
  try {
    finish();
  } catch (const std::exception& failure) {
    warn(failure.what());
  }
}

void TraceGuard::finish() {
  state_->stop();
  if (std::exchange(state_->written, true)) return;
  write_file(state_->path, tracing::to_html(state_->recorder.model.title, json()));
}

std::string TraceGuard::json() const { return tracing::to_json(state_->recorder); }

Tensor trace_loss(const std::string& path, const std::function<Tensor()>& function, const TraceOptions& options) {
  TraceGuard guard(path, options);
  tracing::Recorder& recorder = guard.state_->recorder;
  Tensor loss;
  try {
    loss = function();
    const bool own_backward = recorder.backward_runs() > 0;
    GRADUS_CHECK(
        options.finite_differences == 0 || !own_backward,
        "finite differences run the traced function again, so it must not call backward: leave that to trace()");
    if (!own_backward && loss.defined() && loss.requires_grad()) loss.backward();
    guard.state_->stop();
    if (options.finite_differences > 0) {
      tracing::add_finite_differences(recorder, function, options.finite_differences, guard.state_->random_before);
    }
  } catch (const std::exception& error) {
    recorder.model.error = error.what();
    throw;
  }
  guard.finish();
  return loss;
}

void trace_all(const std::string& path, const std::function<void()>& function, const TraceOptions& options) {
  GRADUS_CHECK(options.finite_differences == 0,
               "finite differences need a function that returns the loss and leaves backward to trace()");
  trace_loss(
      path,
      [&] {
        function();
        return Tensor();
      },
      options);
}

const Tensor& name_in_trace(const std::string& name, const Tensor& tensor) {
  if (observer) observer->tensor_named(tensor, name);
  return tensor;
}

TraceScope::TraceScope(std::string_view name) : open_(observer != nullptr) {
  if (open_) observer->scope_begins(name);
}

TraceScope::~TraceScope() {
  if (open_ && observer) observer->scope_ends();
}

}  // namespace gradus::autograd
