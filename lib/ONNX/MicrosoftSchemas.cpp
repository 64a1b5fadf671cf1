//===- MicrosoftSchemas.cpp - Quantized operators of ONNX Runtime ---------===//
//
// ONNX's library knows its own operators. These are those of the domain
// com.microsoft that ImportQLinear.cpp reads, so that checker and shape
// inference know them too.
//
//===----------------------------------------------------------------------===//

#include "Schemas.h"

#include "ModelFile.h"
#include "onnx/defs/schema.h"
#include "onnx/defs/shape_inference.h"

using onnx::OpSchema;

/// The operator without its inputs.
static OpSchema makeSchema(const char *name) {
  OpSchema schema;
  schema.SetName(name)
      .SetDomain(qnn::microsoftDomain)
      .SinceVersion(1)
      .TypeConstraint("T", OpSchema::all_numeric_types_ir10(), "integers")
      .TypeConstraint("F", {"tensor(float)"}, "scales")
      .TypeConstraint("B", {"tensor(int32)"}, "the bias")
      .TypeConstraint("O", OpSchema::all_numeric_types_ir10(), "the result")
      .Output(0, "y", "", "O");
  return schema;
}

static void inferTypeLikeInput(onnx::InferenceContext &context) {
  onnx::propagateElemTypeFromInputToOutput(context, 0, 0);
}

static void inferLikeInput(onnx::InferenceContext &context) {
  onnx::propagateShapeAndTypeFromFirstInput(context);
}

/// Adds a tensor of its own type with scale and zero point from input `index`
/// on.
static void addQuantized(OpSchema &schema, int index, const char *name,
                         bool needsZeroPoint = false) {
  std::string text = name, type = "T" + text;
  schema.TypeConstraint(type, OpSchema::all_numeric_types_ir10(), "integers")
      .Input(index, text, "", type)
      .Input(index + 1, text + "_scale", "", "F")
      .Input(index + 2, text + "_zero_point", "", type,
             needsZeroPoint ? OpSchema::Single : OpSchema::Optional);
}

static void addResultScale(OpSchema &schema, int index,
                           OpSchema::FormalParameterOption scale,
                           OpSchema::FormalParameterOption zeroPoint) {
  schema.Input(index, "y_scale", "", "F", scale)
      .Input(index + 1, "y_zero_point", "", "T", zeroPoint);
}

static OpSchema makeUnarySchema(const char *name) {
  OpSchema schema = makeSchema(name);
  addQuantized(schema, 0, "x");
  addResultScale(schema, 3, OpSchema::Single, OpSchema::Optional);
  schema.TypeAndShapeInferenceFunction(inferLikeInput);
  return schema;
}

/// QuantizeLinear and DequantizeLinear as they were before ONNX's own had
/// integers of 16 bits.
static OpSchema makeLinearSchema(const char *name, const char *input,
                                 const char *zeroPoint) {
  OpSchema schema = makeSchema(name);
  schema.Input(0, "x", "", input)
      .Input(1, "scale", "", "F")
      .Input(2, "zero_point", "", zeroPoint, OpSchema::Optional)
      .Attr("axis", "", onnx::AttributeProto::INT, int64_t(1));
  return schema;
}

static void inferDequantized(onnx::InferenceContext &context) {
  onnx::updateOutputElemType(context, 0, onnx::TensorProto::FLOAT);
  if (onnx::hasInputShape(context, 0))
    onnx::propagateShapeFromInputToOutput(context, 0, 0);
}

static void inferQuantized(onnx::InferenceContext &context) {
  if (context.getNumInputs() > 2 && context.getInputType(2))
    onnx::propagateElemTypeFromInputToOutput(context, 2, 0);
  else
    onnx::updateOutputElemType(context, 0, onnx::TensorProto::UINT8);
  if (onnx::hasInputShape(context, 0))
    onnx::propagateShapeFromInputToOutput(context, 0, 0);
}

static OpSchema makeQuantizeSchema() {
  OpSchema schema = makeLinearSchema("QuantizeLinear", "F", "T");
  schema.TypeAndShapeInferenceFunction(inferQuantized);
  return schema;
}

static OpSchema makeDequantizeSchema() {
  OpSchema schema = makeLinearSchema("DequantizeLinear", "T", "T");
  schema.TypeAndShapeInferenceFunction(inferDequantized);
  return schema;
}

static OpSchema makePoolSchema(const char *name) {
  OpSchema schema = makeUnarySchema(name);
  schema.Attr("channels_last", "", onnx::AttributeProto::INT, int64_t(0))
      .TypeAndShapeInferenceFunction(inferTypeLikeInput);
  return schema;
}

