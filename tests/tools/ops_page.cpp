// ops_page FILE: writes the page of all ops, docs/ops.md.   ops_page --check FILE: fails unless it is up to date.
#include <gradus/autograd/op_registry.h>
#include <fstream>
#include <iostream>
#include <sstream>

namespace {

// A cell of a table, in which | would end it.
std::string code(std::string_view text) {
  std::string cell = "`";
  for (const char c : text) cell += c == '|' ? std::string("\\|") : std::string(1, c);
  return cell + "`";
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  return text;
}

// Where the gradients begin in "out = a * b;  da = g * b,  db = g * a": at the first ; before a d.
size_t end_of_forward(std::string_view math) {
  size_t end = math.find(';');
  while (end != std::string_view::npos && !trimmed(math.substr(end + 1)).starts_with('d'))
    end = math.find(';', end + 1);
  return end;
}

std::string ops_page() {
  std::ostringstream page;
  page << "# Ops\n\n"
          "Every differentiable op with its formula and its gradients, written from the registry "
          "(autograd/op_registry.cpp):\n"
          "`ninja -C build/dev ops_page && build/dev/tests/ops_page docs/ops.md`. `g` is the gradient of `out`, `dx` "
          "that of\n"
          "the input `x`; where shapes were broadcast, a gradient is summed back to its input's shape. Each op is "
          "checked\n"
          "against central differences, to first and second order, on the samples that stand beside it.\n\n"
          "| op | forward | gradients |\n|---|---|---|\n";
  for (const gradus::OpInfo& op : gradus::op_registry().ops()) {
    const size_t end = end_of_forward(op.math);
    const bool has_gradients = end != std::string_view::npos;
    page << "| " << op.name << " | " << code(op.math.substr(0, end)) << " | "
         << (has_gradients ? code(trimmed(op.math.substr(end + 1))) : "") << " |\n";
  }
  return page.str();
}

}  // namespace

int main(int count, char** arguments) {
  const bool check = count == 3 && std::string_view(arguments[1]) == "--check";
  if (count != 2 && !check) {
    std::cerr << "usage: ops_page [--check] FILE\n";
    return 1;
  }
  const char* path = arguments[count - 1];
  const std::string page = ops_page();
  if (!check) {
    std::ofstream(path) << page;
    return 0;
  }
  std::ostringstream found;
  found << std::ifstream(path).rdbuf();
  if (found.str() == page) return 0;
  std::cerr << path << " is not what the registry says: write it anew with ops_page " << path << '\n';
  return 1;
}
