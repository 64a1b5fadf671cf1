# Helpers for QNN's own targets.

# One precompiled header of MLIR's core, shared by every library that sees IR.
add_library(qnn-pch OBJECT ${CMAKE_SOURCE_DIR}/tools/cmake/pch.cpp)
target_precompile_headers(qnn-pch PRIVATE ${CMAKE_SOURCE_DIR}/tools/cmake/pch.h)

function(qnn_compile_options target)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wno-unused-parameter
    $<$<BOOL:${QNN_WERROR}>:-Werror>)
  if(CMAKE_CXX_COMPILER_ID MATCHES Clang)
    # So that ccache can reuse objects built with a precompiled header.
    target_compile_options(${target} PRIVATE $<$<COMPILE_LANGUAGE:CXX>:SHELL:-Xclang -fno-pch-timestamp>)
  endif()
endfunction()
qnn_compile_options(qnn-pch)
target_compile_options(qnn-pch PRIVATE $<$<CXX_COMPILER_ID:Clang>:-fpch-instantiate-templates>)

# qnn_add_library(NAME sources... [PLAIN] [DEPENDS tablegen targets...] [LINK libraries...])
# A static library. PLAIN: no MLIR in it (no precompiled header).
function(qnn_add_library name)
  cmake_parse_arguments(ARG "PLAIN" "" "DEPENDS;LINK" ${ARGN})
  add_library(${name} STATIC ${ARG_UNPARSED_ARGUMENTS})
  add_library(QNN::${name} ALIAS ${name})
  qnn_compile_options(${name})
  target_include_directories(${name} INTERFACE
    $<BUILD_INTERFACE:${CMAKE_SOURCE_DIR}/include> $<BUILD_INTERFACE:${CMAKE_BINARY_DIR}/include>
    $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
  if(NOT ARG_PLAIN)
    target_precompile_headers(${name} REUSE_FROM qnn-pch)
    add_dependencies(${name} qnn-tablegen)
    target_link_libraries(${name} PUBLIC MLIR LLVM)
  endif()
  if(ARG_DEPENDS)
    add_dependencies(${name} ${ARG_DEPENDS})
  endif()
  if(ARG_LINK)
    target_link_libraries(${name} PUBLIC ${ARG_LINK})
  endif()
  install(TARGETS ${name} EXPORT QNNTargets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
endfunction()

# Lets an executable use the precompiled header: -fPIC as in the libraries, not
# -fPIE, which the header refuses.
function(qnn_use_pch target)
  set_target_properties(${target} PROPERTIES POSITION_INDEPENDENT_CODE OFF)
  target_compile_options(${target} PRIVATE -fPIC)
  target_precompile_headers(${target} REUSE_FROM qnn-pch)
endfunction()

# qnn_add_tool(NAME sources... LINK libraries...)
function(qnn_add_tool name)
  cmake_parse_arguments(ARG "" "" "LINK" ${ARGN})
  add_executable(${name} ${ARG_UNPARSED_ARGUMENTS})
  qnn_compile_options(${name})
  qnn_use_pch(${name})
  add_dependencies(${name} qnn-tablegen)
  target_link_libraries(${name} PRIVATE ${ARG_LINK} MLIR LLVM)
  install(TARGETS ${name} RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endfunction()
