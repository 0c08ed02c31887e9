#pragma once
#include <gradus/autograd/tensor.h>
#include <memory>

namespace gradus {
struct Edge;
class Context;
}  // namespace gradus

namespace gradus::autograd {

/// Told, while it is its thread's `observer`, of every op and every step of backward: what a trace stands on. Where
/// none is set, which is almost always, an op pays one look at a pointer.
class Observer {
 public:
  struct Call {
    std::string_view op, math;  // math is empty for an op that does not tell
    std::span<const Tensor* const> inputs;
    std::vector<std::string> arguments;  // those that are no tensors, as text
    bool in_place;
  };

  virtual ~Observer() = default;

  virtual void op_begins(const Call& call) = 0;
  /// `node` and `context` are null where the call is not recorded in the graph.
  virtual void op_ends(const Call& call, std::span<const Tensor> outputs, Node* node, const Context* context) = 0;

  /// `targets` is null when the gradients go to the leaves.
  virtual void backward_begins(const std::vector<Edge>& roots, const TensorList& gradients,
                               const std::vector<Edge>* targets, bool keep_graph, bool create_graph) = 0;
  virtual void backward_ends(const TensorList& captured) = 0;
  virtual void node_begins(Node& node, const TensorList& gradients) = 0;
  /// A gradient leaves `from` for its input `index`, before it is added to what has arrived there.
  virtual void gradient_sent(const Node& from, size_t index, const Edge& to, const Tensor& gradient) = 0;
  virtual void grad_begins(TensorImpl& leaf, const Tensor& gradient) = 0;
  virtual void grad_ends(TensorImpl& leaf) = 0;

  virtual void scope_begins(std::string_view name) = 0;
  virtual void scope_ends() = 0;
  virtual void tensor_named(const Tensor& tensor, const std::string& name) = 0;

  bool muted = false;  // inside an op, and inside backward: the calls made there are no steps of the program
};

/// The observer of this thread, or null.
inline constinit thread_local Observer* observer = nullptr;

/// Mutes the observer, if there is one, or lets it hear again, for a scope.
class MuteObserver {
 public:
  explicit MuteObserver(bool muted = true) : observer_(observer), previous_(observer_ && observer_->muted) {
    if (observer_) observer_->muted = muted;
  }
  ~MuteObserver() {
    if (observer_) observer_->muted = previous_;
  }
  MuteObserver(const MuteObserver&) = delete;
  MuteObserver& operator=(const MuteObserver&) = delete;

 private:
  Observer* observer_;
  bool previous_;
};

}  // namespace gradus::autograd

namespace gradus::detail {

/// An argument of an op that is no tensor, as a trace shows it; empty for a tensor, and for what has no short text.
std::string argument_text(Scalar value);
std::string argument_text(IntArrayRef values);
template <class T>
std::string argument_text(const T& value) {
  if constexpr (std::is_pointer_v<T>) {
    return {};
  } else if constexpr (std::is_convertible_v<const T&, Scalar>) {
    return argument_text(Scalar(value));
  } else if constexpr (std::is_convertible_v<const T&, IntArrayRef>) {
    return argument_text(IntArrayRef(value));
  } else if constexpr (requires { value.has_value(); }) {
    return value.has_value() ? argument_text(*value) : "none";
  } else {
    return {};
  }
}

/// One call of an op as the observer hears of it; the calls inside it stay unheard.
class ObservedCall {
 public:
  /// `inputs`: an InputList, which must outlive this.
  template <class Inputs, class... Args>
  ObservedCall(std::string_view op, std::string_view math, bool in_place, const Inputs& inputs, const Args&... args) {
    if (autograd::observer && !autograd::observer->muted) [[unlikely]] {
      begin({op, math, {inputs.data(), inputs.size()}, {argument_text(args)...}, in_place});
    }
  }
  ~ObservedCall() {
    if (call_) [[unlikely]]
      autograd::observer->muted = false;
  }
  ObservedCall(const ObservedCall&) = delete;
  ObservedCall& operator=(const ObservedCall&) = delete;

  void end(std::span<const Tensor> outputs, Node* node = nullptr, const Context* context = nullptr) const {
    if (call_) [[unlikely]]
      autograd::observer->op_ends(*call_, outputs, node, context);
  }

 private:
  void begin(autograd::Observer::Call call);
  std::unique_ptr<autograd::Observer::Call> call_;
};

}  // namespace gradus::detail
