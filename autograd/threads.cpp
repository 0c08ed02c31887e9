#include <gradus/autograd/check.h>
#include <gradus/autograd/threads.h>
#include <atomic>

namespace gradus {
namespace {
std::atomic<int> thread_count{1};
}

void set_num_threads(int count) {
  GRADUS_CHECK_VALUE(count >= 1, "set_num_threads: expected a positive number of threads, got {}", count);
  thread_count = count;
}

int get_num_threads() { return thread_count; }

}  // namespace gradus
