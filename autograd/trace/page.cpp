#include <gradus/autograd/check.h>
#include <gradus/autograd/trace/page.h>

namespace gradus::autograd::tracing {

// Written by cmake/EmbedText.cmake.
extern const char* const page_html;
extern const char* const page_css;
extern const char* const page_js;

namespace {

std::string escaped(const std::string& text) {
  std::string result;
  for (const char c : text) {
    result += c == '<' ? "&lt;" : c == '>' ? "&gt;" : c == '&' ? "&amp;" : std::string(1, c);
  }
  return result;
}

}  // namespace

std::string to_html(const std::string& title, const std::string& json) {
  std::string page;
  std::string_view rest = page_html;
  const auto fill = [&](std::string_view mark, std::string_view with) {
    const size_t at = rest.find(mark);
    GRADUS_CHECK(at != std::string_view::npos, "page.html has no {}", mark);
    page.append(rest.substr(0, at)).append(with);
    rest.remove_prefix(at + mark.size());
  };
  fill("{{title}}", escaped(title));
  fill("{{css}}", page_css);
  fill("{{json}}", json);
  fill("{{js}}", page_js);
  return page.append(rest);
}

}  // namespace gradus::autograd::tracing
