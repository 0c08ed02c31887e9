#pragma once
#include <gradus/autograd/autograd_meta.h>
#include <gradus/autograd/observer.h>
#include <gradus/autograd/trace.h>
#include <gradus/autograd/trace/model.h>
#include <gradus/autograd/trace/source_line.h>
#include <gradus/autograd/trace/values.h>

namespace gradus::autograd::tracing {

/// Writes down what it is told of. Every tensor of forward is kept until the end of the trace, so that its address and
/// that of its node name it; of gradients, which the engine may add up in place, only the numbers are kept.
class Recorder final : public Observer {
 public:
  explicit Recorder(const TraceOptions& options);

  void op_begins(const Call& call) override;
  void op_ends(const Call& call, std::span<const Tensor> outputs, Node* node, const Context* context) override;
  void backward_begins(const std::vector<Edge>& roots, const TensorList& gradients, const std::vector<Edge>* targets,
                       bool keep_graph, bool create_graph) override;
  void backward_ends(const TensorList& captured) override;
  void node_begins(Node& node, const TensorList& gradients) override;
  void gradient_sent(const Node& from, size_t index, const Edge& to, const Tensor& gradient) override;
  void grad_begins(TensorImpl& leaf, const Tensor& gradient) override;
  void grad_ends(TensorImpl& leaf) override;
  void scope_begins(std::string_view name) override;
  void scope_ends() override;
  void tensor_named(const Tensor& tensor, const std::string& name) override;

  Model model;
  Values values;
  SourceLines sources;

  int backward_runs() const { return runs_; }
  /// The tensors that came from outside the trace.
  const std::vector<std::pair<Tensor, int>>& leaves() const { return leaves_; }
  /// The gradients that have arrived at a leaf in the trace, added up; empty if none has.
  const std::vector<double>& gradient_of(int leaf) const;

 private:
  struct Run {  // a call of backward that is under way
    int number;
    bool keep_graph, create_graph;
    std::vector<Port> targets;
  };
  bool full();
  Port origin_of(const Tensor& tensor);
  Port new_leaf(const Tensor& tensor);
  int node_of(const Node& node);
  Port port_of(const Edge& edge);
  void set_origin(const Tensor& tensor, Port port);
  void connect(int node, size_t input, Port to);
  std::vector<Step::Saved> saved_of(const Context& context, const Call& call, std::span<const Tensor> outputs);

  const TraceOptions options_;
  std::unordered_map<const TensorImpl*, Port> origins_;
  std::unordered_map<const TensorImpl*, std::string> names_;
  std::unordered_map<const Storage*, Port> latest_in_storage_;
  std::unordered_map<const Node*, int> node_of_;
  std::unordered_map<int, std::vector<double>> gradients_;
  std::vector<Tensor> kept_;
  std::vector<Ptr<Node>> kept_nodes_;
  std::vector<std::pair<Tensor, int>> leaves_;
  std::vector<Step::Input> call_inputs_;
  int group_ = -1;
  std::vector<Run> running_;
  int runs_ = 0;
  int backward_step_ = -1, accumulate_step_ = -1;  // that are under way
  int skipped_groups_ = 0;
};

}  // namespace gradus::autograd::tracing
