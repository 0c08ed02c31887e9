#include <gradus/autograd/aside_file.h>
#include <gradus/tests/datasets/files.h>

namespace gradus {
namespace {

using AsideFiles = datasets::FilesTest;

TEST_F(AsideFiles, TakeTheNameWhenWhole) {
  write("a", "before");
  AsideFile file(path("a"));
  std::ofstream(file.path()) << "after";
  EXPECT_EQ(read("a"), "before");
  file.commit();
  EXPECT_EQ(read("a"), "after");
  EXPECT_FALSE(std::filesystem::exists(file.path()));
}

TEST_F(AsideFiles, AreGoneWithoutCommit) {
  write("a", "before");
  {
    const AsideFile file(path("a")), other(path("a"));
    EXPECT_NE(file.path(), other.path());
    EXPECT_EQ(file.path().parent_path(), path("a").parent_path());
    std::ofstream(file.path()) << "half";
  }
  EXPECT_EQ(read("a"), "before");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(path("")), {}), 1);
}

TEST_F(AsideFiles, WriteFile) {
  write_file(path("a"), std::string_view("x\0y", 3));
  EXPECT_EQ(read("a"), std::string("x\0y", 3));
  EXPECT_EQ(error_of([&] { write_file(path("no/such"), "x"); }), "cannot write no/such: No such file or directory");
  EXPECT_EQ(error_of([&] { AsideFile(path("nothing")).commit(); }), "cannot write nothing: No such file or directory");
}

}  // namespace
}  // namespace gradus
