#include <gradus/autograd/random.h>
#include <gradus/nn/activation.h>
#include <gradus/nn/linear.h>
#include <gradus/nn/npz.h>
#include <gradus/nn/safetensors.h>
#include <gradus/nn/sequential.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <cmath>
#include <csignal>

#include "weights_helpers.h"

namespace gradus::nn {
namespace {

using namespace std::string_literals;

/// A file with that header and those numbers; the length in front is right.
std::string file_of(const std::string& header, const std::string& numbers = "") {
  std::string length;
  for (size_t i = 0; i < 8; ++i) length += static_cast<char>(header.size() >> 8 * i & 0xFF);
  return length + header + numbers;
}

/// The description of a tensor "a" alone.
std::string only(const std::string& dtype, const std::string& shape, const std::string& offsets) {
  return R"({"a":{"dtype":")" + dtype + R"(","shape":)" + shape + R"(,"data_offsets":)" + offsets + "}}";
}

TEST_F(WeightFiles, SafetensorsRoundTrip) {
  save_safetensors(path("a.safetensors"), varied_state());
  expect_same(load_safetensors(path("a.safetensors")), varied_state());
  save_safetensors(path("a.safetensors"), {});  // replaces the file
  EXPECT_TRUE(load_safetensors(path("a.safetensors")).empty());
}

TEST_F(WeightFiles, SafetensorsBytes) {
  const StateDict state{{"b", tensor({true, false})}, {"w", tensor({{1., -2.}})}};
  save_safetensors(path("a"), state, {{"format", "pt"}});
  const std::string header =
      R"({"__metadata__":{"format":"pt"},"b":{"dtype":"BOOL","shape":[2],"data_offsets":[8,10]},)"
      R"("w":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]}})";
  const std::string padded = header + std::string((8 - header.size() % 8) % 8, ' ');
  EXPECT_EQ(read("a"), file_of(padded, "\x00\x00\x80\x3F\x00\x00\x00\xC0\x01\x00"s));
  EXPECT_EQ(load_safetensors_metadata(path("a")), (SafetensorsMetadata{{"format", "pt"}}));
  EXPECT_EQ(load_safetensors(path("a")).keys(), state.keys());
}

TEST_F(WeightFiles, SafetensorsAreAligned) {
  save_safetensors(path("a"), varied_state(), {{"note", "any length"}});
  const std::string content = read("a");
  const auto header_bytes = static_cast<unsigned char>(content[0]) + 256 * static_cast<unsigned char>(content[1]);
  EXPECT_EQ(header_bytes % 8, 0);
  EXPECT_EQ(content[8], '{');
}

TEST_F(WeightFiles, SafetensorsConvertOtherTypes) {
  const auto load = [&](const std::string& dtype, const std::string& bytes, size_t size) {
    const std::string count = std::to_string(bytes.size() / size);
    write("a", file_of(only(dtype, "[" + count + "]", "[0," + std::to_string(bytes.size()) + "]"), bytes));
    return load_safetensors(path("a"))["a"];
  };
  const auto expect_ints = [](const Tensor& found, const std::vector<int64_t>& expected) {
    EXPECT_EQ(found.dtype(), kInt64);
    EXPECT_EQ(found.to_vector<int64_t>(), expected);
  };
  expect_ints(load("U8", "\x00\x7F\xFF"s, 1), {0, 127, 255});
  expect_ints(load("I8", "\x00\x7F\xFF\x80"s, 1), {0, 127, -1, -128});
  expect_ints(load("U16", "\x01\x02\xFF\xFF"s, 2), {513, 65535});
  expect_ints(load("I16", "\x01\x02\xFF\xFF"s, 2), {513, -1});
  expect_ints(load("U32", "\xFF\xFF\xFF\xFF"s, 4), {4294967295});
  expect_ints(load("I32", "\xFE\xFF\xFF\xFF"s, 4), {-2});
  expect_ints(load("U64", "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x7F"s, 8), {std::numeric_limits<int64_t>::max()});
  EXPECT_EQ(error_of([&] { load("U64", "\x00\x00\x00\x00\x00\x00\x00\x80"s, 8); }),
            "a: \"a\" holds 9223372036854775808, which int64 cannot hold");
  EXPECT_EQ(load("BOOL", "\x00\x01\x02"s, 1).to_vector<int64_t>(), (std::vector<int64_t>{0, 1, 1}));

  // 1, -2, 65504, 2^-24, 2^-14, inf, nan, -0
  const Tensor half = load("F16", "\x00\x3C\x00\xC0\xFF\x7B\x01\x00\x00\x04\x00\x7C\x01\x7E\x00\x80"s, 2);
  const Tensor expected = tensor({1., -2., 65504., std::exp2(-24), std::exp2(-14), INFINITY, NAN, -0.});
  EXPECT_EQ(half.dtype(), kFloat32);
  EXPECT_TRUE(half.allclose(expected, {.rtol = 0, .atol = 0, .equal_nan = true})) << half;
  EXPECT_TRUE(std::signbit(half[7].item<float>()));
  EXPECT_TRUE(load("BF16", "\x80\x3F\x49\xC0"s, 2).equal(tensor({1., -3.140625})));
}

TEST_F(WeightFiles, SafetensorsLargerThanABlock) {  // of converting, 65,536 bytes
  std::string bytes(200'000, '\0');
  for (size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(i % 101);
  write("a", file_of(only("U8", "[200,1000]", "[0,200000]"), bytes));
  EXPECT_TRUE(load_safetensors(path("a"))["a"].view({-1}).equal(
      arange(200'000) - arange(200'000).to_double().div(101).floor().to(kInt64) * 101));
}

TEST_F(WeightFiles, SafetensorsIntoAModule) {
  manual_seed(1);
  const auto make = [] { return Sequential{Linear(4, 3), Tanh(), Linear(3, 2)}; };
  Sequential trained = make(), fresh = make();
  const Tensor x = randn({5, 4});
  ASSERT_FALSE(trained(x).equal(fresh(x)));
  save_safetensors(path("a"), trained.state_dict());
  fresh.load_state_dict(load_safetensors(path("a")));
  EXPECT_TRUE(trained(x).equal(fresh(x)));
  EXPECT_TRUE(fresh.parameters()[0].requires_grad());

  Sequential other{Linear(4, 3), Linear(3, 2)};
  const std::string text = error_of([&] { other.load_state_dict(load_safetensors(path("a"))); });
  EXPECT_NE(text.find("Missing key(s) in state_dict: \"1.weight\", \"1.bias\""), std::string::npos) << text;
  EXPECT_NE(text.find("Unexpected key(s) in state_dict: \"2.weight\", \"2.bias\""), std::string::npos) << text;
}

TEST_F(WeightFiles, SafetensorsThatCannotBeSaved) {
  EXPECT_EQ(error_of([&] {
              save_safetensors(path("a"), {{"w", Tensor()}});
            }),
            "\"w\" cannot be saved: it is an undefined tensor");
  EXPECT_EQ(error_of([&] {
              save_safetensors(path("a"), {{"__metadata__", ones({1})}});
            }),
            "a tensor cannot be named \"__metadata__\": it is a part of the header");
  EXPECT_EQ(error_of([&] {
              save_safetensors(path("a"), {{"\xFF", ones({1})}});
            }),
            "\"\xFF\" cannot be saved: it is no UTF-8");
  EXPECT_EQ(error_of([&] {
              save_safetensors(path("no/such"), {{"w", ones({1})}});
            }),
            "cannot write no/such: No such file or directory");
  std::filesystem::create_directory(path("folder"));
  EXPECT_EQ(error_of([&] {
              save_safetensors(path("folder"), {{"w", ones({1})}});
            }),
            "cannot write folder: Is a directory");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(path("")), {}), 1);  // the folder, and nothing else
}

TEST_F(WeightFiles, AFullDiskLeavesWhatWasThere) {
  const StateDict large{{"w", ones({1000})}};
  for (const auto& save : std::vector<std::function<void()>>{[&] { save_safetensors(path("a"), large); },
                                                             [&] { save_npz(path("a"), large); }}) {
    write("a", "what was there");
    const rlimit small{1000, RLIM_INFINITY};
    rlimit before{};
    getrlimit(RLIMIT_FSIZE, &before);
    const auto handler = std::signal(SIGXFSZ, SIG_IGN);  // then write() fails as it does on a full disk
    setrlimit(RLIMIT_FSIZE, &small);
    const std::string text = error_of(save);
    setrlimit(RLIMIT_FSIZE, &before);
    std::signal(SIGXFSZ, handler);
    EXPECT_TRUE(text.starts_with("cannot write a: ") && text.ends_with("File too large")) << text;
    EXPECT_EQ(read("a"), "what was there");
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(path("")), {}), 1);
  }
}

