#include "parity.h"

#include <gradus/autograd/observer.h>
#include <gradus/autograd/op_registry.h>

#include <algorithm>
#include <cctype>
#include <set>

namespace gradus::parity {
namespace {

const std::map<std::string, Table>& tables() {
  static const std::map<std::string, Table> all{{"creation", creation()},     {"arithmetic", arithmetic()},
                                                {"comparison", comparison()}, {"index", index()},
                                                {"image", image()},           {"loss", loss()},
                                                {"matmul", matmul()},         {"pointwise", pointwise()},
                                                {"reduce", reduce()},         {"shape", shape()}};
  return all;
}

struct Function {
  std::string file, name;
};
std::ostream& operator<<(std::ostream& stream, const Function& f) { return stream << f.file << ": " << f.name; }

std::vector<Function> functions() {
  std::vector<Function> all;
  for (const auto& [file, table] : tables()) {
    for (const auto& entry : table) all.push_back({file, entry.first});
  }
  return all;
}

class Parity : public testing::TestWithParam<Function> {};

TEST_P(Parity, EqualsPyTorch) {
  const auto& [file, name] = GetParam();
  size_t count = 0;
  for (const Json& json : load(file)) {
    if (json.at("function") != name) continue;
    check(json, tables().at(file).at(name));
    ++count;
  }
  EXPECT_GT(count, 0u) << "no case of " << name << " in data/" << file << ".json";
}

std::string name_of(const testing::TestParamInfo<Function>& test) {
  std::string name = test.param.file + "_" + test.param.name;
  std::replace_if(
      name.begin(), name.end(), [](unsigned char c) { return !std::isalnum(c); }, '_');
  return name + "_" + std::to_string(test.index);
}
INSTANTIATE_TEST_SUITE_P(Ops, Parity, testing::ValuesIn(functions()), name_of);

TEST(ParityData, HasTheFunctionsOfTheTables) {
  for (const auto& [file, table] : tables()) {
    std::set<std::string> in_file, in_table;
    for (const Json& json : load(file)) in_file.insert(json.at("function").get<std::string>());
    for (const auto& entry : table) in_table.insert(entry.first);
    EXPECT_EQ(in_file, in_table) << file;
  }
}

/// Notes the names of the ops that are called.
class OpNames final : public autograd::Observer {
 public:
  OpNames() { autograd::observer = this; }
  ~OpNames() override { autograd::observer = nullptr; }
  std::set<std::string> called;

  void op_begins(const Call& call) override { called.emplace(call.op); }
  void op_ends(const Call&, std::span<const Tensor>, Node*, const Context*) override {}
  void backward_begins(const std::vector<Edge>&, const TensorList&, const std::vector<Edge>*, bool, bool) override {}
  void backward_ends(const TensorList&) override {}
  void node_begins(Node&, const TensorList&) override {}
  void gradient_sent(const Node&, size_t, const Edge&, const Tensor&) override {}
  void grad_begins(TensorImpl&, const Tensor&) override {}
  void grad_ends(TensorImpl&) override {}
  void scope_begins(std::string_view) override {}
  void scope_ends() override {}
  void tensor_named(const Tensor&, const std::string&) override {}
};

TEST(ParityData, CallsEveryOp) {
  OpNames names;
  for (const auto& [file, table] : tables()) {
    for (const Json& json : load(file)) {
      const auto function = json.at("function").get<std::string>();
      check(json, table.at(function));
      names.called.insert(function);  // outer and matmul are made of other ops
    }
  }
  // Steps of a backward, which no function calls by itself: their numbers are those of the gradients.
  names.called.insert({"embed", "extract", "avg_pool2d_backward"});
  for (const OpInfo& op : op_registry().ops()) {
    EXPECT_TRUE(names.called.contains(std::string(op.name))) << "no parity case calls " << op.name;
  }
}

}  // namespace
}  // namespace gradus::parity
