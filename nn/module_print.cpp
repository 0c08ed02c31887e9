#include <gradus/nn/module.h>

#include <boost/core/demangle.hpp>
#include <ostream>

namespace gradus::nn {
std::string Module::indented(const std::string& text) {
  std::string result;
  for (const char c : text) {
    result += c;
    if (c == '\n') result += "  ";
  }
  return result;
}

std::string Module::name() const {
  const std::string full = boost::core::demangle(typeid(*this).name());
  size_t start = 0;
  int depth = 0;  // inside <...> or (...), which may hold :: of their own
  for (size_t i = 0; i < full.size(); ++i) {
    if (full[i] == '<' || full[i] == '(') ++depth;
    if (full[i] == '>' || full[i] == ')') --depth;
    if (full[i] == ':' && depth == 0) start = i + 1;
  }
  return full.substr(start);
}

std::string Module::to_string() const {
  const std::string extra = extra_repr();
  if (child_list().empty() && extra.find('\n') == std::string::npos) return name() + "(" + extra + ")";
  std::string text = name() + "(";
  if (!extra.empty()) text += "\n  " + indented(extra);
  for (const detail::Child& child : child_list()) {
    text += "\n  (" + child.name + "): " + indented(child.module->to_string());
  }
  return text + "\n)";
}

std::ostream& operator<<(std::ostream& stream, const Module& module) { return stream << module.to_string(); }

}  // namespace gradus::nn