TEST_F(WeightFiles, SafetensorsThatAreNone) {
  const auto load = [&](const std::string& name) { return error_of([&] { load_safetensors(path(name)); }); };
  std::filesystem::create_directory(path("folder"));
  EXPECT_EQ(load("folder"), "folder is a directory, not a file");
  EXPECT_EQ(load("missing"), "cannot read missing: No such file or directory");
  write("a", "");
  EXPECT_EQ(load("a"), "a is empty");
  write("a", "\x02\x00\x00"s);
  EXPECT_EQ(load("a"), "a is truncated: it has 3 bytes, and the length of its header takes 8");
  write("a", "\x10\x00\x00\x00\x00\x00\x00\x00{}"s);
  EXPECT_EQ(load("a"), "a is truncated: its header should have 16 bytes, but 2 follow");
  write("a", std::string(20, '\xFF'));
  EXPECT_EQ(load("a"),
            "a is no safetensors file: its first 8 bytes say that the header has 18446744073709551615 bytes, more than "
            "100000000");
  mkfifo(path("pipe").c_str(), 0600);
  EXPECT_EQ(load("pipe"), "pipe is not a regular file");
}

TEST_F(WeightFiles, DamagedSafetensors) {
  const std::string four(4, '\0'), eight(8, '\0');
  const std::string entry = R"({"dtype":"F32","shape":[1],"data_offsets":[0,4]})";
  struct Case {
    std::string header, numbers, message;
  };
  const std::vector<Case> cases = {
      {"", "", "its header does not begin with {, so it is no safetensors file"},
      {"[]", "", "its header does not begin with {, so it is no safetensors file"},
      {" {}", "", "its header does not begin with {, so it is no safetensors file"},
      {"{", "", "its header is no valid JSON, at byte 10"},
      {"{}x", "", "its header is no valid JSON, at byte 11"},
      {"{\"\xFF\":1}", "", "its header is no valid JSON, at byte 11"},
      {only("F32", "[NaN]", "[0,4]"), four, "its header is no valid JSON, at byte 38"},
      {only("F32", "[1e999]", "[0,4]"), four, "its header is no valid JSON, at byte 42"},
      {"{\"a\":" + entry + ",\"a\":" + entry + "}", four, "its header names \"a\" twice"},
      {R"({"a":null})", "", "its header has null where a tensor's description should be"},
      {R"({"a":3})", "", "its header has a number where a tensor's description should be"},
      {"{\"a\":" + std::string(100'000, '['), "", "its header has an array where a tensor's description should be"},
      {R"({"a":{"dtype":{}}})", "", "\"a\" has an object in its field \"dtype\""},
      {R"({"a":{"dtype":4}})", "", "\"a\" has a number in its field \"dtype\""},
      {R"({"a":{"shape":"4"}})", "", "\"a\" has a string in its field \"shape\""},
      {R"({"a":{"shape":[[4]]}})", "", "\"a\" has an array in its field \"shape\""},
      {R"({"a":{"shape":[true]}})", "", "\"a\" has true or false in its field \"shape\""},
      {R"({"a":{"dtype":"F32","shape":[1]}})", four, "\"a\" has no field \"data_offsets\""},
      {R"({"a":{"shape":[1],"data_offsets":[0,4]}})", four, "\"a\" has no field \"dtype\""},
      {R"({"a":{"dtype":"F32","dtype":"F64"}})", four, "\"a\" has two fields \"dtype\""},
      {R"({"a":{"strides":[1]}})", four, "\"a\" has an unknown field \"strides\""},
      {R"({"__metadata__":{"n":1}})", "", "\"__metadata__\" has a number in its field \"n\""},
      {R"({"__metadata__":{"n":"1","n":"2"}})", "", "its metadata name \"n\" twice"},
      {R"({"__metadata__":[]})", "", "its header has an array where a tensor's description should be"},
      {only("F8_E4M3", "[4]", "[0,4]"), four, "\"a\" has the dtype \"F8_E4M3\", which gradus cannot read"},
      {only("F\\n32", "[4]", "[0,4]"), four, "\"a\" has the dtype \"F?32\", which gradus cannot read"},
      {only("F32", "[-1]", "[0,4]"), four, "\"a\" has a negative number in its shape: -1"},
      {only("F32", "[1.5]", "[0,4]"), four, "\"a\" has \"1.5\" in its shape, which is no whole number of 64 bits"},
      {only("F32", "[99999999999999999999]", "[0,4]"), four,
       "\"a\" has \"99999999999999999999\" in its shape, which is no whole number of 64 bits"},
      {only("F32", "[18446744073709551615]", "[0,4]"), four, "\"a\" has a size of 18446744073709551615"},
      {only("F32", "[4294967296,4294967296]", "[0,4]"), four,
       "\"a\" has a shape too large to count its bytes: [4294967296, 4294967296]"},
      {only("F32", "[0,4294967296,4294967296]", "[0,0]"), "",
       "\"a\" has a shape too large to count its bytes: [0, 4294967296, 4294967296]"},
      {only("F32", "[4611686018427387904]", "[0,0]"), "",
       "\"a\" has a shape too large to count its bytes: [4611686018427387904]"},
      {only("F32", "[1000000000]", "[0,4]"), four,
       "\"a\" has dtype F32 and shape [1000000000], which takes 4000000000 bytes, but has 4"},
      {only("F64", "[1]", "[0,4]"), four, "\"a\" has dtype F64 and shape [1], which takes 8 bytes, but has 4"},
      {only("F32", "[]", "[0,8]"), eight, "\"a\" has dtype F32 and shape [], which takes 4 bytes, but has 8"},
      {only("F32", "[1]", "[4,8]"), four,
       "\"a\" lies at bytes 4 to 8 of the numbers, but there are 4 bytes of numbers"},
      {only("F32", "[1]", "[4,0]"), four,
       "\"a\" lies at bytes 4 to 0 of the numbers, but there are 4 bytes of numbers"},
      {only("F32", "[1]", "[18446744073709551615,3]"), four,
       "\"a\" lies at bytes 18446744073709551615 to 3 of the numbers, but there are 4 bytes of numbers"},
      {only("F32", "[1]", "[0]"), four, "the data_offsets of \"a\" are not two numbers"},
      {only("F32", "[1]", "[0,4,8]"), four, "the data_offsets of \"a\" are not two numbers"},
      {only("F32", "[1]", "[-4,0]"), four, "\"a\" has a negative number in its data_offsets: -4"},
      {only("F32", "[1" + std::string(200, ' ') + "]", "[4,8]"), eight, "the 4 bytes before \"a\" belong to no tensor"},
      {only("F32", "[1]", "[0,4]"), eight, "the last 4 bytes belong to no tensor"},
      {"{\"a\":" + entry + ",\"b\":" + entry + "}", four, "\"b\" overlaps the tensor before it"},
      {"{}", four, "the last 4 bytes belong to no tensor"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.header.substr(0, 200));
    write("a", file_of(c.header, c.numbers));
    EXPECT_EQ(error_of([&] { load_safetensors(path("a")); }), "a: " + c.message);
  }
  std::string dims = "[1";
  for (int i = 0; i < 64; ++i) dims += ",1";
  write("a", file_of(only("F32", dims + "]", "[0,4]"), four));
  EXPECT_EQ(error_of([&] { load_safetensors(path("a")); }), "a: \"a\" has more than 64 dimensions");
}

TEST_F(WeightFiles, EveryFlippedByteAndTruncationOfSafetensors) {
  save_safetensors(path("a"), {{"w", tensor({{1., 2.}})}, {"n", tensor(3)}, {"m", tensor({true})}}, {{"k", "v"}});
  const std::string whole = read("a");
  int loaded = 0, refused = 0;
  const auto attempt = [&](const std::string& content) {
    write("b", content);
    try {
      load_safetensors(path("b"));
      ++loaded;
    } catch (const Error& error) {
      EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos);
      ++refused;
    }
  };
  for (size_t i = 0; i < whole.size(); ++i) {
    for (const int mask : {0x01, 0xFF}) {
      std::string damaged = whole;
      damaged[i] = static_cast<char>(damaged[i] ^ mask);
      attempt(damaged);
    }
    attempt(whole.substr(0, i));
  }
  EXPECT_GE(loaded, 2 * 17);  // the numbers may be any, and so may letters of names
  EXPECT_GE(refused, static_cast<int>(whole.size()));
}

}  // namespace
}  // namespace gradus::nn
