#include <gradus/autograd/check.h>
#include <gradus/autograd/random.h>
#include <gradus/autograd/trace/differences.h>

#include <algorithm>
#include <cmath>
#include <set>

namespace gradus::autograd::tracing {
namespace {

/// Puts copies in the place of the leaves' storages for a scope, converted to `dtype` where they are floating point;
/// views of one storage stay views of one copy.
class OnCopies {
 public:
  OnCopies(const std::vector<std::pair<Tensor, int>>& leaves, Dtype dtype) {
    std::unordered_map<const Storage*, Ptr<Storage>> copies;
    for (const auto& [leaf, node] : leaves) {
      TensorImpl& impl = *leaf.impl();
      before_.push_back({leaf, impl.storage, impl.data, impl.dtype});
      const size_t size = gradus::element_size(impl.dtype);
      const Dtype wanted = is_floating_point(impl.dtype) ? dtype : impl.dtype;
      Ptr<Storage>& copy = copies[impl.storage.get()];
      if (!copy) copy = converted(*impl.storage, impl.dtype, wanted);
      impl.data =
          copy->data() + static_cast<size_t>(impl.data - impl.storage->data()) / size * gradus::element_size(wanted);
      impl.storage = copy;
      impl.dtype = wanted;
    }
  }
  ~OnCopies() {
    for (const Before& before : before_) {
      TensorImpl& impl = *before.tensor.impl();
      impl.storage = before.storage;
      impl.data = before.data;
      impl.dtype = before.dtype;
    }
  }
  OnCopies(const OnCopies&) = delete;
  OnCopies& operator=(const OnCopies&) = delete;

 private:
  static Ptr<Storage> converted(const Storage& storage, Dtype from, Dtype to) {
    const auto count = static_cast<int64_t>(storage.bytes() / gradus::element_size(from));
    return from_blob(storage.data(), {count}, from).to(to).clone().impl()->storage;
  }
  struct Before {
    Tensor tensor;
    Ptr<Storage> storage;
    std::byte* data;
    Dtype dtype;
  };
  std::vector<Before> before_;
};

std::vector<int64_t> index_of(int64_t element, IntArrayRef shape) {
  std::vector<int64_t> index(shape.size());
  for (size_t d = shape.size(); d-- > 0;) {
    index[d] = element % shape[d];
    element /= shape[d];
  }
  return index;
}

/// The element of the largest gradient, and others at random.
std::set<int64_t> sampled(const std::vector<double>& gradient, int64_t count, Generator& generator) {
  const auto numel = static_cast<int64_t>(gradient.size());
  const auto largest =
      std::max_element(gradient.begin(), gradient.end(), [](double a, double b) { return std::abs(a) < std::abs(b); });
  std::set<int64_t> elements{largest - gradient.begin()};
  while (static_cast<int64_t>(elements.size()) < std::min(count, numel)) {
    elements.insert(static_cast<int64_t>(generator.uniform_int(static_cast<uint64_t>(numel))));
  }
  return elements;
}

/// (f(x + h) - f(x - h)) / 2h for one element of a leaf.
double central_difference(const std::vector<std::pair<Tensor, int>>& leaves, const Tensor& leaf, int64_t element,
                          const std::function<Tensor()>& loss, Dtype dtype, const Generator& random_before) {
  const auto shifted = [&](double direction, double& at) {
    const OnCopies copies(leaves, dtype);
    default_generator() = random_before;
    const NoGradGuard no_grad;
    const std::vector<int64_t> index = index_of(element, leaf.sizes());
    Tensor place = leaf.detach();
    for (const int64_t i : index) place = place.select(0, i);
    const double x = place.item<double>();
    place.fill_(x + direction * (dtype == kFloat64 ? 1e-5 : 1e-2) * std::max(1., std::abs(x)));
    at = place.item<double>();
    return loss().item<double>();
  };
  double right, left;
  const double above = shifted(1, right), below = shifted(-1, left);
  return (above - below) / (right - left);
}

}  // namespace

void add_finite_differences(Recorder& recorder, const std::function<Tensor()>& loss, int64_t elements,
                            const Generator& random_before) {
  const struct Restore {
    Generator generator = default_generator();
    Dtype dtype = get_default_dtype();
    ~Restore() {
      default_generator() = generator;
      set_default_dtype(dtype);
    }
  } before;
  const auto check_all = [&](Dtype dtype) {
    set_default_dtype(dtype);
    Generator generator(1);
    std::vector<Check> checks;
    for (const auto& [leaf, node] : recorder.leaves()) {
      const std::vector<double>& gradient = recorder.gradient_of(node);
      if (gradient.empty()) continue;
      Check check{node, {}, std::string(to_string(dtype))};
      for (const int64_t element : sampled(gradient, elements, generator)) {
        check.elements.push_back({index_of(element, leaf.sizes()), gradient[static_cast<size_t>(element)],
                                  central_difference(recorder.leaves(), leaf, element, loss, dtype, random_before)});
      }
      checks.push_back(std::move(check));
    }
    return checks;
  };
  try {
    recorder.model.checks = check_all(kFloat64);
  } catch (const Error&) {  // tensors that the trace has not seen stay float32, and some op refuses to mix
    recorder.model.checks = check_all(before.dtype);
  }
}

}  // namespace gradus::autograd::tracing
