#include <gradus/autograd/autograd_meta.h>
#include <gradus/autograd/check.h>
#include <gradus/autograd/engine.h>

#include <atomic>
#include <cmath>
#include <exception>

namespace gradus {

/// One run of backward. A node may hand on its gradient only when all its consumers have delivered theirs, so the run
/// first counts the consumers that can be reached (depth first, without recursion), then works through the nodes whose
/// count has dropped to 0. This is the order of a topological sort, without the sort.
class Engine {
 public:
  /// `targets`: the edges whose gradients are asked for, or null for all leaves.
  Engine(bool keep_graph, bool create_graph, const std::vector<Edge>* targets)
      : keep_graph_(keep_graph), create_graph_(create_graph), targets_(targets), id_(new_id()) {}

  ~Engine() {
    for (Node* node : visited_) {
      node->gradients_.clear();
      node->run_.store(0, std::memory_order_release);
    }
    for (size_t i = suspended_.size(); i-- > 0;) {  // gives an enclosing run its nodes back
      Suspended& outer = suspended_[i];
      outer.node->dependencies_ = outer.dependencies;
      outer.node->needed_ = outer.needed;
      outer.node->captured_ = outer.captured;
      outer.node->gradients_.swap(outer.gradients);
      outer.node->run_.store(outer.run, std::memory_order_release);
    }
  }

  /// Sends `gradients` along `roots` and returns the gradients at the targets (undefined where none arrived).
  TensorList run(const std::vector<Edge>& roots, const TensorList& gradients) {
    const AutoGradMode grad_mode(create_graph_);
    if (targets_) captures_ = TensorList::of_size(targets_->size());
    for (const Edge& root : roots) {
      count_dependencies(root.node.get());
      ++root.node->dependencies_;
    }
    for (size_t i = 0; i < roots.size(); ++i) deliver(roots[i], gradients[i]);
    while (!ready_.empty()) {
      Node* node = ready_.back();
      ready_.pop_back();
      process(*node);
    }
    return std::move(captures_);
  }

 private:
  void count_dependencies(Node* root) {
    struct Frame {
      Node* node;
      size_t next;
    };
    boost::container::small_vector<Frame, 32> path;
    if (enter(*root)) path.push_back({root, 0});
    while (!path.empty()) {
      Frame& top = path.back();
      if (top.next < top.node->next_edges.size()) {
        Node* child = top.node->next_edges[top.next++].node.get();
        if (!child) continue;
        const bool first_visit = enter(*child);
        ++child->dependencies_;
        if (first_visit) path.push_back({child, 0});
        continue;
      }
      if (targets_) {
        for (const Edge& edge : top.node->next_edges) {
          if (edge.node && (edge.node->needed_ || edge.node->captured_)) top.node->needed_ = true;
        }
      }
      path.pop_back();
    }
  }

  /// Claims the node for this run; false if it is claimed already.
  bool enter(Node& node) {
    uint64_t holder = 0;
    if (!node.run_.compare_exchange_strong(holder, id_, std::memory_order_acq_rel)) {
      if (holder == id_) return false;
      GRADUS_CHECK(
          holder >> 32 == id_ >> 32,
          "two threads run backward over the same graph at the same time (they meet at {}): a graph belongs to "
          "one thread at a time; build one in each thread, or run them one after the other",
          node.name());
      // A hook of an enclosing run on this thread called backward: its state waits until this run is over.
      suspended_.push_back({Ptr<Node>(&node), holder, node.dependencies_, node.needed_, node.captured_, {}});
      suspended_.back().gradients.swap(node.gradients_);
      node.run_.store(id_, std::memory_order_release);
    }
    visited_.push_back(&node);
    node.dependencies_ = 0;
    node.needed_ = !targets_;
    node.captured_ = false;
    if (targets_) {
      for (const Edge& target : *targets_) node.captured_ |= target.node.get() == &node;
    }
    return true;
  }

  void deliver(const Edge& edge, Tensor gradient) {
    Node& node = *edge.node;
    if (gradient.defined()) {
      if (node.gradients_.empty()) node.gradients_.resize(node.outputs.size());
      Tensor& sum = node.gradients_[edge.input_nr];
      if (!sum.defined()) {
        sum = std::move(gradient);
      } else if (may_add_in_place(sum)) {
        sum.add_(gradient);
      } else {
        sum = sum + gradient;
      }
    }
    if (--node.dependencies_ == 0) ready_.push_back(&node);
  }

