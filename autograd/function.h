#pragma once
#include <gradus/autograd/function_detail.h>
#include <gradus/autograd/saved_tensor.h>
#include <gradus/autograd/tensor.h>
#include <atomic>

// The graph. Running an op that involves a tensor that requires a gradient makes a Node: it keeps what backward will
// need (saved tensors) and, for every input, an edge to the node that made that input. A node never owns its own
// outputs, so the graph has no cycles: it lives exactly as long as somebody can still reach it.
namespace gradus {

/// Where a gradient goes: input number `input_nr` of `node` (the output with that number of the op in forward).
struct Edge {
  Ptr<Node> node;
  uint32_t input_nr = 0;
};

/// A step of the backward graph: turns the gradients of an op's outputs into the gradients of its inputs.
class Node : public RefCounted, public memory::Cached {
  // In a backward run: consumers yet to deliver; leads to a gradient asked for; is the place of one. First, in a gap.
  uint32_t dependencies_ : 29 = 0;
  bool needed_ : 1 = false;
  bool is_last_use_ : 1 = false;  // the run frees what was saved
  bool captured_ : 1 = false;
  std::atomic<uint64_t> run_{0};  // the backward run that visits this node: 0 for none

 public:
  virtual ~Node();
  static void destroy(Node* node);  // without recursion, however deep the graph

  /// "MulBackward0", as PyTorch prints it.
  virtual std::string name() const = 0;
  /// One gradient for each edge, undefined where none is needed. `gradients`: one for each output of the op.
  virtual TensorList apply(TensorList&& gradients) = 0;
  /// Frees what was saved for backward; a later use of it throws.
  virtual void release_saved() {}
  /// Asks memory for what was saved, since backward comes to this node soon.
  virtual void prefetch_saved() const {}

  /// One edge for each tensor input of the op; its node is null where no gradient is needed.
  InlineVector<Edge, 2> next_edges;

  /// One output of the op: the shape and dtype its gradient must have, and in a backward run what has arrived of it.
  struct Output {
    Ptr<const Layout> layout;
    Tensor gradient;
    Dtype dtype;
  };
  InlineVector<Output, 1> outputs;
  void add_output(const TensorImpl& output) { outputs.emplace_back(output.layout, Tensor(), output.dtype); }

  /// What most nodes have not got: hooks, and where the op was called (anomaly mode).
  struct Extras {
    struct Hook {
      int64_t id;
      uint32_t output_nr;
      std::function<Tensor(const Tensor&)> function;
    };
    std::vector<Hook> hooks;
    std::string forward_trace;
  };
  Extras& extras();
  const Extras* extras_or_null() const { return extras_.get(); }

 private:
  friend class Engine;
  friend class AccumulateGrad;
  friend class Context;
  std::unique_ptr<Extras> extras_;
  Node* next_dead_ = nullptr;  // links nodes that wait for their destruction
};

/// The edge along which gradients of `tensor` travel: to its grad_fn, or to the accumulator of a leaf.
Edge gradient_edge(const Tensor& tensor);

/// What an op's forward leaves for its backward, and what backward may ask.
class Context {
 public:
  /// Keeps tensors for backward: inputs, outputs, or anything computed from them. An undefined one stays undefined.
  template <class... T>
  void save_for_backward(const T&... tensors) {
    if (recording()) (save(tensors), ...);
  }
  /// The i-th saved tensor. Throws once the graph has been freed, or if the tensor was changed in place since.
  Tensor saved(size_t i) const;
  /// The same, handed over without counting if the graph is freed now: for a backward that asks for it just once.
  Tensor take_saved(size_t i);
  size_t saved_count() const { return saved_.size(); }

  /// True if the gradient of tensor input i is asked for.
  bool needs_grad(size_t i) const { return node_ && node_->next_edges[i].node; }
  /// In backward: leaves the gradient of input i, column x row, in the .grad of a leaf. False if it must be returned.
  bool keep_product(size_t i, const Tensor& column, const Tensor& row) const;
  /// True if this call is being recorded: something may be saved.
  bool recording() const { return node_ != nullptr; }
  /// In the in-place form: the tensor the result should be written to, if it has the result's shape and dtype;
  /// undefined otherwise. Whoever ignores it pays a copy, no more.
  const Tensor& out() const;

 private:
  template <class Op>
  friend struct Function;
  template <class Op>
  friend class OpNode;

  struct Forward {  // what counts during forward only
    const InputList& inputs;
    Tensor out;
    bool in_place;
  };
  void begin(Node& node, Forward& forward);  // makes the node's edges
  void save(const Tensor& tensor);
  void end(std::span<const Tensor> outputs);  // finds the outputs among what was saved
  void release();
  void prefetch() const {
    for (const SavedTensor& saved : saved_) saved.prefetch();
  }

