// RUN: qnn-opt %s --qnn-outline-parallel=min-work=1 --split-input-file | FileCheck %s
// RUN: qnn-opt %s --qnn-outline-parallel --split-input-file | FileCheck %s --check-prefix=SMALL

// Nothing here is worth a thread unless one says so.
// SMALL-NOT: qnn.parallel

// The loop becomes a function of a range of its iterations, with arguments that
// alias nothing; what is cheap to compute again is computed there.
module attributes {qnn.threads = 2 : i64} {
  // CHECK-LABEL: func.func @rows(
  // CHECK-SAME: %[[X:.*]]: memref<8x64xf32>, %[[Y:.*]]: memref<512xf32>)
  // CHECK: memref.expand_shape
  // CHECK: %[[BEGIN:.*]] = arith.constant 0 : index
  // CHECK: %[[COUNT:.*]] = arith.constant 8 : index
  // CHECK: call @rows_loop0(%[[X]], %[[Y]], %[[BEGIN]], %[[COUNT]], %{{.*}})
  // CHECK-NEXT: return
  // CHECK: func.func private @rows_loop0(%[[X:.*]]: memref<8x64xf32> {llvm.noalias}, %[[Y:.*]]: memref<512xf32> {llvm.noalias}, %[[B:.*]]: index, %[[E:.*]]: index, %{{.*}}: index) attributes {qnn.parallel = 2 : i64}
  // CHECK: %[[OUT:.*]] = memref.expand_shape %[[Y]]
  // CHECK: scf.for %[[K:.*]] = %[[B]] to %[[E]] step
  // CHECK: %[[D:.*]] = arith.muli %{{.*}}, %[[STEP:.*]] : index
  // CHECK: %[[I:.*]] = arith.addi %{{.*}}, %[[D]] : index
  // CHECK: memref.store %{{.*}}, %[[OUT]][%[[I]], %{{.*}}]
  func.func @rows(%x: memref<8x64xf32>, %y: memref<512xf32>) {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c8 = arith.constant 8 : index
    %c64 = arith.constant 64 : index
    %out = memref.expand_shape %y [[0, 1]] output_shape [8, 64] : memref<512xf32> into memref<8x64xf32>
    scf.for %i = %c0 to %c8 step %c1 {
      scf.for %j = %c0 to %c64 step %c1 {
        %0 = memref.load %x[%i, %j] : memref<8x64xf32>
        memref.store %0, %out[%i, %j] : memref<8x64xf32>
      }
    }
    return
  }
}

// -----

// Tiles of 16 columns, vectors within: the parts do not overlap.
module attributes {qnn.threads = 2 : i64} {
  // CHECK-LABEL: func.func @tiles(
  // CHECK-NOT: scf.for
  // CHECK: call @tiles_loop0
  // CHECK: return
  func.func @tiles(%x: memref<64xf32>, %y: memref<64xf32>) {
    %c0 = arith.constant 0 : index
    %c8 = arith.constant 8 : index
    %c16 = arith.constant 16 : index
    %c64 = arith.constant 64 : index
    %zero = arith.constant 0.0 : f32
    scf.for %i = %c0 to %c64 step %c16 {
      scf.for %j = %c0 to %c16 step %c8 {
        %at = arith.addi %i, %j : index
        %0 = vector.transfer_read %x[%at], %zero {in_bounds = [true]} : memref<64xf32>, vector<8xf32>
        vector.transfer_write %0, %y[%at] {in_bounds = [true]} : vector<8xf32>, memref<64xf32>
      }
    }
    return
  }
}

// -----

// Vectors that reach into the next iteration's part.
module attributes {qnn.threads = 2 : i64} {
  // CHECK-LABEL: func.func @overlap(
  // CHECK: scf.for
  // CHECK-NOT: qnn.parallel
  func.func @overlap(%x: memref<64xf32>, %y: memref<64xf32>) {
    %c0 = arith.constant 0 : index
    %c8 = arith.constant 8 : index
    %c48 = arith.constant 48 : index
    scf.for %i = %c0 to %c48 step %c8 {
      %0 = vector.load %x[%i] : memref<64xf32>, vector<16xf32>
      vector.store %0, %y[%i] : memref<64xf32>, vector<16xf32>
    }
    return
  }
}

