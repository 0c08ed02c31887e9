#include <gradus/autograd/random.h>
#include <gradus/nn/linear.h>
#include <gradus/nn/npz.h>
#include <zlib.h>

#include "weights_helpers.h"

namespace gradus::nn {
namespace {

using namespace std::string_literals;

/// One file of a zip archive, and what the archive says of it where that is to be wrong.
struct Packed {
  std::string name, content;
  uint32_t method = 0, size = 0xFFFFFFFF, packed_size = 0xFFFFFFFF, checksum_error = 0, flags = 0;
};

std::string little_endian(uint64_t number, size_t bytes) {
  std::string text;
  for (; bytes-- > 0; number >>= 8) text += static_cast<char>(number & 0xFF);
  return text;
}

std::string deflated(const std::string& content) {
  std::string packed(compressBound(content.size()), '\0');
  uLongf size = packed.size();
  compress2(reinterpret_cast<Bytef*>(packed.data()), &size, reinterpret_cast<const Bytef*>(content.data()),
            content.size(), 9);
  return packed.substr(2, size - 6);  // without zlib's own head and tail
}

/// A zip archive byte by byte, so that it can lie.
std::string zip_of(const std::vector<Packed>& files) {
  std::string archive, directory;
  for (const Packed& file : files) {
    const std::string data = file.method == 8 ? deflated(file.content) : file.content;
    const uLong checksum =
        crc32(0, reinterpret_cast<const Bytef*>(file.content.data()), static_cast<uInt>(file.content.size()));
    const auto told = [](uint32_t lie, size_t truth) { return little_endian(lie != 0xFFFFFFFF ? lie : truth, 4); };
    const std::string common = little_endian(20, 2) + little_endian(file.flags, 2) + little_endian(file.method, 2) +
                               little_endian(0x210000, 4) + little_endian(checksum + file.checksum_error, 4) +
                               told(file.packed_size, data.size()) + told(file.size, file.content.size()) +
                               little_endian(file.name.size(), 2) + little_endian(0, 2);
    directory += "PK\x01\x02"s + little_endian(20, 2) + common + little_endian(0, 10) +
                 little_endian(archive.size(), 4) + file.name;
    archive += "PK\x03\x04" + common + file.name + data;
  }
  const std::string count = little_endian(files.size(), 2);
  return archive + directory + "PK\x05\x06" + little_endian(0, 4) + count + count + little_endian(directory.size(), 4) +
         little_endian(archive.size(), 4) + little_endian(0, 2);
}

std::string npy(const std::string& header, const std::string& numbers, const std::string& version = "\x01\x00"s) {
  return "\x93NUMPY" + version + little_endian(header.size(), version[0] == 1 ? 2 : 4) + header + numbers;
}

std::string npy_of(const std::string& descr, const std::string& shape, const std::string& numbers,
                   const std::string& fortran_order = "False") {
  return npy("{'descr': '" + descr + "', 'fortran_order': " + fortran_order + ", 'shape': " + shape + ", }\n", numbers);
}

TEST_F(WeightFiles, NpzRoundTrip) {
  save_npz(path("a.npz"), varied_state());
  expect_same(load_npz(path("a.npz")), varied_state());
  save_npz(path("a.npz"), {});  // replaces the file
  EXPECT_TRUE(load_npz(path("a.npz")).empty());
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(path("")), {}), 1);
}

TEST_F(WeightFiles, NpzBytes) {
  save_npz(path("a"), {{"w", tensor({{1., -2.}})}});
  const std::string content = read("a");
  const std::string dictionary = "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2), }";
  const size_t start = content.find("\x93NUMPY");
  ASSERT_NE(start, std::string::npos);
  EXPECT_EQ(content.substr(start, 128),
            "\x93NUMPY\x01\x00\x76\x00"s + dictionary + std::string(117 - dictionary.size(), ' ') + "\n");
  EXPECT_EQ(content.substr(start + 128, 8), "\x00\x00\x80\x3F\x00\x00\x00\xC0"s);
  save_npz(path("b"), {{"w", tensor({{1., -2.}})}});
  EXPECT_EQ(read("b"), content);  // no clock in it
}

