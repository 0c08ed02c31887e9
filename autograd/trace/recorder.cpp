#include <gradus/autograd/check.h>
#include <gradus/autograd/trace/recorder.h>

#include <algorithm>

namespace gradus::autograd::tracing {
namespace {

GraphNode::Output described(IntArrayRef sizes, Dtype dtype, std::string name = {}) {
  return {sizes.vec(), std::string(to_string(dtype)), std::move(name)};
}

/// The leaf behind an AccumulateGrad; undefined for any other node, and for a leaf that is gone.
Tensor leaf_of(const Node& node) {
  const auto* accumulator = dynamic_cast<const AccumulateGrad*>(&node);
  return accumulator ? accumulator->leaf() : Tensor();
}

bool same_place(const Tensor& a, const Tensor& b) {
  return a.defined() && b.defined() && a.impl()->storage == b.impl()->storage && a.impl()->data == b.impl()->data &&
         a.sizes() == b.sizes() && a.strides() == b.strides();
}

}  // namespace

Recorder::Recorder(const TraceOptions& options)
    : values(options.exact_elements, options.max_value_bytes), options_(options) {
  model.title = options.title;
  for (const auto& [name, tensor] : options.names) tensor_named(tensor, name);
}

bool Recorder::full() {
  if (static_cast<int64_t>(model.steps.size()) < options_.max_steps) return false;
  model.truncated = true;
  return true;
}

// -- the graph --------------------------------------------------------------------------------------------------------

void Recorder::set_origin(const Tensor& tensor, Port port) {
  if (origins_.insert_or_assign(tensor.impl(), port).second) kept_.push_back(tensor);
  latest_in_storage_[tensor.impl()->storage.get()] = port;
}

Port Recorder::origin_of(const Tensor& tensor) {
  if (!tensor.defined()) return {};
  const auto found = origins_.find(tensor.impl());
  return found != origins_.end() ? found->second : new_leaf(tensor);
}

Port Recorder::new_leaf(const Tensor& tensor) {
  if (const Ptr<Node> made_by = tensor.grad_fn()) {  // before the trace, or by bringing a view's history up to date
    const Port port{node_of(*made_by), static_cast<int>(tensor.output_nr())};
    set_origin(tensor, port);
    return port;
  }
  GraphNode node;
  const auto name = names_.find(tensor.impl());
  if (name != names_.end()) node.name = name->second;
  node.kind = tensor.requires_grad() ? GraphNode::Kind::kParameter : GraphNode::Kind::kLeaf;
  const bool constant = node.kind == GraphNode::Kind::kLeaf && node.name.empty() && tensor.dim() == 0;
  if (node.kind == GraphNode::Kind::kParameter || constant) node.group = group_;
  node.outputs.push_back(described(tensor.sizes(), tensor.dtype(), node.name));
  const auto shared = latest_in_storage_.find(tensor.impl()->storage.get());
  if (shared != latest_in_storage_.end()) node.shares = shared->second;
  const Port port{static_cast<int>(model.nodes.size()), 0};
  model.nodes.push_back(std::move(node));
  leaves_.emplace_back(tensor, port.node);
  if (origins_.insert_or_assign(tensor.impl(), port).second) kept_.push_back(tensor);
  latest_in_storage_.try_emplace(tensor.impl()->storage.get(), port);
  return port;
}

int Recorder::node_of(const Node& node) {
  if (const Tensor leaf = leaf_of(node); leaf.defined()) return origin_of(leaf).node;
  if (const auto found = node_of_.find(&node); found != node_of_.end()) return found->second;
  GraphNode earlier;
  earlier.kind = GraphNode::Kind::kEarlier;
  earlier.backward = node.name();
  earlier.op = earlier.backward.substr(0, earlier.backward.find("Backward"));
  for (const Node::Output& output : node.outputs) {
    earlier.outputs.push_back(described(output.layout->sizes(), output.dtype));
  }
  const int index = static_cast<int>(model.nodes.size());
  model.nodes.push_back(std::move(earlier));
  node_of_.emplace(&node, index);
  kept_nodes_.emplace_back(const_cast<Node*>(&node));
  return index;
}

Port Recorder::port_of(const Edge& edge) { return {node_of(*edge.node), static_cast<int>(edge.input_nr)}; }

void Recorder::connect(int node, size_t input, Port to) {
  std::vector<Port>& inputs = model.nodes[static_cast<size_t>(node)].inputs;
  if (std::find(inputs.begin(), inputs.end(), to) != inputs.end()) return;
  if (input < inputs.size() && inputs[input].node < 0) {
    inputs[input] = to;
  } else {
    inputs.push_back(to);
  }
}

void Recorder::tensor_named(const Tensor& tensor, const std::string& name) {
  if (!tensor.defined()) return;
  if (names_.insert_or_assign(tensor.impl(), name).second) kept_.push_back(tensor);
  const auto found = origins_.find(tensor.impl());
  if (found == origins_.end()) return;
  GraphNode& node = model.nodes[static_cast<size_t>(found->second.node)];
  node.outputs[static_cast<size_t>(found->second.output)].name = name;
  if (node.outputs.size() == 1) node.name = name;
}

void Recorder::scope_begins(std::string_view name) {
  if (full()) {
    ++skipped_groups_;
    return;
  }
  model.groups.push_back({std::string(name), group_});
  group_ = static_cast<int>(model.groups.size()) - 1;
}

void Recorder::scope_ends() {
  if (skipped_groups_ > 0) {
    --skipped_groups_;
  } else if (group_ >= 0) {
    group_ = model.groups[static_cast<size_t>(group_)].parent;
  }
}

// -- forward ----------------------------------------------------------------------------------------------------------

void Recorder::op_begins(const Call& call) {
  call_inputs_.clear();
  if (full()) return;
  const MuteObserver mute;
  for (const Tensor* input : call.inputs) {
    const Port from = origin_of(*input);
    call_inputs_.push_back({from, values.of(*input), input->defined() ? input->version() : 0});
  }
}

void Recorder::op_ends(const Call& call, std::span<const Tensor> outputs, Node* recorded, const Context* context) {
  if (full()) return;
  const MuteObserver mute;
  const NoGradGuard no_grad;
  GraphNode node;
  node.op = call.in_place && call.op.back() != '_' ? std::string(call.op) + "_" : std::string(call.op);
  node.math = call.math;
  node.group = group_;
  node.in_place = call.in_place;
  if (recorded) node.backward = recorded->name();
  Step step;
  step.node = static_cast<int>(model.nodes.size());
  step.inputs = std::move(call_inputs_);
  step.arguments = call.arguments;
  step.recorded = recorded != nullptr;
  if (!running_.empty()) step.run = running_.back().number;
  step.source = sources.current();
  for (const Step::Input& input : step.inputs) node.inputs.push_back(input.from);
  for (const Tensor& output : outputs) {
    const auto name = names_.find(output.impl());
    node.outputs.push_back(
        described(output.sizes(), output.dtype(), name != names_.end() && !call.in_place ? name->second : ""));
    step.outputs.push_back(values.of(output));
    step.versions.push_back(output.version());
  }
  if (context) step.saved = saved_of(*context, call, outputs);
  if (recorded) {
    node_of_[recorded] = step.node;
    kept_nodes_.emplace_back(recorded);
  }
  for (size_t k = 0; k < outputs.size(); ++k) set_origin(outputs[k], {step.node, static_cast<int>(k)});

  if (call.in_place && outputs[0].is_view()) {  // the base has changed too, and its history goes through here
    const Tensor base = outputs[0]._base();
    const Port before = origin_of(base);
    if (before.node != step.node) node.inputs.push_back(before);
    node.outputs.push_back(described(base.sizes(), base.dtype()));
    step.outputs.push_back(values.of(base));
    step.versions.push_back(base.version());
    set_origin(base, {step.node, static_cast<int>(node.outputs.size()) - 1});
    if (const Ptr<Node> history = base.grad_fn(); history && recorded) {
      node_of_[history.get()] = step.node;
      kept_nodes_.push_back(history);
    }
  }
  model.nodes.push_back(std::move(node));
  model.steps.push_back(std::move(step));
}

std::vector<Step::Saved> Recorder::saved_of(const Context& context, const Call& call, std::span<const Tensor> outputs) {
  std::vector<Step::Saved> saved;
  for (size_t i = 0; i < context.saved_count(); ++i) {
    const Tensor tensor = context.saved(i);
    if (!tensor.defined()) continue;
    std::string what = "computed";
    for (size_t k = 0; k < outputs.size(); ++k) {
      if (same_place(tensor, outputs[k])) what = fmt::format("output {}", k);
    }
    for (size_t k = 0; k < call.inputs.size() && !call.in_place; ++k) {
      if (same_place(tensor, *call.inputs[k])) what = fmt::format("input {}", k);
    }
    saved.push_back({what, what == "computed" ? values.of_temporary(tensor) : values.of(tensor), tensor.version()});
  }
  return saved;
}

// -- backward ---------------------------------------------------------------------------------------------------------

void Recorder::backward_begins(const std::vector<Edge>& roots, const TensorList& gradients,
                               const std::vector<Edge>* targets, bool keep_graph, bool create_graph) {
  Run run{runs_++, keep_graph, create_graph, {}};
  const MuteObserver mute;
  if (targets) {
    for (const Edge& target : *targets) run.targets.push_back(port_of(target));
  }
  running_.push_back(std::move(run));
  backward_step_ = -1;
  if (full()) return;
  Step step;
  step.phase = Step::Phase::kSeed;
  step.run = running_.back().number;
  step.keep_graph = keep_graph;
  step.source = sources.current();
  for (size_t i = 0; i < roots.size(); ++i) {
    const int value = values.of_temporary(gradients[i]);
    step.sent.push_back({static_cast<int>(i), port_of(roots[i]), value, -1, value});
  }
  step.node = step.sent.empty() ? -1 : step.sent[0].to.node;
  model.steps.push_back(std::move(step));
  if (create_graph) scope_begins("backward with create_graph");
}

void Recorder::backward_ends(const TensorList& captured) {
  const Run run = std::move(running_.back());
  running_.pop_back();
  backward_step_ = -1;
  if (run.create_graph) scope_ends();
  if (run.targets.empty() || full()) return;
  const MuteObserver mute;
  Step step;
  step.phase = Step::Phase::kResult;
  step.run = run.number;
  for (size_t i = 0; i < run.targets.size(); ++i) {
    const int value = values.of_temporary(captured[i]);
    step.sent.push_back({static_cast<int>(i), run.targets[i], value, -1, value});
  }
  step.node = run.targets[0].node;
  model.steps.push_back(std::move(step));
}

void Recorder::node_begins(Node& node, const TensorList& gradients) {
  backward_step_ = -1;
  if (running_.empty() || full() || dynamic_cast<const AccumulateGrad*>(&node)) return;
  const MuteObserver mute;
  Step step;
  step.phase = Step::Phase::kBackward;
  step.run = running_.back().number;
  step.node = node_of(node);
  for (const Tensor& gradient : gradients) step.incoming.push_back(values.of_temporary(gradient));
  step.hooked = node.extras_or_null() && !node.extras_or_null()->hooks.empty();
  step.frees = !running_.back().keep_graph;
  backward_step_ = static_cast<int>(model.steps.size());
  model.steps.push_back(std::move(step));
}

void Recorder::gradient_sent(const Node&, size_t index, const Edge& edge, const Tensor& gradient) {
  if (backward_step_ < 0) return;
  const MuteObserver mute;
  const NoGradGuard no_grad;
  const Port to = port_of(edge);
  const Tensor& before = edge.node->outputs[edge.input_nr].gradient;
  const int value = values.of_temporary(gradient);
  const int after = before.defined() ? values.of_temporary(before.detach() + gradient.detach()) : value;
  const Step& step = model.steps[static_cast<size_t>(backward_step_)];
  connect(step.node, index, to);
  model.steps[static_cast<size_t>(backward_step_)].sent.push_back(
      {static_cast<int>(index), to, value, values.of_temporary(before), after});
}

void Recorder::grad_begins(TensorImpl& leaf, const Tensor& gradient) {
  const MuteObserver mute;
  const int node = origin_of(Tensor(Ptr<TensorImpl>(&leaf))).node;
  if (options_.finite_differences > 0) {
    const std::vector<double> arrived = gradient.detach().to_vector<double>();
    std::vector<double>& sum = gradients_[node];
    sum.resize(arrived.size());
    std::transform(sum.begin(), sum.end(), arrived.begin(), sum.begin(), std::plus<>());
  }
  backward_step_ = -1;
  if (full()) return;
  Step step;
  step.phase = Step::Phase::kAccumulate;
  step.run = runs_ - 1;
  step.node = node;
  step.incoming.push_back(values.of_temporary(gradient));
  step.grad_before = values.of_temporary(leaf.autograd_meta().grad.tensor());
  accumulate_step_ = static_cast<int>(model.steps.size());
  model.steps.push_back(std::move(step));
}

void Recorder::grad_ends(TensorImpl& leaf) {
  if (accumulate_step_ < 0) return;
  const MuteObserver mute;
  model.steps[static_cast<size_t>(std::exchange(accumulate_step_, -1))].grad_after =
      values.of_temporary(leaf.autograd_meta().grad.tensor());
}

const std::vector<double>& Recorder::gradient_of(int leaf) const {
  static const std::vector<double> none;
  const auto found = gradients_.find(leaf);
  return found != gradients_.end() ? found->second : none;
}

}  // namespace gradus::autograd::tracing
