#pragma once
#include <gradus/autograd/trace/recorder.h>

namespace gradus::autograd::tracing {

/// The text in quotes, as JSON that may also stand inside an HTML script element: `<`, `>` and `&` are escaped, and
/// bytes that are no UTF-8 replaced.
std::string json_string(std::string_view text);

/// All that a trace knows, as the page reads it (page.js).
std::string to_json(const Recorder& recorder);

}  // namespace gradus::autograd::tracing