TEST_F(WeightFiles, NpzConvertsOtherTypes) {
  const auto load = [&](const std::string& descr, const std::string& shape, const std::string& numbers,
                        const std::string& fortran_order = "False") {
    write("a", zip_of({{.name = "x.npy", .content = npy_of(descr, shape, numbers, fortran_order), .method = 8}}));
    return load_npz(path("a"))["x"];
  };
  const auto expect = [](const Tensor& found, const Tensor& expected) {
    EXPECT_EQ(found.dtype(), expected.dtype());
    EXPECT_TRUE(found.equal(expected)) << found;
  };
  expect(load("|b1", "(2,)", "\x00\x01"s), tensor({false, true}));
  expect(load("|u1", "(2,)", "\x01\xFF"), tensor({1, 255}));
  expect(load("|i1", "(2,)", "\x01\xFF"), tensor({1, -1}));
  expect(load("<u2", "()", "\x01\x02"), tensor(513));
  expect(load(">u2", "()", "\x01\x02"), tensor(258));
  expect(load(">i4", "(1,1)", "\xFF\xFF\xFF\xFE"), tensor({-2}).view({1, 1}));
  expect(load(">i8", "()", "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFE"), tensor(-2));
  expect(load("<u8", "()", "\xFF\x00\x00\x00\x00\x00\x00\x00"s), tensor(255));
  expect(load(">f2", "(2,)", "\x3C\x00\xC0\x00"s), tensor({1., -2.}));
  expect(load(">f4", "(2,)", "\x3F\x80\x00\x00\xC0\x00\x00\x00"s), tensor({1., -2.}));
  expect(load(">f8", "()", "\xBF\xF0\x00\x00\x00\x00\x00\x00"s), tensor(-1., kFloat64));
  expect(load("|u1", "(2, 3)", "\x01\x02\x03\x04\x05\x06", "True"), tensor({1, 3, 5, 2, 4, 6}).view({2, 3}));
  expect(load("|u1", "(1, 2, 3)", "\x01\x02\x03\x04\x05\x06", "True"), tensor({1, 3, 5, 2, 4, 6}).view({1, 2, 3}));
  EXPECT_EQ(error_of([&] { load("<u8", "()", "\x00\x00\x00\x00\x00\x00\x00\xFF"s); }),
            "a: \"x.npy\" holds 18374686479671623680, which int64 cannot hold");
}

TEST_F(WeightFiles, NpzIntoAModule) {
  manual_seed(1);
  Linear trained(4, 3), fresh(4, 3);
  save_npz(path("a"), trained.state_dict());
  fresh.load_state_dict(load_npz(path("a")));
  EXPECT_TRUE(trained.weight.equal(fresh.weight) && trained.bias.equal(fresh.bias));
}

TEST_F(WeightFiles, NpzThatCannotBeSaved) {
  EXPECT_EQ(error_of([&] {
              save_npz(path("a"), {{"w", Tensor()}});
            }),
            "\"w\" cannot be saved: it is an undefined tensor");
  EXPECT_EQ(error_of([&] {
              save_npz(path("a"), {{"w\0"s, ones({1})}});
            }),
            "\"w?\" cannot be saved: its name holds a zero byte");
  EXPECT_EQ(error_of([&] {
              save_npz(path("a"), {{"\xFF", ones({1})}});
            }),
            "cannot write a: the name \"\xFF\": Invalid argument");
  EXPECT_NE(error_of([&] {
              save_npz(path("no/such"), {{"w", ones({1})}});
            }).find("cannot write no/such: "),
            std::string::npos);
  EXPECT_EQ(error_of([&] { save_npz(path("no/such"), {}); }), "cannot write no/such: No such file or directory");
  EXPECT_TRUE(std::filesystem::is_empty(path("")));
}

