//===- Schemas.h - Ops of other domains for ONNX's library ------*- C++ -*-===//

#ifndef QNN_LIB_ONNX_SCHEMAS_H
#define QNN_LIB_ONNX_SCHEMAS_H

namespace qnn {

/// Registers the ops of `quantDomain` and `microsoftDomain` that are read, so
/// that checker and shape inference know them; once per process, however often
/// it is called.
void registerSchemas();

/// The part of `microsoftDomain`.
void registerMicrosoftSchemas();

} // namespace qnn

#endif // QNN_LIB_ONNX_SCHEMAS_H