// -----

// Each iteration reads what the one before wrote: the inner loop alone is
// parallel.
module attributes {qnn.threads = 2 : i64} {
  // CHECK-LABEL: func.func @recurrence(
  // CHECK: scf.for %[[I:.*]] =
  // CHECK: call @recurrence_loop0(%{{.*}}, %[[I]], %{{.*}})
  // CHECK: func.func private @recurrence_loop0(%{{.*}}: memref<9x32xf32> {llvm.noalias}, %{{.*}}: index, %{{.*}}: index, %{{.*}}: index, %{{.*}}: index)
  func.func @recurrence(%h: memref<9x32xf32>) {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c8 = arith.constant 8 : index
    %c32 = arith.constant 32 : index
    scf.for %i = %c0 to %c8 step %c1 {
      %next = arith.addi %i, %c1 : index
      scf.for %j = %c0 to %c32 step %c1 {
        %0 = memref.load %h[%i, %j] : memref<9x32xf32>
        memref.store %0, %h[%next, %j] : memref<9x32xf32>
      }
    }
    return
  }
}

// -----

// A sum, a store at one place, a buffer seen through two views, an index that is
// not known: all stay.
module attributes {qnn.threads = 2 : i64} {
  // CHECK-LABEL: func.func @serial(
  // CHECK-COUNT-4: scf.for
  // CHECK-NOT: qnn.parallel
  func.func @serial(%x: memref<64xf32>, %y: memref<64xf32>, %where: memref<64xindex>) {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c64 = arith.constant 64 : index
    %zero = arith.constant 0.0 : f32
    %sum = scf.for %i = %c0 to %c64 step %c1 iter_args(%s = %zero) -> (f32) {
      %0 = memref.load %x[%i] : memref<64xf32>
      %1 = arith.addf %s, %0 : f32
      scf.yield %1 : f32
    }
    scf.for %i = %c0 to %c64 step %c1 {
      memref.store %sum, %y[%c0] : memref<64xf32>
    }
    %view = memref.expand_shape %y [[0, 1]] output_shape [64, 1] : memref<64xf32> into memref<64x1xf32>
    scf.for %i = %c0 to %c64 step %c1 {
      %0 = memref.load %view[%c1, %c0] : memref<64x1xf32>
      memref.store %0, %y[%i] : memref<64xf32>
    }
    scf.for %i = %c0 to %c64 step %c1 {
      %0 = memref.load %where[%i] : memref<64xindex>
      memref.store %sum, %y[%0] : memref<64xf32>
    }
    return
  }
}

// -----

// Three rows are uneven for two threads: six halves of the rows' channels, 0..1
// and 2..4 of 5.
module attributes {qnn.threads = 2 : i64} {
  // CHECK-LABEL: func.func @halves(
  // CHECK: arith.constant 5 : index
  // CHECK: %[[COUNT:.*]] = arith.constant 6 : index
  // CHECK: call @halves_loop0(%{{.*}}, %{{.*}}, %{{.*}}, %[[COUNT]], %{{.*}})
  // CHECK: func.func private @halves_loop0(
  // CHECK: scf.for %[[K:.*]] = %{{.*}} to
  // CHECK: %[[TWO:.*]] = arith.constant 2 : index
  // CHECK: arith.divui %[[K]], %[[TWO]]
  // CHECK: %[[PART:.*]] = arith.remui %[[K]], %[[TWO]]
  // CHECK-COUNT-2: scf.for %{{.*}} = %{{.*}} to %{{.*}} step
  func.func @halves(%x: memref<3x5x4xf32>, %y: memref<3x5x4xf32>) {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c3 = arith.constant 3 : index
    %c4 = arith.constant 4 : index
    %c5 = arith.constant 5 : index
    scf.for %i = %c0 to %c3 step %c1 {
      scf.for %j = %c0 to %c5 step %c1 {
        scf.for %k = %c0 to %c4 step %c1 {
          %0 = memref.load %x[%i, %j, %k] : memref<3x5x4xf32>
          memref.store %0, %y[%i, %j, %k] : memref<3x5x4xf32>
        }
      }
    }
    return
  }
}