TEST_F(WeightFiles, NpzThatAreNone) {
  const auto load = [&](const std::string& name) { return error_of([&] { load_npz(path(name)); }); };
  std::filesystem::create_directory(path("folder"));
  EXPECT_EQ(load("folder"), "folder is a directory, not a file");
  EXPECT_EQ(load("missing"), "cannot read missing: No such file or directory");
  write("a", "");
  EXPECT_EQ(load("a"), "a is empty");
  write("a", "a text");
  EXPECT_EQ(load("a"), "a cannot be read as .npz: Not a zip archive");
}

TEST_F(WeightFiles, DamagedNpz) {
  const std::string one(4, '\0'), good = npy_of("<f4", "(1,)", one);
  const std::string before = "\"x.npy\" is damaged: its header is \"",
                    after = "\", which is no description of an array";
  const auto header = [](const std::string& text) {
    return Packed{.name = "x.npy", .content = npy(text, std::string(4, '\0'))};
  };
  struct Case {
    std::vector<Packed> files;
    std::string message;
  };
  const std::vector<Case> cases = {
      {{{.name = "readme.txt", .content = "hello"}}, "\"readme.txt\" is no .npy file, so this is no .npz archive"},
      {{{.name = "x.npy", .content = good}, {.name = "x.npy", .content = good}}, "\"x.npy\" is there twice"},
      {{{.name = "x.npy", .content = "\x93NUMP"}}, "\"x.npy\" is truncated"},
      {{{.name = "x.npy", .content = "\x93NUMPY\x01\x00\x50\x00{"s}}, "\"x.npy\" is truncated"},
      {{{.name = "x.npy", .content = "no numbers"}}, "\"x.npy\" does not begin as a .npy file does"},
      {{{.name = "x.npy", .content = npy("{}", one, "\x04\x00"s)}},
       "\"x.npy\" is of .npy version 4, which gradus cannot read"},
      {{{.name = "x.npy", .content = "\x93NUMPY\x02\x00\xFF\xFF\xFF\xFF{}"s}},
       "\"x.npy\" is damaged: its header should have 4294967295 bytes"},
      {{header("")}, before + after},
      {{header("{}")}, before + "{}" + after},
      {{header("{'descr': '<f4', 'fortran_order': False}")},
       before + "{'descr': '<f4', 'fortran_order': False}" + after},
      {{header("{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, ")},
       before + "{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, " + after},
      {{header("{'order': 'C'}")}, before + "{'order': 'C'}" + after},
      {{header("{'fortran_order': No}")}, before + "{'fortran_order': No}" + after},
      {{header("{'shape': (1, -2)}")}, before + "{'shape': (1, -2)}" + after},
      {{header("{'shape': (1.5,)}")}, before + "{'shape': (1.5,)}" + after},
      {{header("{'shape': (99999999999999999999,)}")}, before + "{'shape': (99999999999999999999,)}" + after},
      {{header("{'shape': (1")}, before + "{'shape': (1" + after},
      {{header("{'descr")}, before + "{'descr" + after},
      {{header("{'descr': [('a', '<f4')]}")},
       "\"x.npy\" holds records (a structured dtype), which gradus does not read"},
      {{header("{'descr': '|O'}")}, "\"x.npy\" holds Python objects (pickled), which gradus does not read"},
      {{header("{'descr': '<c8'}")}, "\"x.npy\" has the dtype \"<c8\", which gradus cannot read"},
      {{header("{'descr': '<U5'}")}, "\"x.npy\" has the dtype \"<U5\", which gradus cannot read"},
      {{header("{'descr': '|f4'}")}, "\"x.npy\" has the dtype \"|f4\", which gradus cannot read"},
      {{header("{'descr': '<f16'}")}, "\"x.npy\" has the dtype \"<f16\", which gradus cannot read"},
      {{header("{'descr': ''}")}, "\"x.npy\" has the dtype \"\", which gradus cannot read"},
      {{{.name = "x.npy", .content = npy_of("<f4", "(2,)", one)}},
       "\"x.npy\" is damaged: shape [2] with 4 bytes an element does not take the 4 bytes it has"},
      {{{.name = "x.npy", .content = npy_of("<f4", "()", one + one)}},
       "\"x.npy\" is damaged: shape [] with 4 bytes an element does not take the 8 bytes it has"},
      {{{.name = "x.npy", .content = npy_of("<f8", "(4294967296, 4294967296)", one)}},
       "\"x.npy\" is damaged: shape [4294967296, 4294967296] with 8 bytes an element does not take the 4 bytes it has"},
      {{{.name = "x.npy", .content = npy_of("<f8", "(0, 4294967296, 4294967296)", "")}},
       "\"x.npy\" is damaged: shape [0, 4294967296, 4294967296] with 8 bytes an element does not take the 0 bytes it "
       "has"},
      {{{.name = "x.npy", .content = good, .checksum_error = 1}}, "\"x.npy\" is damaged: CRC error"},
      {{{.name = "x.npy", .content = good, .method = 12}},
       "\"x.npy\" is packed by method 12; NumPy and gradus know 0 (not at all) and 8 (deflate)"},
      {{{.name = "x.npy", .content = good, .flags = 1}}, "\"x.npy\" is encrypted"},
      // Bombs: more than the file has, more than deflate can make, more than the file holds all together.
      {{{.name = "x.npy", .content = good, .size = 4'000'000'000, .packed_size = 4'000'000'000}},
       "\"x.npy\" is damaged: its 4000000000 bytes are more than the file has"},
      {{{.name = "x.npy", .content = npy_of("|u1", "(3999999935,)", ""), .method = 8, .size = 4'000'000'000}},
       "\"x.npy\" is damaged: 70 bytes cannot unpack to 4000000000"},
      {{{.name = "x.npy", .content = npy_of("|u1", "(1000,)", one), .method = 8, .size = 1071}},
       "\"x.npy\" is truncated"},
      {{{.name = "x.npy", .content = good, .method = 8, .packed_size = 250},
        {.name = "y.npy", .content = good, .method = 8, .packed_size = 250}},
       "\"y.npy\" is damaged: its 250 bytes are more than the file has"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.message);
    write("a", zip_of(c.files));
    EXPECT_EQ(error_of([&] { load_npz(path("a")); }), "a: " + c.message);
  }
  write("a", zip_of({{.name = "x.npy", .content = good}}));
  EXPECT_TRUE(load_npz(path("a"))["x"].equal(zeros({1})));  // the archives above are wrong in one thing only
}

TEST_F(WeightFiles, EveryFlippedByteAndTruncationOfNpz) {
  int loaded = 0, refused = 0;
  const auto attempt = [&](const std::string& content) {
    write("b", content);
    try {
      load_npz(path("b"));
      ++loaded;
    } catch (const Error& error) {
      EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos);
      ++refused;
    }
  };
  const auto attempt_all = [&](const std::string& whole) {
    for (size_t i = 0; i < whole.size(); ++i) {
      for (const int mask : {0x01, 0xFF}) {
        std::string damaged = whole;
        damaged[i] = static_cast<char>(damaged[i] ^ mask);
        attempt(damaged);
      }
      attempt(whole.substr(0, i));
    }
  };
  save_npz(path("a"), {{"w", tensor({{1., 2.}})}, {"m", tensor({true})}});
  attempt_all(read("a"));
  attempt_all(zip_of({{.name = "x.npy", .content = npy_of("<f4", "(2,)", std::string(8, '\1')), .method = 8}}));
  EXPECT_GT(loaded, 0);  // dates, and letters of names
  EXPECT_GT(refused, 500);
}

}  // namespace
}  // namespace gradus::nn
