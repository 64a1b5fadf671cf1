//===- Patterns.h - Families of the lowering to linalg ----------*- C++ -*-===//
//
// One populate function for each family, one file for each function.
//
//===----------------------------------------------------------------------===//

#ifndef QNN_LIB_CONVERSION_QNNTOLINALG_PATTERNS_H
#define QNN_LIB_CONVERSION_QNNTOLINALG_PATTERNS_H

#include "mlir/IR/PatternMatch.h"

namespace qnn {

void populateBatchNormPatterns(mlir::RewritePatternSet &patterns);
void populateElementwisePatterns(mlir::RewritePatternSet &patterns);
void populateMaxPoolGradPatterns(mlir::RewritePatternSet &patterns);
void populatePackingPatterns(mlir::RewritePatternSet &patterns);
/// Several ops as one. To be applied before all others, which would lower each
/// alone.
void populateFusedPackPatterns(mlir::RewritePatternSet &patterns);
void populatePixelLanesPatterns(mlir::RewritePatternSet &patterns);
void populateRecurrentPatterns(mlir::RewritePatternSet &patterns);
void populatePlaneTransposePatterns(mlir::RewritePatternSet &patterns);
void populatePoolingPatterns(mlir::RewritePatternSet &patterns);
void populateProductPatterns(mlir::RewritePatternSet &patterns);
void populateQuantizationPatterns(mlir::RewritePatternSet &patterns);
void populateRandomNumberPatterns(mlir::RewritePatternSet &patterns);
void populateRecurrentGradPatterns(mlir::RewritePatternSet &patterns);
void populateReductionPatterns(mlir::RewritePatternSet &patterns);
void populateScatterPatterns(mlir::RewritePatternSet &patterns);
void populateShapePatterns(mlir::RewritePatternSet &patterns);
void populateTrainingElementwisePatterns(mlir::RewritePatternSet &patterns);
void populateTurnWindowsPatterns(mlir::RewritePatternSet &patterns);
void populateTurnWordsPatterns(mlir::RewritePatternSet &patterns);
void populateUpdatePatterns(mlir::RewritePatternSet &patterns);

} // namespace qnn

#endif // QNN_LIB_CONVERSION_QNNTOLINALG_PATTERNS_H
