#pragma once
#include <gradus/autograd/tensor.h>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

namespace gradus::autograd::tracing {

/// The numbers of a tensor as the page gets them.
struct Value {
  enum class Form {
    kNumbers,    // text: numbers separated by commas
    kExact,      // text: base64 of the elements, little-endian, in their dtype
    kQuantised,  // text: base64 of one byte an element: offset + code * step, or 255 for one that is not finite
    kView,       // the elements of value `base` at view_offset + the sum of index * view_strides
    kBlocks,     // as kQuantised, of the means of blocks of the tensor as a matrix
    kSummary,    // no numbers, only what describes them
  };
  Form form = Form::kSummary;
  Dtype dtype = kFloat32;
  std::vector<int64_t> shape;
  double min = 0, max = 0, mean = 0;  // of the finite elements
  int64_t not_finite = 0;
  std::string text;
  double offset = 0, step = 0;
  int base = -1;
  int64_t view_offset = 0;
  std::vector<int64_t> view_strides;
  int64_t rows = 0, columns = 0;              // of blocks
  int64_t block_rows = 0, block_columns = 0;  // elements in a block
};

/// All the numbers of a trace, each kept once: the same tensor at the same version, a view of one that is kept, and a
/// tensor of the same numbers as another are one value, or refer to one.
class Values {
 public:
  Values(int64_t exact_elements, int64_t max_bytes) : exact_elements_(exact_elements), max_bytes_(max_bytes) {}

  /// The value of a tensor, which is kept alive; -1 for an undefined one.
  int of(const Tensor& tensor);
  /// The value of one that may be gone soon, such as a gradient; -1 for an undefined one.
  int of_temporary(const Tensor& tensor);

  const std::vector<Value>& all() const { return values_; }

 private:
  struct Whole {  // a contiguous tensor that is kept, where it lies
    const std::byte* data;
    int64_t numel;
    int value;
  };
  void encode(Value& value, const std::vector<double>& numbers, const Tensor& contiguous);
  bool encode_as_view(Value& value, const Tensor& tensor) const;

  int64_t exact_elements_, max_bytes_, bytes_ = 0;
  std::vector<Value> values_;
  std::unordered_map<std::string, int> by_place_, by_content_;
  std::vector<Ptr<Storage>> kept_;  // so that an address stands for one storage
  std::map<std::pair<const Storage*, uint32_t>, Whole> whole_;
};

}  // namespace gradus::autograd::tracing
