#include <gradus/datasets/csv.h>
#include <gradus/tests/datasets/files.h>
#include <unistd.h>

namespace gradus::datasets {
namespace {

/// A row with `label` whose pixel i is (start + i) mod 256.
std::string row(int label, int start = 0) {
  std::string text = std::to_string(label);
  for (int i = 0; i < 784; ++i) text += ',' + std::to_string((start + i) % 256);
  return text;
}

/// The row 5,0,0,... with the field at `column` (from 1) replaced.
std::string row_with(int column, const std::string& field) {
  std::string text;
  for (int i = 1; i <= 785; ++i) text += (i == 1 ? "" : ",") + (i == column ? field : i == 1 ? "5" : "0");
  return text;
}

class CsvTest : public FilesTest {
 protected:
  std::string error_of_content(const std::string& content) const {
    return error_of([&] { read_csv(write("digits.csv", content)); });
  }
};

void expect_two_digits(const Digits& digits) {
  ASSERT_EQ(digits.size(), 2U);
  EXPECT_EQ(digits.labels, (std::vector<std::uint8_t>{7, 0}));
  ASSERT_EQ(digits.pixels.size(), 2 * 784U);
  for (std::size_t i = 0; i < 784; ++i) {
    ASSERT_EQ(digits.image(0)[i], i % 256);
    ASSERT_EQ(digits.image(1)[i], (100 + i) % 256);
  }
}

TEST_F(CsvTest, ReadsLabelsAndPixels) {
  expect_two_digits(read_csv(write("a.csv", row(7) + "\n" + row(0, 100) + "\n")));
}

TEST_F(CsvTest, AcceptsAMissingLastNewline) {
  expect_two_digits(read_csv(write("a.csv", row(7) + "\n" + row(0, 100))));
}

TEST_F(CsvTest, AcceptsCrlfAndBlankLastLines) {
  expect_two_digits(read_csv(write("a.csv", row(7) + "\r\n" + row(0, 100) + "\r\n\r\n  \t\r\n\n")));
}

TEST_F(CsvTest, AcceptsAHeaderAndAByteOrderMark) {
  std::string names = "label", places = "\"label\"";
  for (int i = 0; i < 784; ++i) {
    names += ",pixel" + std::to_string(i);
    places += ',' + std::to_string(1 + i / 28) + "x" + std::to_string(1 + i % 28);
  }
  const std::string rows = row(7) + "\n" + row(0, 100) + "\n";
  expect_two_digits(read_csv(write("names.csv", names + "\n" + rows)));
  expect_two_digits(read_csv(write("places.csv", places + "\r\n" + rows)));
  expect_two_digits(read_csv(write("mark.csv", "\xEF\xBB\xBF" + names + "\n" + rows)));
  expect_two_digits(read_csv(write("mark_only.csv", "\xEF\xBB\xBF" + rows)));
}

TEST_F(CsvTest, ReadsGzip) { expect_two_digits(read_csv(write_gzip("a.csv.gz", row(7) + "\n" + row(0, 100) + "\n"))); }

TEST_F(CsvTest, ReadsMoreThanOneBlock) {
  std::string content;
  for (int i = 0; i < 1500; ++i) content += row(i % 10, i) + "\n";
  ASSERT_GT(content.size(), 3U << 20);  // three blocks and more
  const Digits digits = read_csv(write("a.csv", content));
  ASSERT_EQ(digits.size(), 1500U);
  for (std::size_t i = 0; i < 1500; ++i) {
    ASSERT_EQ(digits.labels[i], i % 10);
    for (std::size_t j = 0; j < 784; ++j) ASSERT_EQ(digits.image(i)[j], (i + j) % 256) << "digit " << i;
  }
}

TEST_F(CsvTest, LimitReadsTheFirstDigitsOnly) {
  const auto file = write("a.csv", row(7) + "\n" + row(3) + "\nnot a row\n");
  EXPECT_EQ(read_csv(file, 1).labels, (std::vector<std::uint8_t>{7}));
  EXPECT_EQ(read_csv(file, 2).labels, (std::vector<std::uint8_t>{7, 3}));
  EXPECT_EQ(error_of([&] { read_csv(file, 0); }), "limit should be a positive number of digits, but got 0");
}

TEST_F(CsvTest, NamesWhatIsWrongWithAFile) {
  EXPECT_EQ(error_of([&] { read_csv(path("none.csv")); }), "cannot read none.csv: No such file or directory");
  std::filesystem::create_directory(path("folder.csv"));
  EXPECT_EQ(error_of([&] { read_csv(path("folder.csv")); }), "folder.csv is a directory, not a file");
  EXPECT_EQ(error_of_content(""), "digits.csv is empty; expected rows of a label and 784 pixels");
  EXPECT_EQ(error_of_content("\n\n"), "digits.csv holds no digit; expected rows of a label and 784 pixels");
}

TEST_F(CsvTest, NamesAFileWithoutPermission) {
  const auto file = write("secret.csv", row(7));
  std::filesystem::permissions(file.parent_path(), std::filesystem::perms::all);
  std::filesystem::permissions(file, std::filesystem::perms::none);
  const uid_t user = geteuid();
  if (user == 0) {  // root may read every file: be nobody for a moment
    ASSERT_EQ(seteuid(65534), 0);
  }
  const std::string message = error_of([&] { read_csv(file); });
  ASSERT_EQ(seteuid(user), 0);
  EXPECT_EQ(message, "cannot read secret.csv: Permission denied");
}

TEST_F(CsvTest, NamesRowColumnAndField) {
  const std::string good = row(7) + "\n";
  const auto error_of_field = [&](int column, const std::string& field) {
    return error_of_content(good + row_with(column, field) + "\n" + good);
  };
  EXPECT_EQ(error_of_field(3, "256"), "digits.csv, row 2, column 3: expected a pixel from 0 to 255, found \"256\"");
  EXPECT_EQ(error_of_field(785, "-1"), "digits.csv, row 2, column 785: expected a pixel from 0 to 255, found \"-1\"");
  EXPECT_EQ(error_of_field(2, "abc"), "digits.csv, row 2, column 2: expected a pixel from 0 to 255, found \"abc\"");
  EXPECT_EQ(error_of_field(784, ""), "digits.csv, row 2, column 784: expected a pixel from 0 to 255, found nothing");
  EXPECT_EQ(error_of_field(785, ""), "digits.csv, row 2, column 785: expected a pixel from 0 to 255, found nothing");
  EXPECT_EQ(error_of_field(9, "0.5"), "digits.csv, row 2, column 9: expected a pixel from 0 to 255, found \"0.5\"");
  EXPECT_EQ(error_of_field(9, "7 "), "digits.csv, row 2, column 9: expected a pixel from 0 to 255, found \"7 \"");
  EXPECT_EQ(error_of_field(9, "99999999999999999999"),
            "digits.csv, row 2, column 9: expected a pixel from 0 to 255, found \"99999999999999999999\"");
  EXPECT_EQ(error_of_field(1, "10"), "digits.csv, row 2, column 1: expected a label from 0 to 9, found \"10\"");
  EXPECT_EQ(error_of_field(1, ""), "digits.csv, row 2, column 1: expected a label from 0 to 9, found nothing");
  EXPECT_EQ(error_of_field(4, std::string(500, '\a')),
            "digits.csv, row 2, column 4: expected a pixel from 0 to 255, found \"" + std::string(24, '?') + "...\"");
}

TEST_F(CsvTest, NamesAWrongNumberOfFields) {
  const std::string short_row = row(7).substr(0, row(7).rfind(','));
  EXPECT_EQ(error_of_content(short_row), "digits.csv, row 1: expected 785 fields (a label and 784 pixels), found 784");
  EXPECT_EQ(error_of_content(row(7) + "\r\n" + row(7) + ",0\r\n"),
            "digits.csv, row 2: expected 785 fields (a label and 784 pixels), found 786");
  EXPECT_EQ(error_of_content(row(7) + "\n" + row(7) + ",\n"),
            "digits.csv, row 2: expected 785 fields (a label and 784 pixels), found 786");
  EXPECT_EQ(error_of_content("label,pixels\n" + row(7)),
            "digits.csv, row 1: expected 785 fields (a label and 784 pixels), found 2");
}

TEST_F(CsvTest, AWrongFirstRowIsNoHeader) {
  EXPECT_EQ(error_of_content(row_with(1, "abc")),
            "digits.csv, row 1, column 1: expected a label from 0 to 9, found \"abc\"");
  EXPECT_EQ(error_of_content(row_with(2, "abc")),
            "digits.csv, row 1, column 2: expected a pixel from 0 to 255, found \"abc\"");
}

TEST_F(CsvTest, NamesWhatIsWrongWithAFileOfMoreRowsThanFitInMemory) {
  const auto file = write("a.csv", "hello\n");
  std::filesystem::resize_file(file, std::uintmax_t{1} << 43);  // takes no room on the disk
  const std::string expected = "a.csv, row 1: expected 785 fields (a label and 784 pixels), found 1";
  EXPECT_EQ(error_of([&] { read_csv(file); }), expected);
}

TEST_F(CsvTest, RefusesABlankLineBetweenRows) {
  EXPECT_EQ(error_of_content(row(7) + "\n\n\n" + row(7) + "\n"),
            "digits.csv, row 2: the line is blank, but row 4 after it is not");
}

TEST_F(CsvTest, RefusesAnEndlessLine) {
  EXPECT_EQ(error_of_content(row(7) + "\n" + std::string(3U << 20, '1')),
            "digits.csv, row 2: the line is longer than 1048576 bytes; a row holds a label and 784 pixels");
}

TEST_F(CsvTest, NamesTruncatedAndCorruptGzip) {
  std::string content;
  for (int i = 0; i < 100; ++i) content += row(i % 10, i * i) + "\n";
  write_gzip("whole.csv.gz", content);
  const std::string whole = read("whole.csv.gz");
  for (const std::size_t size : {std::size_t{5}, std::size_t{12}, whole.size() / 2, whole.size() - 1}) {
    EXPECT_EQ(error_of([&] { read_csv(write("cut.csv.gz", whole.substr(0, size))); }),
              "cut.csv.gz is truncated: its gzip data end too early")
        << size << " of " << whole.size() << " bytes";
  }
  std::string corrupt = whole;
  corrupt[corrupt.size() - 6] ^= 1;  // a bit of the checksum
  EXPECT_EQ(error_of([&] { read_csv(write("corrupt.csv.gz", corrupt)); }),
            "corrupt.csv.gz is corrupt: its gzip data cannot be unpacked");
}

TEST_F(CsvTest, WritesWhatItReads) {
  Digits digits;
  for (int i = 0; i < 3; ++i) {
    digits.labels.push_back(static_cast<std::uint8_t>(9 - i));
    for (int j = 0; j < 784; ++j) digits.pixels.push_back(static_cast<std::uint8_t>(i * 50 + j));
  }
  write_csv(path("out.csv"), digits);
  write_csv(path("out.csv.gz"), digits);
  for (const char* const name : {"out.csv", "out.csv.gz"}) {
    const Digits again = read_csv(path(name));
    EXPECT_EQ(again.labels, digits.labels);
    EXPECT_EQ(again.pixels, digits.pixels);
  }
  EXPECT_EQ(read("out.csv").substr(0, 10), "9,0,1,2,3,");
  EXPECT_EQ(read("out.csv.gz").substr(0, 2), "\x1F\x8B");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(path("")), {}), 2);  // nothing else is left behind
}

TEST_F(CsvTest, AFailedWriteLeavesNothingBehind) {
  const Digits digits{std::vector<std::uint8_t>(1), std::vector<std::uint8_t>(784)};
  EXPECT_EQ(error_of([&] { write_csv(path("none/out.csv"), digits); }),
            "cannot write none/out.csv: No such file or directory");
  std::filesystem::create_directories(path("out.csv/full"));
  EXPECT_EQ(error_of([&] { write_csv(path("out.csv"), digits); }), "cannot write out.csv: Is a directory");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(path("")), {}), 1);
}

}  // namespace
}  // namespace gradus::datasets