static OpSchema makeAveragePoolSchema() {
  using onnx::AttributeProto;
  OpSchema schema = makePoolSchema("QLinearAveragePool");
  schema.Attr("auto_pad", "", AttributeProto::STRING, std::string("NOTSET"))
      .Attr("ceil_mode", "", AttributeProto::INT, int64_t(0))
      .Attr("count_include_pad", "", AttributeProto::INT, int64_t(0))
      .Attr("kernel_shape", "", AttributeProto::INTS, true)
      .Attr("pads", "", AttributeProto::INTS, false)
      .Attr("strides", "", AttributeProto::INTS, false);
  return schema;
}

static OpSchema makeLeakyReluSchema() {
  OpSchema schema = makeUnarySchema("QLinearLeakyRelu");
  schema.Attr("alpha", "", onnx::AttributeProto::FLOAT, 0.01f);
  return schema;
}

static OpSchema makeSoftmaxSchema() {
  OpSchema schema = makeUnarySchema("QLinearSoftmax");
  schema.Attr("axis", "", onnx::AttributeProto::INT, int64_t(-1))
      .Attr("opset", "", onnx::AttributeProto::INT, true);
  return schema;
}

static void inferBroadcast(onnx::InferenceContext &context) {
  inferTypeLikeInput(context);
  if (onnx::hasInputShape(context, 0) && onnx::hasInputShape(context, 3))
    onnx::bidirectionalBroadcastShapeInference(
        onnx::getInputShape(context, 0), onnx::getInputShape(context, 3),
        *onnx::getOutputShape(context, 0));
}

static OpSchema makeBinarySchema(const char *name) {
  OpSchema schema = makeSchema(name);
  addQuantized(schema, 0, "a");
  addQuantized(schema, 3, "b");
  addResultScale(schema, 6, OpSchema::Single, OpSchema::Optional);
  schema.TypeAndShapeInferenceFunction(inferBroadcast);
  return schema;
}

static OpSchema makeConcatSchema() {
  OpSchema schema = makeSchema("QLinearConcat");
  addResultScale(schema, 0, OpSchema::Single, OpSchema::Single);
  schema
      .TypeConstraint("P", OpSchema::all_numeric_types_ir10(),
                      "parts, their scales and zero points")
      .Input(2, "parts", "", "P", OpSchema::Variadic, /*is_homogeneous=*/false,
             /*min_arity=*/3)
      .Attr("axis", "", onnx::AttributeProto::INT, true)
      .TypeAndShapeInferenceFunction([](onnx::InferenceContext &context) {
        onnx::propagateElemTypeFromInputToOutput(context, 1, 0);
      });
  return schema;
}

/// The result is float unless it has a scale.
static void inferGemm(onnx::InferenceContext &context) {
  if (context.getNumInputs() > 7 && context.getInputType(7))
    inferTypeLikeInput(context);
  else
    onnx::updateOutputElemType(context, 0, onnx::TensorProto::FLOAT);
}

static OpSchema makeGemmSchema() {
  OpSchema schema = makeSchema("QGemm");
  addQuantized(schema, 0, "a", /*needsZeroPoint=*/true);
  addQuantized(schema, 3, "b", /*needsZeroPoint=*/true);
  schema.Input(6, "c", "", "B", OpSchema::Optional);
  addResultScale(schema, 7, OpSchema::Optional, OpSchema::Optional);
  schema.Attr("alpha", "", onnx::AttributeProto::FLOAT, 1.0f)
      .Attr("transA", "", onnx::AttributeProto::INT, int64_t(0))
      .Attr("transB", "", onnx::AttributeProto::INT, int64_t(0))
      .TypeAndShapeInferenceFunction(inferGemm);
  return schema;
}

void qnn::registerMicrosoftSchemas() {
  onnx::OpSchemaRegistry::DomainToVersionRange::Instance().AddDomainToVersion(
      qnn::microsoftDomain, 1, 1000);
  for (const OpSchema &schema :
       {makeQuantizeSchema(), makeDequantizeSchema(),
        makeBinarySchema("QLinearAdd"), makeBinarySchema("QLinearMul"),
        makePoolSchema("QLinearGlobalAveragePool"), makeAveragePoolSchema(),
        makeUnarySchema("QLinearSigmoid"), makeLeakyReluSchema(),
        makeSoftmaxSchema(), makeConcatSchema(), makeGemmSchema()})
    onnx::RegisterSchema(schema);
}
