//===- Schemas.h - Makes QONNX's ops known to the ONNX library --*- C++ -*-===//

#ifndef QNN_LIB_ONNX_SCHEMAS_H
#define QNN_LIB_ONNX_SCHEMAS_H

namespace qnn {

/// Registers Quant, IntQuant and BipolarQuant of `quantDomain`, so that checker
/// and shape inference know them; once per process, however often it is called.
void registerQuantSchemas();

} // namespace qnn

#endif // QNN_LIB_ONNX_SCHEMAS_H
