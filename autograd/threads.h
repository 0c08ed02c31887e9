#pragma once

namespace gradus {

/// Sets how many threads one operation may use: large products, elementwise operations and optimizer steps are split
/// among them. 1 until set. Results agree across numbers of threads to rounding, at one number to the last bit. Throws
/// ValueError for fewer than 1 (https://pytorch.org/docs/stable/generated/torch.set_num_threads.html).
void set_num_threads(int count);

/// How many threads one operation may use.
int get_num_threads();

}  // namespace gradus
