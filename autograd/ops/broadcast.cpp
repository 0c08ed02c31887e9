#include <gradus/autograd/check.h>
#include <gradus/autograd/tensor.h>

namespace gradus {

Tensor sum_to(const Tensor& x, IntArrayRef sizes) {
  if (x.sizes() == sizes) return x;
  GRADUS_CHECK(sizes.size() <= x.sizes().size(), "sum_to: shape {} cannot be summed to {}", x.sizes(), sizes);
  const size_t leading = x.sizes().size() - sizes.size();
  Dims stretched;
  for (size_t d = 0; d < x.sizes().size(); ++d) {
    const bool kept = d >= leading && x.sizes()[d] == sizes[d - leading];
    GRADUS_CHECK(kept || d < leading || sizes[d - leading] == 1, "sum_to: shape {} cannot be summed to {}", x.sizes(),
                 sizes);
    if (!kept) stretched.push_back(static_cast<int64_t>(d));
  }
  if (stretched.size() == leading) return x.sum(stretched);
  const Tensor sums = x.sum(stretched, true);
  return leading == 0 ? sums : sums.view(sizes);
}

}  // namespace gradus
