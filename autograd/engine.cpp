#include <gradus/autograd/check.h>
#include <gradus/autograd/engine.h>
#include <gradus/autograd/gradient_checks.h>
#include <gradus/autograd/kernels/elementwise.h>

namespace gradus {

/// One run of backward. A node may hand on its gradient only when all its consumers have delivered theirs, so the run
/// first counts the consumers that can be reached, then works through the nodes whose count has dropped to 0. This is
/// the order of a topological sort, without the sort.
class Engine {
 public:
  /// `targets`: the edges whose gradients are asked for, or null for all leaves.
  Engine(bool keep_graph, bool create_graph, const std::vector<Edge>* targets)
      : keep_graph_(keep_graph), create_graph_(create_graph), targets_(targets), id_(new_id()) {
    visited_.reserve(64);
  }

  ~Engine() {
    if (unfinished_ == 0) visited_.clear();  // otherwise an exception, or nodes that lead to no target
    for (Node* node : visited_) {
      if (node->run_.load(std::memory_order_acquire) != id_) continue;
      for (Node::Output& output : node->outputs) output.gradient = Tensor();
      node->run_.store(0, std::memory_order_release);
    }
    for (size_t i = suspended_.size(); i-- > 0;) {  // gives an enclosing run its nodes back
      Suspended& outer = suspended_[i];
      outer.node->dependencies_ = outer.dependencies;
      outer.node->needed_ = outer.needed;
      outer.node->captured_ = outer.captured;
      for (size_t k = 0; k < outer.gradients.size(); ++k) outer.node->outputs[k].gradient = outer.gradients[k];
      outer.node->run_.store(outer.run, std::memory_order_release);
    }
  }

  /// Sends `gradients` along `roots` and returns the gradients at the targets (undefined where none arrived).
  TensorList run(const std::vector<Edge>& roots, const TensorList& gradients) {
    const AutoGradMode grad_mode(create_graph_);
    if (targets_) captures_ = TensorList::of_size(targets_->size());
    count_dependencies(roots);
    if (targets_) mark_needed(roots);
    for (size_t i = 0; i < roots.size(); ++i) deliver(roots[i], gradients[i]);
    for (size_t done = 0; !ready_.empty(); --unfinished_) {
      prefetch(++done);
      Node* node = ready_.back();
      ready_.pop_back();
      process(*node);
      node->run_.store(0, std::memory_order_release);
    }
    return std::move(captures_);
  }

 private:
  using Nodes = std::vector<Node*, memory::Allocator<Node*>>;  // a new list of a million costs its page faults

  static constexpr size_t kSoon = 8, kSooner = 4;  // nodes ahead

  // These two are always inlined: GCC 12 takes them for functions without effect and leaves their calls out.
  [[gnu::always_inline]] static void prefetch_node(uintptr_t node) {
    constexpr size_t kLine = 64;
    for (size_t line = 0; line < sizeof(Node) / kLine + 2; ++line) {
      __builtin_prefetch(reinterpret_cast<const void*>(node + line * kLine));
    }
  }

  /// The walk learns where a node lies only from its consumer, too late to ask for it ahead. But most nodes lie in the
  /// order in which they were made: the next eight are probably as far on as the last eight.
  [[gnu::always_inline]] void prefetch_likely_next(size_t found) const {
    if (found < kSoon) return;
    const auto here = reinterpret_cast<uintptr_t>(visited_[found]);
    prefetch_node(here + (here - reinterpret_cast<uintptr_t>(visited_[found - kSoon])));
  }

  /// Nodes are worked through more or less in the order in which they were found: asks memory for one to come soon, and
  /// for what another saved, which comes sooner.
  void prefetch(size_t done) const {
    if (done + kSoon >= visited_.size()) return;
    prefetch_node(reinterpret_cast<uintptr_t>(visited_[done + kSoon]));
    visited_[done + kSooner]->prefetch_saved();
  }

  void count_dependencies(const std::vector<Edge>& roots) {
    const auto count = [&](std::span<const Edge> edges) {
      for (const Edge& edge : edges) {
        if (!edge.node) continue;
        if (edge.node->run_.load(std::memory_order_relaxed) != id_) enter(*edge.node);
        ++edge.node->dependencies_;
      }
    };
    count(roots);
    for (size_t i = 0; i < visited_.size(); ++i) {  // visited_ grows meanwhile
      prefetch_likely_next(i);
      count(visited_[i]->next_edges);
    }
  }