// -----

// The first loop fills what the second reads whole: neither is cut.
module attributes {qnn.threads = 2 : i64} {
  // CHECK-LABEL: func.func @filled(
  // CHECK: memref.alloc() : memref<128xi8>
  // CHECK: %[[COUNT:.*]] = arith.constant 3 : index
  // CHECK: call @filled_loop0(%{{.*}}, %{{.*}}, %{{.*}}, %{{.*}}, %[[COUNT]], %{{.*}})
  func.func @filled(%x: memref<3x5xf32>, %y: memref<3x5xf32>) {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c3 = arith.constant 3 : index
    %c4 = arith.constant 4 : index
    %c5 = arith.constant 5 : index
    scf.for %i = %c0 to %c3 step %c1 {
      %row = memref.alloc() : memref<5xf32>
      scf.for %j = %c0 to %c5 step %c1 {
        %0 = memref.load %x[%i, %j] : memref<3x5xf32>
        memref.store %0, %row[%j] : memref<5xf32>
      }
      scf.for %j = %c0 to %c5 step %c1 {
        %last = arith.subi %c4, %j : index
        %0 = memref.load %row[%last] : memref<5xf32>
        memref.store %0, %y[%i, %j] : memref<3x5xf32>
      }
    }
    return
  }
}

// -----

// A buffer of each iteration: every thread has a place for its own.
module attributes {qnn.threads = 3 : i64} {
  // CHECK-LABEL: func.func @scratch(
  // CHECK: %[[S:.*]] = memref.alloc() : memref<384xi8>
  // CHECK: call @scratch_loop0(%{{.*}}, %{{.*}}, %[[S]],
  // CHECK: func.func private @scratch_loop0({{.*}}, %[[S:.*]]: memref<384xi8> {llvm.align = 64 : i64, llvm.noalias}, %{{.*}}: index, %{{.*}}: index, %[[T:.*]]: index)
  // CHECK: %[[SIZE:.*]] = arith.constant 128 : index
  // CHECK: %[[START:.*]] = arith.muli %[[T]], %[[SIZE]] : index
  // CHECK: %[[A:.*]] = arith.addi %[[START]], %{{.*}} : index
  // CHECK: memref.view %[[S]][%[[A]]][] : memref<384xi8> to memref<5xf32>
  // CHECK: %[[C64:.*]] = arith.constant 64 : index
  // CHECK: %[[B:.*]] = arith.addi %[[START]], %[[C64]] : index
  // CHECK: memref.view %[[S]][%[[B]]][] : memref<384xi8> to memref<16xf32>
  // CHECK: scf.for
  // CHECK-NOT: memref.alloc
  func.func @scratch(%x: memref<16x5xf32>, %y: memref<16x5xf32>) {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c5 = arith.constant 5 : index
    %c16 = arith.constant 16 : index
    scf.for %i = %c0 to %c16 step %c1 {
      %a = memref.alloc() : memref<5xf32>
      %b = memref.alloc() : memref<16xf32>
      %row = memref.subview %x[%i, 0] [1, 5] [1, 1] : memref<16x5xf32> to memref<5xf32, strided<[1], offset: ?>>
      memref.copy %row, %a : memref<5xf32, strided<[1], offset: ?>> to memref<5xf32>
      scf.for %j = %c0 to %c5 step %c1 {
        %0 = memref.load %a[%j] : memref<5xf32>
        memref.store %0, %b[%j] : memref<16xf32>
        memref.store %0, %y[%i, %j] : memref<16x5xf32>
      }
    }
    return
  }
}

// -----

