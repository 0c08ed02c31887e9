#pragma once
#include <string>

namespace gradus::autograd::tracing {

/// The page around the data of a trace (page.html, page.css and page.js, embedded when the library is built).
std::string to_html(const std::string& title, const std::string& json);

}  // namespace gradus::autograd::tracing
