# Runs the GoogleTest programs of the build tree.
import lit.formats

config.name = "QNN-Unit"
config.suffixes = []
config.test_source_root = config.unit_obj_root
config.test_exec_root = config.unit_obj_root
config.test_format = lit.formats.GoogleTest(".", "Tests")
