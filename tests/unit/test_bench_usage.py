"""What a measurement takes of the machine is counted whoever does the work."""

import subprocess
import sys
import time

from whosecopy.bench.usage import watching

BUSY = "import time; end = time.process_time() + 1\nwhile time.process_time() < end: pass"
GRANDCHILD = f"import subprocess, sys; held = bytearray(2**27); subprocess.run([sys.executable, '-c', {BUSY!r}])"


def test_work_of_grandchildren_counts_though_nobody_waits_for_them_here() -> None:
    with watching() as used:
        subprocess.run([sys.executable, "-c", GRANDCHILD], check=True)
    assert 0.9 < used.cpu_s < 3
    assert used.peak_bytes > 2**27


def test_own_work_counts_once_and_sleep_does_not() -> None:
    with watching() as used:
        end = time.process_time() + 0.5
        while time.process_time() < end:
            pass
        time.sleep(0.5)
    assert 0.45 < used.cpu_s < 0.95
