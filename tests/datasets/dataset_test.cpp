#include <gradus/datasets/dataset.h>
#include <gradus/tests/datasets/files.h>

#include <array>
#include <vector>

namespace gradus::datasets {
namespace {

TensorDataset three_rows() { return TensorDataset(tensor({{1., 2.}, {3., 4.}, {5., 6.}}), tensor({10, 20, 30})); }

TEST(TensorDatasetTest, HandsOutRows) {
  const TensorDataset dataset = three_rows();
  EXPECT_EQ(dataset.size(), 3);
  const auto [input, target] = dataset[1];
  EXPECT_EQ(input.to_vector<double>(), (std::vector<double>{3, 4}));
  EXPECT_EQ(target.dim(), 0);
  EXPECT_EQ(target.item<int64_t>(), 20);
}

TEST(TensorDatasetTest, RowsShareMemory) {
  const TensorDataset dataset = three_rows();
  dataset[1].input.zero_();
  EXPECT_EQ(dataset.inputs().to_vector<double>(), (std::vector<double>{1, 2, 0, 0, 5, 6}));
}

TEST(TensorDatasetTest, IteratesInOrder) {
  std::vector<int64_t> targets;
  const TensorDataset dataset = three_rows();
  for (const auto& [input, target] : dataset) {
    EXPECT_EQ(input.sizes(), IntArrayRef({2}));
    targets.push_back(target.item<int64_t>());
  }
  EXPECT_EQ(targets, (std::vector<int64_t>{10, 20, 30}));
}

TEST(TensorDatasetTest, StacksABatch) {
  const auto [input, target] = three_rows().batch(std::array<int64_t, 2>{2, 0});
  EXPECT_EQ(input.sizes(), IntArrayRef({2, 2}));
  EXPECT_EQ(input.to_vector<double>(), (std::vector<double>{5, 6, 1, 2}));
  EXPECT_EQ(target.to_vector<int64_t>(), (std::vector<int64_t>{30, 10}));
}

TEST(TensorDatasetTest, RefusesWhatDoesNotFit) {
  EXPECT_EQ(error_of([] {
              TensorDataset(zeros({3, 2}), zeros({4}));
            }),
            "Size mismatch between tensors: TensorDataset needs as many inputs as targets, got [3, 2] and [4]");
  EXPECT_THROW(TensorDataset(tensor(1.), tensor(1.)), Error);
}

TEST(TensorDatasetTest, NamesAnIndexOutOfRange) {
  const TensorDataset dataset = three_rows();
  EXPECT_THROW(dataset[3], IndexError);
  EXPECT_EQ(error_of([&] { dataset[3]; }), "index 3 is out of range for a data set of 3 samples");
  EXPECT_EQ(error_of([&] { dataset[-1]; }), "index -1 is out of range for a data set of 3 samples");
  EXPECT_EQ(error_of([&] {
              dataset.batch(std::array<int64_t, 2>{0, 7});
            }),
            "index 7 is out of range for a data set of 3 samples");
}

}  // namespace
}  // namespace gradus::datasets
