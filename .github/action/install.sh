#!/usr/bin/env bash
# Installs lk-audit in an environment of its own: the one that this action was checked out with, or a published version.
# What it needs comes in the versions of the lock, with checked hashes, and as wheels: nothing of others is built here.
set -euo pipefail

version="${LK_AUDIT_VERSION:-}"
if [ -n "$version" ] && ! [[ "$version" =~ ^[0-9]+(\.[0-9]+)*((a|b|rc)[0-9]+)?$ ]]; then
  echo "::error title=lk-audit::version: not a version of lk-audit, such as 1.2.3; leave it empty for that of this commit"
  exit 2
fi

environment="$RUNNER_TEMP/lk-audit-environment"
"${LK_AUDIT_PYTHON:-python3}" -m venv --clear "$environment"
python="$environment/bin/python"
if [ ! -x "$python" ]; then
  python="$environment/Scripts/python.exe"
fi
install() {
  # -I: nothing is imported from the folder that is scanned.
  "$python" -I -m pip install --quiet --disable-pip-version-check "$@"
}

install --require-hashes --only-binary=:all: --requirement "$GITHUB_ACTION_PATH/.ci/requirements/action.txt"
if [ -n "$version" ]; then
  install --no-deps --only-binary=:all: "lk-audit==$version"
else
  install --no-deps --no-build-isolation "$GITHUB_ACTION_PATH"
fi
if ! "$python" -I -m pip --disable-pip-version-check check; then
  echo "::error title=lk-audit::version: lk-audit $version needs other packages than this action has; use the action of that version"
  exit 2
fi
"$python" -I -m lk_audit --version
echo "python=$python" >> "$GITHUB_OUTPUT"
