# `cmake --install`: headers (the generated ones too), and the package that
# find_package(QNN) reads. Libraries and tools install themselves, see QNN.cmake.
include(CMakePackageConfigHelpers)

set(QNN_CMAKE_DIR ${CMAKE_INSTALL_LIBDIR}/cmake/QNN)

install(DIRECTORY include/qnn DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
  FILES_MATCHING PATTERN "*.h" PATTERN "*.td")
install(DIRECTORY ${CMAKE_BINARY_DIR}/include/qnn DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
  FILES_MATCHING PATTERN "*.inc" PATTERN CMakeFiles EXCLUDE)
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})

configure_package_config_file(tools/cmake/QNNConfig.cmake.in ${CMAKE_BINARY_DIR}/cmake/QNNConfig.cmake
  INSTALL_DESTINATION ${QNN_CMAKE_DIR})
write_basic_package_version_file(${CMAKE_BINARY_DIR}/cmake/QNNConfigVersion.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_BINARY_DIR}/cmake/QNNConfig.cmake ${CMAKE_BINARY_DIR}/cmake/QNNConfigVersion.cmake
  DESTINATION ${QNN_CMAKE_DIR})
install(EXPORT QNNTargets NAMESPACE QNN:: DESTINATION ${QNN_CMAKE_DIR})
install(EXPORT QNNRuntimeTargets NAMESPACE QNN:: DESTINATION ${QNN_CMAKE_DIR})
