"""benchmarks/owasp.py with a stand-in reviewer and a result file of another tool."""

import json
import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "owasp.py"

# Reports every file that holds "eval", and stops where it is shown anything but Python.
REVIEWER = """
import json, pathlib, sys
files = [file for file in sorted(pathlib.Path(sys.argv[1]).rglob("*")) if file.is_file()]
if any(file.suffix != ".py" for file in files):
    sys.exit(3)
results = [{"ruleId": "demo/code", "locations": [{"physicalLocation": {"artifactLocation": {"uri": file.as_posix()}}}]}
    for file in files if "eval" in file.read_text()]
rule = {"id": "demo/code", "properties": {"tags": ["security", "external/cwe/cwe-94", "external/cwe/cwe-89"]}}
print(json.dumps({"runs": [{"tool": {"driver": {"name": "demo", "version": "1", "rules": [rule]}}, "results": results}]}))
sys.exit(1)
"""
ANSWERS = """# test name, category, real vulnerability, cwe
One,codeinj,true,94
Two,codeinj,false,94
Three,codeinj,true,94
Four,sqli,true,89
Five,weakrand,true,330
"""


def test_a_case_counts_where_the_first_cwe_of_a_result_in_its_file_is_the_cases(tmp_path: Path) -> None:
    checkout = tmp_path / "checkout"
    (checkout / "code").mkdir(parents=True)
    (checkout / "expectedresults-0.1.csv").write_text(ANSWERS)
    for name, text in {"One": "eval(x)", "Two": "eval(1)", "Three": "print(x)", "Four": "eval(y)", "Five": ""}.items():
        (checkout / "code" / f"{name}.py").write_text(text)
        (checkout / "code" / f"{name}.xml").write_text("<vulnerability>true</vulnerability>")
    (tmp_path / "reviewer.py").write_text(REVIEWER)
    other = {"name": "Semgrep OSS", "rules": [{"id": "r", "properties": {"tags": ["CWE-338: weak"]}}]}
    place = {"physicalLocation": {"artifactLocation": {"uri": "code/Five.py"}}}
    semgrep = {"runs": [{"tool": {"driver": other}, "results": [{"ruleId": "r", "locations": [place]}]}]}
    (tmp_path / "semgrep.sarif").write_text(json.dumps(semgrep))
    command: list[str | Path] = [
        sys.executable,
        "-B",
        SCRIPT,
        checkout,
        "--command",
        f"{sys.executable} {tmp_path / 'reviewer.py'}",
    ]
    command += ["--sarif", tmp_path / "semgrep.sarif", "--cases", tmp_path / "cases.csv"]

    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    rows = [row.strip("| ").split(" | ") for row in done.stdout.splitlines() if row.startswith("|")]
    assert rows[0] == ["category", "cases", "demo 1", "Semgrep OSS"]
    assert rows[2:] == [
        ["codeinj", "2 + 1", "-0.500 (0.50 / 1.00)", "0.000 (0.00 / 0.00)"],
        ["sqli", "1 + 0", "0.000 (0.00 / 0.00)", "0.000 (0.00 / 0.00)"],
        ["weakrand", "1 + 0", "0.000 (0.00 / 0.00)", "1.000 (1.00 / 0.00)"],
        ["mean", "", "-0.167 (0.17 / 0.33)", "0.333 (0.33 / 0.00)"],
    ]
    assert (tmp_path / "cases.csv").read_text().splitlines()[1] == "Five,weakrand,True,False,True"
