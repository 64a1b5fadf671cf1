#include "qnn/Dialect/QNN/IR/QNN.h"
