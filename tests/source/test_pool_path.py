import subprocess
import sys
from pathlib import Path

NAMES = ("pickle", "random", "signal", "socket", "struct", "tempfile", "yaml")

IN_A_THREAD = """
import marshal, sys, threading
sys.path = [path for path in sys.path if path]
from archwright.source.pool import map_chunks

def run():
    print(map_chunks(marshal.dumps, [[1, 2], [3]], 2, isolated=True))

if __name__ == "__main__":
    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
"""


def test_spawned_workers_import_nothing_of_the_working_directory(tmp_path: Path) -> None:
    for name in NAMES:
        (tmp_path / f"{name}.py").write_text(f"open('ran-{name}', 'w').close()\n", encoding="utf-8")
    # a thread beside the main one, so that workers are spawned, not forked
    command = [sys.executable, "-c", IN_A_THREAD]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert list(tmp_path.glob("ran-*")) == []
    assert done.stdout.startswith("[b"), done.stderr


def test_the_command_imports_nothing_of_the_working_directory(tmp_path: Path) -> None:
    for name in (*NAMES, "argparse", "difflib", "mcp", "msgspec"):
        (tmp_path / f"{name}.py").write_text(f"open('ran-{name}', 'w').close()\n", encoding="utf-8")
    command = [sys.executable, "-m", "archwright", "review", "--format", "json", "--fail-on", "never"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert list(tmp_path.glob("ran-*")) == []
