// RUN: qnn-opt %s --convert-qnn-to-linalg --split-input-file --verify-diagnostics

// Codes of one bit are no bytes yet.
func.func @codes(%x: tensor<1x32xi1>) -> tensor<1x1xi32> {
  // expected-error @+1 {{'qnn.pack' op has no loops in this form: expected codes as bytes and integer products in packed form}}
  %0 = qnn.pack %x {code = #qnn.code<1, bipolar>} : (tensor<1x32xi1>) -> tensor<1x1xi32>
  return %0 : tensor<1x1xi32>
}

// -----

func.func @product(%x: tensor<1x32xi8>, %w: tensor<4x32xi8>) -> tensor<1x4xi32> {
  // expected-error @+1 {{'qnn.imatmul' op has no loops in this form}}
  %0 = qnn.imatmul %x, %w {lhs_code = #qnn.code<8, signed>, rhs_code = #qnn.code<8, signed>} : (tensor<1x32xi8>, tensor<4x32xi8>) -> tensor<1x4xi32>
  return %0 : tensor<1x4xi32>
}
