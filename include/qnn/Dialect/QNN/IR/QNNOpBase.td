//===- QNNOpBase.td - Base classes of all qnn ops ---------------*- tablegen -*-===//

#ifndef QNN_OP_BASE
#define QNN_OP_BASE

include "mlir/IR/BuiltinAttributeInterfaces.td"
include "mlir/Interfaces/InferTypeOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"
include "qnn/Dialect/QNN/IR/QNNAttrs.td"
include "qnn/Dialect/QNN/IR/QNNDialect.td"
include "qnn/Dialect/QNN/IR/QNNInterfaces.td"

/// All shapes are static: an open batch is a loop around the function.
class QNN_TensorOf<list<Type> types>
    : ConfinedType<RankedTensorOf<types>, [HasStaticShapePred],
                   "statically shaped " # RankedTensorOf<types>.summary>;

/// Floats of the graph form.
def QNN_Float : QNN_TensorOf<[F32]>;
/// Codes of the integer form, 1 to 8 bits; bytes hold any code.
def QNN_Codes : QNN_TensorOf<[I<1>, I<2>, I<3>, I<4>, I<5>, I<6>, I<7>, I<8>]>;
/// Exact sums of products of codes.
def QNN_Sums : QNN_TensorOf<[I8, I16, I32]>;
/// Bit-planes of codes, 32 codes of one plane to a word.
def QNN_Words : QNN_TensorOf<[I32]>;
def QNN_AnyTensor : QNN_TensorOf<[AnyType]>;

class QNN_Op<string mnemonic, list<Trait> traits = []>
    : Op<QNN_Dialect, mnemonic, !listconcat([Pure], traits)> {
  let assemblyFormat = "operands attr-dict `:` functional-type(operands, results)";
}

def QNN_Inferable : NativeOpTrait<"Inferable"> { let cppNamespace = "::qnn"; }

/// An op whose result types follow from operands and attributes; building and
/// verifying both use `inferReturnTypes` of the family's .cpp file.
class QNN_InferredOp<string mnemonic, list<Trait> traits = []>
    : QNN_Op<mnemonic, !listconcat([InferTypeOpAdaptor, QNN_Inferable], traits)>;

#endif // QNN_OP_BASE