  bool may_add_in_place(const Tensor& sum) const {
    const TensorImpl& impl = *sum.impl();
    return !create_graph_ && impl.unique() && impl.storage->unique() && impl.layout->is_contiguous();
  }

  void process(Node& node) {
    TensorList gradients;
    gradients.assign(std::make_move_iterator(node.gradients_.begin()), std::make_move_iterator(node.gradients_.end()));
    node.gradients_.clear();
    const bool any = !gradients.empty();
    if (any && node.extras_or_null()) call_hooks(node, gradients);
    if (any && node.captured_) {
      for (size_t i = 0; i < targets_->size(); ++i) {
        const Edge& target = (*targets_)[i];
        if (target.node.get() == &node) captures_[i] = gradients[target.input_nr];
      }
    }
    if (!node.needed_) return;
    TensorList results = any ? apply(node, std::move(gradients)) : TensorList::of_size(node.next_edges.size());
    for (size_t i = 0; i < node.next_edges.size(); ++i) {
      const Edge& edge = node.next_edges[i];
      if (!edge.node || !(edge.node->needed_ || edge.node->captured_)) continue;
      if (results[i].defined()) results[i] = validated(std::move(results[i]), edge, node, i);
      deliver(edge, std::move(results[i]));
    }
  }

  static void call_hooks(Node& node, TensorList& gradients) {
    const auto hooks = node.extras_or_null()->hooks;  // a copy: a hook may remove itself
    for (const Node::Extras::Hook& hook : hooks) {
      Tensor& gradient = gradients[hook.output_nr];
      if (!gradient.defined()) continue;
      const Tensor replacement = hook.function(gradient);
      if (!replacement.defined()) continue;
      GRADUS_CHECK(replacement.sizes() == gradient.sizes(),
                   "hook '{}' has changed the size of value: the gradient has shape {}, the hook returned {}", hook.id,
                   gradient.sizes(), replacement.sizes());
      gradient = replacement;
    }
  }

  TensorList apply(Node& node, TensorList gradients) {
    const bool anomaly = autograd::is_anomaly_enabled();
    TensorList results;
    try {
      results = node.apply(std::move(gradients));
    } catch (const Error& error) {
      if (!anomaly) throw;
      throw Error(fmt::format("{}{}", error.what(), called_from(node)));
    }
    if (!keep_graph_) node.release_saved();
    GRADUS_CHECK(results.size() == node.next_edges.size(),
                 "function {} returned an incorrect number of gradients (expected {}, got {})", node.name(),
                 node.next_edges.size(), results.size());
    for (size_t i = 0; anomaly && i < results.size(); ++i) {
      GRADUS_CHECK(!results[i].defined() || !results[i].isnan().any().item<bool>(),
                   "Function '{}' returned nan values in its {}th output.{}", node.name(), i, called_from(node));
    }
    return results;
  }

  static std::string called_from(const Node& node) {
    const Node::Extras* extras = node.extras_or_null();
    if (!extras || extras->forward_trace.empty()) {
      return fmt::format(" {} was called in forward while anomaly detection was off.", node.name());
    }
    return fmt::format(" The forward call of {} was here:\n{}", node.name(), extras->forward_trace);
  }

  /// The gradient with the shape and dtype that the receiver's output has, as PyTorch's validate_outputs.
  static Tensor validated(Tensor gradient, const Edge& edge, const Node& from, size_t index) {
    const Node::OutputMetadata& expected = edge.node->outputs[edge.input_nr];
    if (gradient.impl()->layout != expected.layout && !(gradient.sizes() == expected.layout->sizes())) {
      GRADUS_CHECK(
          expandable(expected.layout->sizes(), gradient.sizes()),
          "Function {} returned an invalid gradient at index {} - got {} but expected shape compatible with {}",
          from.name(), index, gradient.sizes(), expected.layout->sizes());
      gradient = sum_to(gradient, expected.layout->sizes());
    }
    if (gradient.dtype() != expected.dtype) gradient = gradient.to(expected.dtype);
    return gradient;
  }

  static bool expandable(IntArrayRef from, IntArrayRef to) {
    if (from.size() > to.size()) return false;
    for (size_t i = 1; i <= from.size(); ++i) {
      if (from[from.size() - i] != 1 && from[from.size() - i] != to[to.size() - i]) return false;
    }
    return true;
  }

