//===- TrainingUpdateOps.td - Updates of parameters --------*- tablegen -*-===//
//
// What optimizers do. Part of TrainingOps.td, which includes it.
//
//===----------------------------------------------------------------------===//

#ifndef QNN_TRAINING_UPDATE_OPS
#define QNN_TRAINING_UPDATE_OPS

/// An optimizer's update: elementwise on parameter, gradient and states, all of
/// one type; results are the new parameter and states. The arithmetic is that of
/// `qnn/Arith/Optimizers.h`. `formula` is what happens to w, g, and the states.
class QNN_UpdateOp<string mnemonic, string what, string formula, dag states, dag scalars, dag attributes, string example>
    : QNN_InferredOp<mnemonic> {
  let summary = what;
  let description = [{
    Elementwise, each step in f32 (`qnn/Arith/Optimizers.h`). `rate` is `learning_rate * lr_scale`;
    `t` is `step`, 1 in the first step; what depends on it only is computed in f64. At the end `w` is
    clamped to `[-clip, clip]`, where there is a `clip`.

}] # formula # "\n\n```mlir\n" # example # "\n```\n";
  let arguments = !con((ins QNN_Float:$parameter, QNN_Float:$gradient), states, (ins QNN_FloatScalar:$learning_rate),
    scalars, attributes, (ins DefaultValuedAttr<F32Attr, "1.0f">:$lr_scale, OptionalAttr<F32Attr>:$clip));
}

class QNN_F64Default<string number> : DefaultValuedAttr<F64Attr, number>;

class QNN_ExampleUpdate<string op, int states, string scalars, string scalarTypes> {
  defvar more = !foldl("", !range(states), text, i, text # ", %s" # i);
  defvar types = !foldl("", !range(states), text, i, text # ", tensor<4xf32>");
  string text = !if(!eq(states, 0), "%new", "%new:" # !add(states, 1)) # " = qnn." # op # " %w, %g" # more # ", %lr" #
    scalars # " {clip = 1.0 : f32}\n    : (tensor<4xf32>, tensor<4xf32>" # types # ", tensor<f32>" # scalarTypes #
    ") -> " # !if(!eq(states, 0), "tensor<4xf32>", "(tensor<4xf32>" # types # ")");
}

def QNN_SgdOp : QNN_UpdateOp<"sgd", "stochastic gradient descent", [{
        g = g + weight_decay * w
        w = w - rate * g
}], (ins), (ins), (ins QNN_F64Default<"0.0">:$weight_decay), QNN_ExampleUpdate<"sgd", 0, "", "">.text> {
  let results = (outs QNN_Float:$new_parameter);
}

def QNN_MomentumOp : QNN_UpdateOp<"momentum", "stochastic gradient descent with momentum", [{
        g = g + weight_decay * w
        v = momentum * v + g
        w = w - rate * v            nesterov: w - rate * (g + momentum * v)
}], (ins QNN_Float:$velocity), (ins), (ins QNN_F64Default<"0.9">:$momentum, UnitAttr:$nesterov,
      QNN_F64Default<"0.0">:$weight_decay), QNN_ExampleUpdate<"momentum", 1, "", "">.text> {
  let results = (outs QNN_Float:$new_parameter, QNN_Float:$new_velocity);
}

def QNN_AdamOp : QNN_UpdateOp<"adam", "Adam (Kingma and Ba); AdamW with `decoupled`", [{
        g = g + weight_decay * w    decoupled: w = (1 - rate * weight_decay) * w
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g * g
        w = w - rate / (1 - beta1^t) * m / (sqrt(v / (1 - beta2^t)) + epsilon)
        keras: w - rate * sqrt(1 - beta2^t) / (1 - beta1^t) * m / (sqrt(v) + epsilon)
}], (ins QNN_Float:$m, QNN_Float:$v), (ins QNN_StepScalar:$step), (ins QNN_F64Default<"0.9">:$beta1,
      QNN_F64Default<"0.999">:$beta2, QNN_F64Default<"1.0e-8">:$epsilon, QNN_F64Default<"0.0">:$weight_decay,
      UnitAttr:$decoupled, UnitAttr:$keras), QNN_ExampleUpdate<"adam", 2, ", %t", ", tensor<i64>">.text> {
  let results = (outs QNN_Float:$new_parameter, QNN_Float:$new_m, QNN_Float:$new_v);
}

def QNN_AdamaxOp : QNN_UpdateOp<"adamax", "AdaMax (Kingma and Ba)", [{
        m = beta1 * m + (1 - beta1) * g
        v = max(beta2 * v, |g| + epsilon)
        w = w - rate / (1 - beta1^t) * m / v
}], (ins QNN_Float:$m, QNN_Float:$v), (ins QNN_StepScalar:$step), (ins QNN_F64Default<"0.9">:$beta1,
      QNN_F64Default<"0.999">:$beta2, QNN_F64Default<"1.0e-8">:$epsilon),
    QNN_ExampleUpdate<"adamax", 2, ", %t", ", tensor<i64>">.text> {
  let results = (outs QNN_Float:$new_parameter, QNN_Float:$new_m, QNN_Float:$new_v);
}

def QNN_ShiftAdamaxOp : QNN_UpdateOp<"shift_adamax", "shift-based AdaMax (Courbariaux et al.)", [{
        m = beta1 * m + (1 - beta1) * g
        v = ap2(max(beta2 * v, |g|)) + 2^-27
        w = w - ap2(learning_rate / (1 - beta1^t)) * m / v * lr_scale

    That is their program; with `paper` products are with powers of two, as in the text:

        v = max(v * ap2(beta2), |g|)
        w = w - (1 - beta1^t) * ap2(rate) * m * ap2(1 / v)
}], (ins QNN_Float:$m, QNN_Float:$v), (ins QNN_StepScalar:$step), (ins QNN_F64Default<"0.9">:$beta1,
      QNN_F64Default<"0.999">:$beta2, UnitAttr:$paper), QNN_ExampleUpdate<"shift_adamax", 2, ", %t", ", tensor<i64>">.text> {
  let results = (outs QNN_Float:$new_parameter, QNN_Float:$new_m, QNN_Float:$new_v);
}

def QNN_RmspropOp : QNN_UpdateOp<"rmsprop", "RMSprop, not centered", [{
        v = alpha * v + (1 - alpha) * g * g
        b = momentum * b + g / (sqrt(v) + epsilon)
        w = w - rate * b
}], (ins QNN_Float:$v, QNN_Float:$velocity), (ins), (ins QNN_F64Default<"0.99">:$alpha,
      QNN_F64Default<"1.0e-8">:$epsilon, QNN_F64Default<"0.0">:$momentum),
    QNN_ExampleUpdate<"rmsprop", 2, "", "">.text> {
  let results = (outs QNN_Float:$new_parameter, QNN_Float:$new_v, QNN_Float:$new_velocity);
}

def QNN_BopOp : QNN_UpdateOp<"bop", "Bop (Helwegen et al.): flips signs; `rate` is its gamma", [{
        m = (1 - rate) * m + rate * g
        w = -w where |m| >= threshold and m has the sign of w
}], (ins QNN_Float:$m), (ins), (ins QNN_F64Default<"1.0e-8">:$threshold), QNN_ExampleUpdate<"bop", 1, "", "">.text> {
  let results = (outs QNN_Float:$new_parameter, QNN_Float:$new_m);
}

#endif // QNN_TRAINING_UPDATE_OPS
