//===- RuntimeTest.cpp - Loading of compiled models -------------*- C++ -*-===//

#include "qnn/Runtime/qnn_runtime.h"
#include "gtest/gtest.h"
#include <string>

static std::string file(const std::string &kind) {
  return TEST_MODELS "/qnn-test-model-" + kind + ".so";
}

static std::string messageOf(const std::string &path) {
  char message[512] = "";
  qnn_library *library = qnn_library_open(path.c_str(), message, 512);
  EXPECT_EQ(library, nullptr);
  return message;
}

TEST(Runtime, LoadsAndRuns) {
  char message[256] = "";
  qnn_library *library =
      qnn_library_open(file("good").c_str(), message, sizeof(message));
  ASSERT_NE(library, nullptr) << message;
  const qnn_model *model = qnn_library_model(library);
  EXPECT_STREQ(model->name, "good");
  EXPECT_EQ(qnn_tensor_elements(&model->inputs[0]), 2);
  float x[4] = {1, 2, 3, 4}, y[4] = {};
  const void *inputs[] = {x};
  void *outputs[] = {y};
  EXPECT_EQ(model->run(inputs, outputs, nullptr, 2), 0);
  EXPECT_EQ(y[3], 8.0f);
  qnn_library_close(library);
}

TEST(Runtime, RefusesWhatIsNoModel) {
  EXPECT_EQ(messageOf(file("other")),
            file("other") + ": not a compiled model: no symbol qnn_get_model");
  EXPECT_EQ(messageOf(file("null")),
            file("null") + ": the library has no model descriptor");
  EXPECT_EQ(messageOf(file("version")),
            file("version") + ": made for version 2 of the model interface, "
                              "but this is version 1");
  EXPECT_EQ(messageOf("/none.so").find("/none.so: cannot load the library: "),
            0u);
  // A bare name is never searched for in system folders.
  EXPECT_NE(messageOf("libc.so.6"), "");
}

TEST(Runtime, ShortMessageBuffers) {
  char message[8];
  EXPECT_EQ(qnn_library_open("/none.so", message, sizeof(message)), nullptr);
  EXPECT_EQ(std::string(message), "/none.s");
  EXPECT_EQ(qnn_library_open("/none.so", nullptr, 0), nullptr);
}

TEST(Runtime, SizesOfTypes) {
  EXPECT_EQ(qnn_type_size(QNN_F32), 4u);
  EXPECT_EQ(qnn_type_size(QNN_I32), 4u);
  EXPECT_EQ(qnn_type_size(QNN_I64), 8u);
  EXPECT_EQ(qnn_type_size(QNN_I8), 1u);
  EXPECT_EQ(qnn_type_size(QNN_U8), 1u);
  EXPECT_EQ(qnn_type_size(99), 0u);
  qnn_tensor scalar = {"s", QNN_F32, 0, nullptr};
  EXPECT_EQ(qnn_tensor_elements(&scalar), 1);
}
