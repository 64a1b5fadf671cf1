//===- Schemas.cpp - Makes QONNX's ops known to the ONNX library ----------===//

#include "Schemas.h"

#include "ModelFile.h"
#include "onnx/defs/schema.h"
#include "onnx/defs/shape_inference.h"

using onnx::OpSchema;

/// Quantizers keep type and shape of their first input.
static void inferLikeInput(onnx::InferenceContext &context) {
  onnx::propagateElemTypeFromInputToOutput(context, 0, 0);
  if (onnx::hasInputShape(context, 0))
    onnx::propagateShapeFromInputToOutput(context, 0, 0);
}

static OpSchema makeSchema(const char *name) {
  OpSchema schema;
  schema.SetName(name)
      .SetDomain(qnn::quantDomain)
      .SinceVersion(1)
      .AllowUncheckedAttributes()
      .TypeConstraint("T", {"tensor(float)", "tensor(double)"}, "quantized")
      .TypeConstraint("P", OpSchema::all_numeric_types(), "parameters")
      .Input(0, "x", "", "T")
      .Input(1, "scale", "", "P", OpSchema::Single, false)
      .Output(0, "y", "", "T")
      .TypeAndShapeInferenceFunction(inferLikeInput);
  return schema;
}

static OpSchema makeQuantSchema(const char *name) {
  OpSchema schema = makeSchema(name);
  schema.Input(2, "zero_point", "", "P", OpSchema::Single, false)
      .Input(3, "bit_width", "", "P", OpSchema::Single, false)
      .Attr("signed", "", onnx::AttributeProto::INT, true)
      .Attr("narrow", "", onnx::AttributeProto::INT, true)
      .Attr("rounding_mode", "", onnx::AttributeProto::STRING,
            std::string("ROUND"));
  return schema;
}

void qnn::registerSchemas() {
  static const bool done = [] {
    registerMicrosoftSchemas();
    onnx::OpSchemaRegistry::DomainToVersionRange::Instance().AddDomainToVersion(
        quantDomain, 1, 1000);
    onnx::RegisterSchema(makeQuantSchema("Quant"));
    onnx::RegisterSchema(makeQuantSchema("IntQuant"));
    onnx::RegisterSchema(makeSchema("BipolarQuant"));
    return true;
  }();
  (void)done;
}