  /// Finds the nodes that lead to a target, by counting down once to know an order, and up again from its end.
  void mark_needed(const std::vector<Edge>& roots) {
    Nodes order;  // every node behind all its consumers
    const auto count_down = [&](std::span<const Edge> edges) {
      for (const Edge& edge : edges) {
        if (edge.node && --edge.node->dependencies_ == 0) order.push_back(edge.node.get());
      }
    };
    count_down(roots);
    for (size_t i = 0; i < order.size(); ++i) count_down(order[i]->next_edges);
    for (size_t i = order.size(); i-- > 0;) {
      for (const Edge& edge : order[i]->next_edges) {
        if (edge.node) ++edge.node->dependencies_;
        order[i]->needed_ |= leads_to_target(edge);
      }
    }
    for (const Edge& root : roots) ++root.node->dependencies_;
  }

  static bool leads_to_target(const Edge& edge) { return edge.node && (edge.node->needed_ || edge.node->captured_); }

  /// Claims the node for this run.
  void enter(Node& node) {
    uint64_t holder = 0;
    // A node with one consumer, which is claimed already, can be reached by nobody else.
    if (node.unique() && node.run_.load(std::memory_order_acquire) == 0) {
      node.run_.store(id_, std::memory_order_relaxed);
    } else if (!node.run_.compare_exchange_strong(holder, id_, std::memory_order_acq_rel)) {
      GRADUS_CHECK(
          holder >> 32 == id_ >> 32,
          "two threads run backward over the same graph at the same time (they meet at {}): a graph belongs to "
          "one thread at a time; build one in each thread, or run them one after the other",
          node.name());
      // A hook of an enclosing run on this thread called backward: its state waits until this run is over.
      suspended_.push_back({Ptr<Node>(&node), holder, node.dependencies_, node.needed_, node.captured_, {}});
      for (Node::Output& output : node.outputs) {
        suspended_.back().gradients.push_back(std::exchange(output.gradient, Tensor()));
      }
      node.run_.store(id_, std::memory_order_release);
    }
    visited_.push_back(&node);
    ++unfinished_;
    node.dependencies_ = 0;
    node.needed_ = !targets_;
    node.captured_ = false;
    if (targets_) {
      for (const Edge& target : *targets_) node.captured_ |= target.node.get() == &node;
    }
  }

  void deliver(const Edge& edge, Tensor gradient) {
    Node& node = *edge.node;
    if (gradient.defined()) {
      Tensor& sum = node.outputs[edge.input_nr].gradient;
      if (!sum.defined()) {
        sum = std::move(gradient);
      } else if (!create_graph_ && sum.impl()->owns_numbers_alone()) {
        kernels::add_in_place(sum, gradient);
      } else {
        sum = sum + gradient;
      }
    }
    if (--node.dependencies_ == 0) ready_.push_back(&node);
  }

  void process(Node& node) {
    TensorList gradients;
    bool any = false;
    for (Node::Output& output : node.outputs) {
      any |= output.gradient.defined();
      gradients.push_back(std::move(output.gradient));
    }
    if (any && node.extras_or_null()) detail::call_hooks(node, gradients);
    for (size_t i = 0; any && node.captured_ && i < targets_->size(); ++i) {
      const Edge& target = (*targets_)[i];
      if (target.node.get() == &node) captures_[i] = gradients[target.input_nr];
    }
    if (!node.needed_) return;
    node.is_last_use_ = !keep_graph_;
    TensorList results =
        any ? detail::checked_apply(node, std::move(gradients)) : TensorList::of_size(node.next_edges.size());
    if (any && !keep_graph_) node.release_saved();
    for (size_t i = 0; i < node.next_edges.size(); ++i) {
      const Edge& edge = node.next_edges[i];
      if (!leads_to_target(edge)) continue;
      if (results[i].defined()) detail::make_as_expected(results[i], edge, node, i);
      deliver(edge, std::move(results[i]));
    }
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
    uint32_t dependencies : 29;
    bool needed : 1, captured : 1;
    std::vector<Tensor> gradients;
  };

  const bool keep_graph_, create_graph_;
  const std::vector<Edge>* const targets_;
  const uint64_t id_;
  size_t unfinished_ = 0;  // of the visited nodes
  Nodes visited_, ready_;
  std::vector<Suspended> suspended_;
  TensorList captures_;
};

TensorList autograd::run_backward(const std::vector<Edge>& roots, const TensorList& gradients, bool keep_graph,
                                  bool create_graph, const std::vector<Edge>* targets) {
  Engine engine(keep_graph, create_graph, targets);
  return engine.run(roots, gradients);
}

}  // namespace gradus
