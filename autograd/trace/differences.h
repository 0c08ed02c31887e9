#pragma once
#include <gradus/autograd/trace/recorder.h>

namespace gradus::autograd::tracing {

/// Central differences of `loss` for some elements of every parameter of the trace that a gradient has arrived at,
/// beside that gradient. `loss` runs on copies of the trace's leaves, in float64 unless that fails, from the state of
/// the random numbers at the beginning of the trace.
void add_finite_differences(Recorder& recorder, const std::function<Tensor()>& loss, int64_t elements,
                            const Generator& random_before);

}  // namespace gradus::autograd::tracing
