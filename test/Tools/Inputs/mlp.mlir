// Two inputs, two outputs: a small binary layer and a float one.
func.func @mlp(%x: tensor<1x4xf32> {qnn.name = "x"}, %z: tensor<1x2xf32> {qnn.name = "z"})
    -> (tensor<1x2xf32> {qnn.name = "y"}, tensor<1x2xf32> {qnn.name = "s"}) {
  %w = arith.constant dense<[[1.0, -1.0, 1.0, 1.0], [-1.0, -1.0, 1.0, -1.0]]> : tensor<2x4xf32>
  %a = qnn.quantize %x {quantizer = #qnn.quantizer<bits = 1, encoding = bipolar>} : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %b = qnn.quantize %w {quantizer = #qnn.quantizer<bits = 1, encoding = bipolar>} : (tensor<2x4xf32>) -> tensor<2x4xf32>
  %y = qnn.matmul %a, %b {transpose_rhs} : (tensor<1x4xf32>, tensor<2x4xf32>) -> tensor<1x2xf32>
  %s = qnn.add %y, %z : (tensor<1x2xf32>, tensor<1x2xf32>) -> tensor<1x2xf32>
  return %y, %s : tensor<1x2xf32>, tensor<1x2xf32>
}