// What was chosen for a product: one thread for its loops and those in them, no
// more than three, no more than there are. Nothing is left of it.
module attributes {qnn.threads = 4 : i64} {
  // CHECK-LABEL: func.func @chosen(
  // CHECK: scf.for
  // CHECK: scf.for
  // CHECK-NOT: scf.for
  // CHECK: call @chosen_loop0
  // CHECK: call @chosen_loop1
  // CHECK: call @chosen_loop2
  // CHECK: return
  // CHECK-NOT: qnn.threads
  // CHECK-DAG: func.func private @chosen_loop0({{.*}}qnn.parallel = 3 : i64
  // CHECK-DAG: func.func private @chosen_loop1({{.*}}qnn.parallel = 4 : i64
  // CHECK-DAG: func.func private @chosen_loop2({{.*}}qnn.parallel = 4 : i64
  func.func @chosen(%x: memref<8x64xf32>, %y: memref<8x64xf32>) {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c8 = arith.constant 8 : index
    %c64 = arith.constant 64 : index
    scf.for %i = %c0 to %c8 step %c1 {
      scf.for %j = %c0 to %c64 step %c1 {
        %0 = memref.load %x[%i, %j] : memref<8x64xf32>
        memref.store %0, %y[%i, %j] : memref<8x64xf32>
      }
    } {qnn.threads = 1 : i64}
    scf.for %i = %c0 to %c8 step %c1 {
      %0 = memref.load %x[%i, %c0] : memref<8x64xf32>
      memref.store %0, %y[%i, %c0] : memref<8x64xf32>
    } {qnn.threads = 3 : i64}
    scf.for %i = %c0 to %c8 step %c1 {
      %0 = memref.load %x[%i, %c1] : memref<8x64xf32>
      memref.store %0, %y[%i, %c1] : memref<8x64xf32>
    } {qnn.threads = 8 : i64}
    scf.for %i = %c0 to %c8 step %c1 {
      %0 = memref.load %x[%i, %c8] : memref<8x64xf32>
      memref.store %0, %y[%i, %c8] : memref<8x64xf32>
    }
    return
  }

  // A loop of the product that is not parallel: those in it have its threads.
  // CHECK-LABEL: func.func @inner(
  // CHECK: scf.for
  // CHECK: call @inner_loop0
  // CHECK: func.func private @inner_loop0({{.*}}qnn.parallel = 2 : i64
  func.func @inner(%h: memref<9x32xf32>) {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c8 = arith.constant 8 : index
    %c32 = arith.constant 32 : index
    scf.for %i = %c0 to %c8 step %c1 {
      %next = arith.addi %i, %c1 : index
      scf.for %j = %c0 to %c32 step %c1 {
        %0 = memref.load %h[%i, %j] : memref<9x32xf32>
        memref.store %0, %h[%next, %j] : memref<9x32xf32>
      }
    } {qnn.threads = 2 : i64}
    return
  }
}

// -----

// Legality is not chosen: each iteration writes the same place.
module attributes {qnn.threads = 2 : i64} {
  // CHECK-LABEL: func.func @illegal(
  // CHECK: memref.store
  // CHECK-NEXT: }{{$}}
  // CHECK-NEXT: return
  // CHECK-NOT: qnn.parallel
  func.func @illegal(%x: memref<8xf32>, %y: memref<8xf32>) {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c8 = arith.constant 8 : index
    scf.for %i = %c0 to %c8 step %c1 {
      %0 = memref.load %x[%i] : memref<8xf32>
      memref.store %0, %y[%c0] : memref<8xf32>
    } {qnn.threads = 2 : i64}
    return
  }
}

// -----

// Samples fill the threads.
module attributes {qnn.threads = 2 : i64, qnn.batch = 4 : i64} {
  // CHECK-LABEL: func.func @batch(
  // CHECK: scf.for
  // CHECK-NOT: qnn.parallel
  func.func @batch(%x: memref<64xf32>, %y: memref<64xf32>) {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c64 = arith.constant 64 : index
    scf.for %i = %c0 to %c64 step %c1 {
      %0 = memref.load %x[%i] : memref<64xf32>
      memref.store %0, %y[%i] : memref<64xf32>
    }
    return
  }
}

// -----

// One thread.
module {
  // CHECK-LABEL: func.func @one(
  // CHECK: scf.for
  // CHECK-NOT: qnn.parallel
  func.func @one(%x: memref<64xf32>, %y: memref<64xf32>) {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c64 = arith.constant 64 : index
    scf.for %i = %c0 to %c64 step %c1 {
      %0 = memref.load %x[%i] : memref<64xf32>
      memref.store %0, %y[%i] : memref<64xf32>
    }
    return
  }
}
