#pragma once
#include <gradus/autograd/error.h>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <new>
#include <string>
#include <type_traits>
#include <utility>

namespace gradus {

/// A list whose first N elements live in the object itself, otherwise as std::vector. Made for the nodes of a graph,
/// where most lists have one or two: boost's small_vector has 16 bytes more, and a walk over a million nodes waits for
/// memory.
template <class T, uint32_t N>
class InlineVector {
 public:
  using value_type = T;
  using iterator = T*;
  using const_iterator = const T*;

  InlineVector() {}
  explicit InlineVector(size_t size) { resize(size); }
  InlineVector(size_t size, const T& value) {
    reserve(size);
    while (size_ < size) emplace_back(value);
  }
  InlineVector(std::initializer_list<T> elements) {
    reserve(elements.size());
    append(elements.begin(), elements.end());
  }
  template <class Iterator>
  requires(!std::is_integral_v<Iterator>) InlineVector(Iterator first, Iterator last) { append(first, last); }
  InlineVector(const InlineVector& other) {
    reserve(other.size());
    append(other.begin(), other.end());
  }
  InlineVector(InlineVector&& other) noexcept { take(other); }
  InlineVector& operator=(const InlineVector& other) {
    if (this != &other) *this = InlineVector(other);
    return *this;
  }
  InlineVector& operator=(InlineVector&& other) noexcept {
    if (this == &other) return *this;
    drop();
    take(other);
    return *this;
  }
  ~InlineVector() { drop(); }

  template <class... Args>
  T& emplace_back(Args&&... args) {
    if (size_ == capacity_) [[unlikely]]
      reserve(2 * size_t{capacity_});
    T* const place = new (data() + size_) T{std::forward<Args>(args)...};
    ++size_;
    return *place;
  }
  void push_back(const T& element) { emplace_back(T(element)); }  // copied first: it may be one of these
  void push_back(T&& element) { emplace_back(std::move(element)); }
  void assign(size_t size, const T& value) { *this = InlineVector(size, value); }
  template <class Iterator>
  requires(!std::is_integral_v<Iterator>) void assign(Iterator first, Iterator last) {
    *this = InlineVector(first, last);
  }
  template <class Iterator>
  void append(Iterator first, Iterator last) {
    for (; first != last; ++first) emplace_back(static_cast<T>(*first));
  }
  void reserve(size_t capacity) {
    if (capacity <= capacity_) return;
    T* const larger = std::allocator<T>().allocate(capacity);
    const uint32_t size = size_;
    move_to(larger);
    drop();
    heap_ = larger, size_ = size, capacity_ = static_cast<uint32_t>(capacity);
  }
  void resize(size_t size) {
    reserve(size);
    while (size_ < size) emplace_back();
    std::destroy(data() + size, data() + size_);
    size_ = static_cast<uint32_t>(size);
  }
  void pop_back() { std::destroy_at(data() + --size_); }
  T* insert(const T* position, T element) {
    const auto i = position - data();
    emplace_back(std::move(element));
    for (T* p = end() - 1; p != begin() + i; --p) std::swap(p[0], p[-1]);
    return begin() + i;
  }
  template <class Iterator>
  T* insert(const T* position, Iterator first, Iterator last) {
    const auto i = position - data();
    for (auto next = i; first != last; ++first, ++next) insert(begin() + next, static_cast<T>(*first));
    return begin() + i;
  }
  T* insert(const T* position, std::initializer_list<T> elements) {
    return insert(position, elements.begin(), elements.end());
  }
  T* erase(const T* position) {
    T* const gap = begin() + (position - data());
    for (T* p = gap; p + 1 != end(); ++p) p[0] = std::move(p[1]);
    pop_back();
    return gap;
  }
  void clear() {
    std::destroy_n(data(), size_);
    size_ = 0;
  }

  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  T* data() { return capacity_ == N ? inline_ : heap_; }
  const T* data() const { return capacity_ == N ? inline_ : heap_; }
  T* begin() { return data(); }
  T* end() { return data() + size_; }
  const T* begin() const { return data(); }
  const T* end() const { return data() + size_; }
  T& operator[](size_t i) { return data()[i]; }
  const T& operator[](size_t i) const { return data()[i]; }
  /// The same; throws IndexError where there is no such element.
  T& at(size_t i) {
    check_index(i);
    return data()[i];
  }
  const T& at(size_t i) const {
    check_index(i);
    return data()[i];
  }
  T& front() { return data()[0]; }
  const T& front() const { return data()[0]; }
  T& back() { return data()[size_ - 1]; }
  const T& back() const { return data()[size_ - 1]; }
  friend bool operator==(const InlineVector& a, const InlineVector& b) {
    if (a.size() != b.size()) return false;
    for (size_t i = 0; i < a.size(); ++i) {
      if (!(a[i] == b[i])) return false;
    }
    return true;
  }

 private:
  void check_index(size_t i) const {
    if (i >= size_)
      throw IndexError("list index " + std::to_string(i) + " is out of range: the list has " + std::to_string(size_) +
                       " elements");
  }
  void move_to(T* place) {  // std::uninitialized_move_n would cost whoever includes this a tenth of a second
    for (T& element : *this) new (place++) T(std::move(element));
  }
  /// Back to an empty list without memory of its own.
  void drop() {
    clear();
    if (capacity_ != N) std::allocator<T>().deallocate(heap_, capacity_);
    capacity_ = N;
  }
  /// Makes this, which is empty, what `other` is, and `other` empty.
  void take(InlineVector& other) {
    if (other.capacity_ == N) {
      other.move_to(inline_);
      size_ = other.size_;
      other.clear();
    } else {
      heap_ = other.heap_, size_ = std::exchange(other.size_, 0), capacity_ = std::exchange(other.capacity_, N);
    }
  }

  uint32_t size_ = 0, capacity_ = N;
  union {
    T inline_[N];
    T* heap_;
  };
};

}  // namespace gradus
