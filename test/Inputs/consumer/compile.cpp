// Compiles an ONNX file in process and runs it on zeros.
#include "qnn/Driver/Compile.h"
#include "qnn/Driver/Model.h"

#include <vector>

int main(int argc, char **argv) {
  llvm::ExitOnError check("compile: ");
  auto context = qnn::createContext();
  auto module = check(qnn::loadModel(argc > 1 ? argv[1] : "", context.get()));
  auto model =
      check(qnn::compileInProcess(*module, argv[1], "native", /*optLevel=*/2));
  qnn::AlignedBuffer input(qnn::elementCount(model->inputs()[0]) * 4);
  qnn::AlignedBuffer output(qnn::elementCount(model->outputs()[0]) * 4);
  std::memset(input.data(), 0, qnn::elementCount(model->inputs()[0]) * 4);
  const void *inputs[] = {input.data()};
  void *outputs[] = {output.data()};
  check(model->runSamples(1, inputs, outputs));
  llvm::outs() << "ran " << model->path() << "\n";
}
