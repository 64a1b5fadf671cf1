//===- FilesTest.cpp - All or nothing ---------------------------*- C++ -*-===//

#include "qnn/Support/Files.h"
#include "TestFolder.h"
#include <sys/stat.h>
#include <unistd.h>

using namespace qnn;
using testing::Test;

namespace {
class FilesTest : public TestFolder {};
} // namespace

TEST_F(FilesTest, WritesAndReadsBack) {
  ASSERT_FALSE(writeFile(path("a"), "hello"));
  llvm::Expected<std::string> text = readFile(path("a"));
  ASSERT_TRUE(bool(text));
  EXPECT_EQ(*text, "hello");
  EXPECT_EQ(list().size(), 1u);
}

TEST_F(FilesTest, ReplacesWhatALinkPointsAt) {
  put("real", "old");
  ASSERT_EQ(symlink("real", path("link").c_str()), 0);
  ASSERT_FALSE(writeFile(path("link"), "new"));
  EXPECT_EQ(*readFile(path("real")), "new");
  EXPECT_TRUE(llvm::sys::fs::is_symlink_file(path("link")));
}

TEST_F(FilesTest, MissingFile) {
  EXPECT_EQ(messageOf(readFile(path("none"))),
            path("none") + ": No such file or directory");
}

TEST_F(FilesTest, FolderIsNotAFile) {
  EXPECT_EQ(messageOf(readFile(folder.str())),
            folder.str().str() + ": is a directory");
  EXPECT_EQ(llvm::toString(writeFile(folder.str(), "x")),
            folder.str().str() + ": cannot write: is a directory");
}

TEST_F(FilesTest, MissingFolder) {
  EXPECT_EQ(llvm::toString(writeFile(path("none/a"), "x")),
            path("none/a") + ": cannot write: folder '" + path("none") +
                "': No such file or directory");
}

TEST_F(FilesTest, FullDevice) {
  EXPECT_EQ(llvm::toString(writeFile("/dev/full", "x")),
            "/dev/full: cannot write: No space left on device");
  EXPECT_FALSE(writeFile("/dev/null", "x"));
}

TEST_F(FilesTest, OneFailureWritesNothing) {
  put("a", "old");
  std::vector<OutputFile> files = {{path("a"), "new"}, {"/dev/full", "x"}};
  EXPECT_NE(llvm::toString(writeFiles(files)), "");
  EXPECT_EQ(*readFile(path("a")), "old");
  EXPECT_EQ(list(), std::vector<std::string>{"a"});
}

TEST_F(FilesTest, Executable) {
  ASSERT_FALSE(writeFiles(OutputFile{path("run"), "x", true}));
  struct stat status;
  ASSERT_EQ(stat(path("run").c_str(), &status), 0);
  EXPECT_NE(status.st_mode & S_IXUSR, 0u);
}

TEST_F(FilesTest, DamagedGzip) {
  // The gzip form of "hello\n", whole and cut.
  std::string packed("\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\xcb\x48\xcd\xc9"
                     "\xc9\xe7\x02\x00\x20\x30\x3a\x36\x06\x00\x00\x00",
                     26);
  EXPECT_EQ(*readMaybeGzip(put("whole.gz", packed)), "hello\n");
  std::string cut = put("cut.gz", llvm::StringRef(packed).drop_back(12));
  EXPECT_EQ(messageOf(readMaybeGzip(cut)),
            cut + ": truncated gzip data: ends after 3 unpacked bytes");
  packed[20] ^= 1;
  std::string bad = put("bad.gz", packed);
  EXPECT_EQ(messageOf(readMaybeGzip(bad)),
            bad + ": corrupt gzip data after 6 unpacked bytes");
  EXPECT_EQ(*readMaybeGzip(put("plain", "text")), "text");
}
