#pragma once
#include <string>
#include <utility>
#include <vector>

// What a trace has recorded, apart from the numbers (values.h) and the places (source_line.h), which it refers to by
// index. -1 stands for nothing.
namespace gradus::autograd::tracing {

/// Output `output` of node `node`.
struct Port {
  int node = -1, output = 0;
  friend bool operator==(const Port&, const Port&) = default;
};

/// A call of a module, or a TraceScope.
struct Group {
  std::string name;
  int parent = -1;
};

struct GraphNode {
  enum class Kind {
    kOp,
    kParameter,  // a leaf that requires a gradient
    kLeaf,       // one that does not
    kEarlier,    // what was computed before the trace began
  };
  Kind kind = Kind::kOp;
  std::string name;  // of the tensor, where it has one
  std::string op;    // "mul"
  std::string math;
  std::string backward;  // "MulBackward0"
  int group = -1;
  bool in_place = false;
  std::vector<Port> inputs;
  struct Output {
    std::vector<int64_t> shape;
    std::string dtype;
    std::string name;
  };
  std::vector<Output> outputs;
  Port shares;  // of a leaf: whose memory it shows (detach, or an alias)
};

struct Step {
  enum class Phase { kForward, kSeed, kBackward, kAccumulate, kResult };
  Phase phase = Phase::kForward;
  int node = -1;

  // Forward.
  struct Input {
    Port from;
    int value;
    uint32_t version;
  };
  struct Saved {
    std::string what;  // "input 0", "output 0" or "computed"
    int value;
    uint32_t version;
  };
  std::vector<Input> inputs;
  std::vector<int> outputs;        // values
  std::vector<uint32_t> versions;  // of the outputs
  std::vector<std::string> arguments;
  std::vector<Saved> saved;
  bool recorded = false;
  int source = -1;

  // Backward. kSeed: where it begins. kBackward: a node. kAccumulate: what is added to a leaf's grad. kResult: what
  // grad() returns.
  int run = -1;
  bool keep_graph = false;
  struct Sent {
    int input;  // of the node
    Port to;
    int value;
    int before, after;  // the sum of what has arrived there; before is -1 for the first
  };
  std::vector<int> incoming;  // a gradient for each output
  std::vector<Sent> sent;
  bool frees = false;
  bool hooked = false;
  int grad_before = -1, grad_after = -1;
};

/// The gradient of a parameter beside central differences.
struct Check {
  int node = -1;
  struct Element {
    std::vector<int64_t> index;
    double analytic, numeric;
  };
  std::vector<Element> elements;
  std::string dtype;  // that the function ran in
};

struct Model {
  std::string title;
  std::string error;  // of the exception that ended the run
  bool truncated = false;
  std::vector<Group> groups;
  std::vector<GraphNode> nodes;
  std::vector<Step> steps;
  std::vector<Check> checks;
};

}  // namespace gradus::autograd::tracing
