#pragma once

namespace gradus {

/// Sets how many threads one operation may use. 1 until set: products as small as a lesson's gain nothing from more.
/// Throws ValueError for fewer than 1 (https://pytorch.org/docs/stable/generated/torch.set_num_threads.html).
void set_num_threads(int count);

/// How many threads one operation may use.
int get_num_threads();

}  // namespace gradus
