#include <gradus/autograd/kernels/parallel.h>

namespace gradus::kernels::detail {

// All threads take part, even in fewer parts: GCC's OpenMP ends those that a smaller team leaves over, and starts
// others for the next larger one.
void run_parts(int64_t parts, void (*part)(const void* work, int64_t i), const void* work) {
#pragma omp parallel for num_threads(get_num_threads()) schedule(static, 1)
  for (int64_t i = 0; i < parts; ++i) part(work, i);
}

}  // namespace gradus::kernels::detail
