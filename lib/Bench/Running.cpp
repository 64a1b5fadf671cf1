//===- Running.cpp - Runs models on buffers of their own --------*- C++ -*-===//

#include "Running.h"
#include "qnn/Bench/Timing.h"
#include "llvm/ADT/STLExtras.h"
#include <cstring>
#include <numeric>
#include <random>
#include <thread>

using namespace qnn;

static void fillRandom(void *data, size_t bytes, qnn_type type) {
  std::mt19937 random(1);
  char *end = static_cast<char *>(data) + bytes;
  for (char *p = static_cast<char *>(data); p < end; p += 4) {
    uint32_t bits = random();
    float value = (bits >> 8) * 0x1p-23f - 1.0f;
    std::memcpy(p, type == QNN_F32 ? static_cast<void *>(&value) : &bits,
                std::min<size_t>(4, end - p));
  }
}

ModelBuffers::ModelBuffers(const Model &model, int64_t samples) {
  for (const TensorInfo &info : model.inputs()) {
    size_t bytes = samples * elementCount(info) * qnn_type_size(info.type);
    memory.emplace_back(bytes);
    fillRandom(memory.back().data(), bytes, info.type);
    in.push_back(memory.back().data());
  }
  for (const TensorInfo &info : model.outputs()) {
    memory.emplace_back(samples * elementCount(info) *
                        qnn_type_size(info.type));
    out.push_back(memory.back().data());
  }
}

int64_t qnn::bytesOf(llvm::ArrayRef<TensorInfo> infos) {
  int64_t bytes = 0;
  for (const TensorInfo &info : infos)
    bytes += elementCount(info) * qnn_type_size(info.type);
  return bytes;
}

llvm::Expected<double> qnn::timeModel(Model &model, int64_t samples,
                                      double seconds) {
  ModelBuffers buffers(model, samples);
  // One run shows whether the model fails; later ones are the same.
  if (llvm::Error error =
          model.runSamples(samples, buffers.inputs(), buffers.outputs()))
    return std::move(error);
  return bestTime(
      [&] {
        llvm::cantFail(
            model.runSamples(samples, buffers.inputs(), buffers.outputs()));
      },
      seconds);
}

double qnn::runsPerSecond(llvm::ArrayRef<std::unique_ptr<Model>> models,
                          double seconds) {
  std::vector<double> rates(models.size());
  std::vector<std::thread> threads;
  for (auto [model, rate] : llvm::zip_equal(models, rates))
    threads.emplace_back([&model = *model, &rate = rate, seconds] {
      rate = 1 / llvm::cantFail(timeModel(model, 1, seconds));
    });
  for (std::thread &thread : threads)
    thread.join();
  return std::accumulate(rates.begin(), rates.end(), 0.0);
}
