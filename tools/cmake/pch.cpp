// Carries the precompiled header; see QNN.cmake.
