#include <gradus/autograd/kernels/parallel.h>

namespace gradus::kernels::detail {

void run_parts(int64_t parts, void (*part)(const void* work, int64_t i), const void* work) {
#pragma omp parallel for num_threads(static_cast <int>(parts)) schedule(static, 1)
  for (int64_t i = 0; i < parts; ++i) part(work, i);
}

}  // namespace gradus::kernels::detail