  /// The thread in the upper half, the run in the lower; never 0.
  static uint64_t new_id() {
    static std::atomic<uint64_t> threads{0};
    thread_local const uint64_t thread = ++threads;
    thread_local uint32_t runs = 0;
    return thread << 32 | ++runs;
  }

  struct Suspended {
    Ptr<Node> node;
    uint64_t run;
    uint32_t dependencies;
    bool needed, captured;
    boost::container::small_vector<Tensor, 1> gradients;
  };

  const bool keep_graph_, create_graph_;
  const std::vector<Edge>* const targets_;
  const uint64_t id_;
  boost::container::small_vector<Node*, 32> visited_;
  boost::container::small_vector<Node*, 32> ready_;
  std::vector<Suspended> suspended_;
  TensorList captures_;
};

namespace autograd {
namespace {

TensorList run(const TensorList& outputs, const TensorList& grad_outputs, std::optional<bool> retain_graph,
               bool create_graph, const std::vector<Edge>* targets) {
  GRADUS_CHECK(grad_outputs.empty() || grad_outputs.size() == outputs.size(), "got {} tensors and {} gradients",
               outputs.size(), grad_outputs.size());
  std::vector<Edge> roots;
  TensorList gradients;
  roots.reserve(outputs.size());
  for (size_t i = 0; i < outputs.size(); ++i) {
    const Tensor& output = outputs[i];
    GRADUS_CHECK(output.requires_grad(), "element {} of tensors does not require grad and does not have a grad_fn", i);
    Tensor gradient = i < grad_outputs.size() ? grad_outputs[i] : Tensor();
    if (gradient.defined()) {
      GRADUS_CHECK(gradient.sizes() == output.sizes(),
                   "Mismatch in shape: grad_output[{}] has a shape of {} and output[{}] has a shape of {}.", i,
                   gradient.sizes(), i, output.sizes());
      gradient = gradient.to(output.dtype());
    } else {
      GRADUS_CHECK(output.numel() == 1,
                   "grad can be implicitly created only for scalar outputs, but output {} has shape {}: call "
                   "sum() or mean() first, or pass a gradient",
                   i, output.sizes());
      gradient = ones(output.sizes(), output.dtype());
    }
    roots.push_back(gradient_edge(output));
    gradients.push_back(std::move(gradient));
  }
  Engine engine(retain_graph.value_or(create_graph), create_graph, targets);
  return engine.run(roots, gradients);
}

std::vector<Edge> edges_of(const TensorList& inputs) {
  std::vector<Edge> edges;
  for (const Tensor& input : inputs) {
    GRADUS_CHECK(input.requires_grad(), "One of the differentiated Tensors does not require grad");
    edges.push_back(gradient_edge(input));
  }
  return edges;
}

}  // namespace

void backward(const TensorList& tensors, const TensorList& grad_tensors, std::optional<bool> retain_graph,
              bool create_graph, const TensorList* inputs) {
  if (!inputs) {
    run(tensors, grad_tensors, retain_graph, create_graph, nullptr);
    return;
  }
  GRADUS_CHECK(!inputs->empty(), "'inputs' argument to backward() cannot be empty.");
  const std::vector<Edge> targets = edges_of(*inputs);
  const TensorList gradients = run(tensors, grad_tensors, retain_graph, create_graph, &targets);
  const AutoGradMode grad_mode(create_graph);
  for (size_t i = 0; i < gradients.size(); ++i) {
    if (gradients[i].defined()) accumulate_grad(*(*inputs)[i].impl(), gradients[i]);
  }
}

TensorList grad(const TensorList& outputs, const TensorList& inputs, const TensorList& grad_outputs,
                std::optional<bool> retain_graph, bool create_graph, bool allow_unused) {
  GRADUS_CHECK(!outputs.empty(), "grad requires non-empty outputs.");
  GRADUS_CHECK(!inputs.empty(), "grad requires non-empty inputs.");
  const std::vector<Edge> targets = edges_of(inputs);
  TensorList gradients = run(outputs, grad_outputs, retain_graph, create_graph, &targets);
  for (const Tensor& gradient : gradients) {
    GRADUS_CHECK(gradient.defined() || allow_unused,
                 "One of the differentiated Tensors appears to not have been used in the graph. Set allow_unused=True "
                 "if this is the desired behavior.");
  }
  return gradients;
}

}  // namespace autograd
}  // namespace gradus
