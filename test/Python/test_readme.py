"""What the README shows is what happens: its commands run, its program is the tested one."""

import os
import pathlib
import re
import subprocess

import pytest

ROOT = pathlib.Path(__file__).parents[2]
BUILD = pathlib.Path(os.environ.get("QNN_BUILD", ROOT / "build"))
DATA = pathlib.Path(os.environ.get("QNN_DATA", ROOT.parent / "shared"))
README = (ROOT / "README.md").read_text()
BLOCKS = re.findall(r"^```sh\n(.*?)^```", README, re.M | re.S)


def test_program_is_the_tested_one():
    assert re.search(r"^```c\n(.*?)^```", README, re.M | re.S).group(1) == (ROOT / "test/Inputs/digit.c").read_text()


@pytest.mark.skipif(not (BUILD / "demo").exists() or BUILD != ROOT / "build",
                    reason="the README's commands are for the folder build, after demo.sh")
@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.strip().splitlines()[-1][:60])
def test_commands_run(block):
    if "QNN_DATA" in block:
        if not (DATA / "models").exists():
            pytest.skip(f"no models in {DATA}")
        block = re.sub(r"^export QNN_DATA=.*\n", "", block, flags=re.M)
    result = subprocess.run(["bash", "-e", "-c", block], cwd=ROOT, capture_output=True, text=True,
                            env={**os.environ, "QNN_DATA": str(DATA)})
    assert result.returncode == 0, result.stdout + result.stderr
    if "build/digit\n" in block[-20:]:
        assert result.stdout.strip() == "3"
