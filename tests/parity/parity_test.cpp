#include "parity.h"

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

}  // namespace
}  // namespace gradus::parity
