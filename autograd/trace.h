#pragma once
#include <gradus/autograd/tensor.h>
#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

// A page that steps through a program's own forward and backward, with its numbers:
//
//   autograd::trace("out/trace.html", [&] { return loss_function(model(x), y); });
//
// or around code as it stands:
//
//   autograd::TraceGuard guard("out/trace.html", {.names = {{"x", x}, {"w", w}}});
//   Tensor loss = (w * x).sum();
//   loss.backward();
//
// The page is one file that opens in any browser from the disk. The calls of a module stand in a group of its name, and
// its parameters have their names by themselves. A trace listens to its own thread.
namespace gradus::autograd {

/// Tensors with names, from {{"x", x}, {"w", w}} or from model.named_parameters().
class TensorNames {
 public:
  using Items = std::vector<std::pair<std::string, Tensor>>;
  TensorNames() = default;
  TensorNames(std::initializer_list<std::pair<std::string, Tensor>> items) : items_(items) {}
  template <class Named>
  requires std::is_convertible_v<decltype(*std::declval<const Named&>().begin()), Items::value_type> TensorNames(
      const Named& named)
      : items_(named.begin(), named.end()) {}

  Items::const_iterator begin() const { return items_.begin(); }
  Items::const_iterator end() const { return items_.end(); }

 private:
  Items items_;
};

/// What a trace is told besides what it sees.
struct TraceOptions {
  std::string title = {};  // the heading of the page; the file's name unless told
  /// Names of tensors that exist before the trace begins. name_in_trace() names those that are made inside.
  TensorNames names = {};
  /// For how many elements of each parameter the gradient is compared with central differences: the one of the largest
  /// gradient, and others drawn at random. The function runs twice for each, in float64 where its ops allow it.
  int64_t finite_differences = 0;
  /// Tensors of up to so many elements are kept exactly, larger ones in steps of 1/253 of their range.
  int64_t exact_elements = 4096;
  /// Once the values take so many bytes of the page, further ones are kept as shape, min, max and mean.
  int64_t max_value_bytes = 32'000'000;
  /// What happens after so many steps is left out, and the page says so.
  int64_t max_steps = 20'000;
};

/// Records all that this thread computes and differentiates in its scope, and then writes the page. One at a time in
/// each thread: a second one throws Error.
class TraceGuard {
 public:
  explicit TraceGuard(std::string path, TraceOptions options = {});
  /// Writes the page unless finish() has; what goes wrong is a warning.
  ~TraceGuard();
  TraceGuard(const TraceGuard&) = delete;
  TraceGuard& operator=(const TraceGuard&) = delete;

  /// Stops recording and writes the page, aside first and then renamed. Throws Error with a sentence if it cannot.
  void finish();
  /// What has been recorded, as JSON: the data of the page.
  std::string json() const;

 private:
  friend Tensor trace_loss(const std::string&, const std::function<Tensor()>&, const TraceOptions&);
  struct State;
  std::unique_ptr<State> state_;
};

/// trace() of a function that returns its loss.
Tensor trace_loss(const std::string& path, const std::function<Tensor()>& function, const TraceOptions& options);
/// trace() of a function that returns nothing.
void trace_all(const std::string& path, const std::function<void()>& function, const TraceOptions& options);

/// Runs `function` and writes the page of what it did to `path`. If it returns a tensor, its loss, and has not called
/// backward, then backward is called on it, which adds to .grad as ever; the tensor is returned. If the function
/// throws, the page shows the steps up to there, and the exception goes on. Throws Error if the page cannot be written,
/// and for finite_differences of a function that returns no loss or calls backward itself.
template <class F>
auto trace(const std::string& path, F&& function, const TraceOptions& options = {}) {
  if constexpr (std::is_void_v<std::invoke_result_t<F&>>) {
    trace_all(path, std::forward<F>(function), options);
  } else {
    return trace_loss(path, std::forward<F>(function), options);
  }
}

/// Names a tensor in the trace that is running, and returns it; without a trace that is all:
/// `Tensor h = name_in_trace("h", x.matmul(w));`.
const Tensor& name_in_trace(const std::string& name, const Tensor& tensor);

/// Puts what is computed in its scope into a group of the page. Modules make theirs by themselves.
class TraceScope {
 public:
  explicit TraceScope(std::string_view name);
  ~TraceScope();
  TraceScope(const TraceScope&) = delete;
  TraceScope& operator=(const TraceScope&) = delete;

 private:
  bool open_;
};

}  // namespace gradus::autograd