  Node* node_ = nullptr;
  Forward* forward_ = nullptr;
  InlineVector<SavedTensor, 2> saved_;
  bool released_ = false;
};

/// The node of an op: the op itself, whose members are what it remembers besides tensors, and its context.
template <class Op>
class OpNode final : public Node {
 public:
  std::string name() const override { return detail::backward_name(Op::name); }
  TensorList apply(TensorList&& gradients) override;
  void release_saved() override { context.release(); }
  void prefetch_saved() const override { context.prefetch(); }

  Op op;
  Context context;
};

/// Base of every op, built-in or a user's own (https://pytorch.org/docs/stable/notes/extending.html):
///
///   struct Mul : Function<Mul> {
///     static constexpr auto name = "mul", math = "out = a * b;  da = g * b,  db = g * a";
///     static Tensor forward(Context& ctx, const Tensor& a, const Tensor& b);   // saves what backward needs
///     static TensorList backward(Context& ctx, const Tensor& g);               // one gradient for each tensor input
///   };
///   Tensor out = Mul::apply(a, b);
///
/// forward runs unrecorded. It may return a Tensor or a TensorList (then backward takes a TensorList, with zeros for
/// outputs that had no gradient), and its tensor arguments may be Tensor or TensorList. backward is written in tensor
/// ops, so that it can be differentiated again. Ops that must remember more than tensors do it in members, with forward
/// and backward not static. A view op (static constexpr bool is_view = true) returns views of its first input.
template <class Op>
struct Function {
  /// Runs forward and records it if a gradient may be asked for.
  template <class... Args>
  static auto apply(const Args&... args) {
    InputList inputs;
    (detail::collect(inputs, args), ...);
    const detail::ObservedCall call(Op::name, detail::math_of<Op>(), false, inputs, args...);
    if (!GradMode::is_enabled() || !detail::any_requires_grad(inputs)) {
      Op op;
      Context context;
      auto result = [&] {
        NoGradGuard no_grad;
        return op.forward(context, args...);
      }();
      detail::mark_view<Op>(detail::as_span(result), inputs);
      call.end(detail::as_span(result));
      return result;
    }
    auto& node = *new OpNode<Op>;
    Ptr<Node> owner(&node);
    Context::Forward forward{inputs, Tensor(), false};
    node.context.begin(node, forward);
    auto result = [&] {
      NoGradGuard no_grad;
      return node.op.forward(node.context, args...);
    }();
    detail::mark_view<Op>(detail::as_span(result), inputs);
    node.context.end(detail::as_span(result));
    detail::set_history(detail::as_span(result), owner);
    call.end(detail::as_span(result), &node, &node.context);
    return result;
  }

  /// The in-place form: writes the result into `self`, the first input, raises its version and rewrites its history.
  template <class... Args>
  static Tensor& apply_(Tensor& self, const Args&... args) {
    InputList inputs;
    detail::collect(inputs, self);
    (detail::collect(inputs, args), ...);
    const detail::ObservedCall call(Op::name, detail::math_of<Op>(), true, inputs, args...);
    const bool record = GradMode::is_enabled() && detail::any_requires_grad(inputs);
    detail::check_in_place(self, record);
    const bool direct = detail::may_write_to(self, inputs);
    if (!record) {
      Op op;
      Context context;
      Context::Forward forward{inputs, direct ? self : Tensor(), true};
      context.forward_ = &forward;
      NoGradGuard no_grad;
      detail::write_in_place(self, op.forward(context, self, args...));
      call.end(detail::as_span(self));
      return self;
    }
    auto& node = *new OpNode<Op>;
    const Ptr<Node> owner(&node);
    // A handle of its own, so that saving the result is told apart from saving the input.
    Context::Forward forward{inputs, direct ? self.detach() : Tensor(), true};
    node.context.begin(node, forward);
    Tensor result;
    {
      NoGradGuard no_grad;
      result = node.op.forward(node.context, self, args...);
      detail::write_in_place(self, result);
    }
    node.context.end(detail::as_span(result));
    detail::rebase_history(self, owner);
    call.end(detail::as_span(self), &node, &node.context);
    return self;
  }
};

template <class Op>
TensorList OpNode<Op>::apply(TensorList&& gradients) {
  if constexpr (requires { op.backward(context, TensorList()); }) {
    detail::materialize(gradients, *this);
    return op.backward(context, gradients);
  } else {
    return op.backward(context, std::move(gradients[0]));
  }
}

}  // namespace gradus
