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

/// Before the bit width of the result stands its scale, in the newer form.
static OpSchema makeTruncSchema() {
  using onnx::AttributeProto;
  OpSchema schema = makeSchema("Trunc");
  schema.Input(2, "zero_point", "", "P", OpSchema::Single, false)
      .Input(3, "in_bit_width", "", "P", OpSchema::Single, false)
      .Input(4, "out_scale", "", "P", OpSchema::Single, false)
      .Input(5, "out_bit_width", "", "P", OpSchema::Optional, false)
      .Attr("rounding_mode", "", AttributeProto::STRING, std::string("FLOOR"))
      .Attr("narrow", "", AttributeProto::INT, int64_t(0))
      .Attr("signed", "", AttributeProto::INT, int64_t(1));
  return schema;
}

static OpSchema makeFloatQuantSchema() {
  using onnx::AttributeProto;
  OpSchema schema = makeSchema("FloatQuant");
  schema.Input(2, "exponent_bits", "", "P", OpSchema::Single, false)
      .Input(3, "mantissa_bits", "", "P", OpSchema::Single, false)
      .Input(4, "exponent_bias", "", "P", OpSchema::Single, false)
      .Input(5, "max_val", "", "P", OpSchema::Optional, false)
      .Attr("rounding_mode", "", AttributeProto::STRING, std::string("ROUND"))
      .Attr("has_inf", "", AttributeProto::INT, int64_t(0))
      .Attr("has_nan", "", AttributeProto::INT, int64_t(0))
      .Attr("has_subnormal", "", AttributeProto::INT, int64_t(0))
      .Attr("saturation", "", AttributeProto::INT, int64_t(1))
      .Attr("signed", "", AttributeProto::INT, int64_t(1));
  return schema;
}

static OpSchema makeMultiThresholdSchema() {
  using onnx::AttributeProto;
  OpSchema schema = makeSchema("MultiThreshold");
  schema.Attr("out_dtype", "", AttributeProto::STRING, false)
      .Attr("out_scale", "", AttributeProto::FLOAT, 1.0f)
      .Attr("out_bias", "", AttributeProto::FLOAT, 0.0f)
      .Attr("data_layout", "", AttributeProto::STRING, std::string("NCHW"));
  return schema;
}

static OpSchema makeXnorMatMulSchema() {
  OpSchema schema = makeSchema("XnorPopcountMatMul");
  schema.TypeAndShapeInferenceFunction([](onnx::InferenceContext &context) {
    onnx::propagateElemTypeFromInputToOutput(context, 0, 0);
  });
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
    onnx::RegisterSchema(makeTruncSchema());
    onnx::RegisterSchema(makeFloatQuantSchema());
    onnx::RegisterSchema(makeMultiThresholdSchema());
    onnx::RegisterSchema(makeXnorMatMulSchema());
    return true;
  }();
  (void)done;
}
