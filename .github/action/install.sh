#!/usr/bin/env bash
# Installs the lk-audit that this action was checked out with, in an environment of its own.
set -euo pipefail

environment="$RUNNER_TEMP/lk-audit-environment"
"${LK_AUDIT_PYTHON:-python3}" -m venv --clear "$environment"
python="$environment/bin/python"
if [ ! -x "$python" ]; then
  python="$environment/Scripts/python.exe"
fi
"$python" -m pip install --quiet --disable-pip-version-check "$GITHUB_ACTION_PATH"
"$python" -I -m lk_audit --version
echo "python=$python" >> "$GITHUB_OUTPUT"
