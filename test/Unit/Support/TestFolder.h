//===- TestFolder.h - A folder that lives as long as a test -----*- C++ -*-===//

#ifndef QNN_TEST_UNIT_SUPPORT_TESTFOLDER_H
#define QNN_TEST_UNIT_SUPPORT_TESTFOLDER_H

#include "llvm/ADT/SmallString.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"
#include "gtest/gtest.h"
#include <string>

namespace qnn {

class TestFolder : public testing::Test {
protected:
  void SetUp() override {
    ASSERT_FALSE(llvm::sys::fs::createUniqueDirectory("qnn-test", folder));
  }
  void TearDown() override { llvm::sys::fs::remove_directories(folder); }

  std::string path(llvm::StringRef name) const {
    llvm::SmallString<128> result(folder);
    llvm::sys::path::append(result, name);
    return result.str().str();
  }

  /// Puts `contents` into a file; returns its path.
  std::string put(llvm::StringRef name, llvm::StringRef contents) const {
    std::error_code code;
    llvm::raw_fd_ostream os(path(name), code);
    os << contents;
    return path(name);
  }

  /// Names of the files in the folder.
  std::vector<std::string> list() const {
    std::vector<std::string> names;
    std::error_code code;
    for (llvm::sys::fs::directory_iterator it(folder, code), end; it != end;
         it.increment(code))
      names.push_back(llvm::sys::path::filename(it->path()).str());
    return names;
  }

  llvm::SmallString<128> folder;
};

/// The message of a failed result; empty where it did not fail.
template <typename T>
std::string messageOf(llvm::Expected<T> result) {
  return result ? std::string() : llvm::toString(result.takeError());
}

} // namespace qnn

#endif // QNN_TEST_UNIT_SUPPORT_TESTFOLDER_H
