#!/usr/bin/env bash
# Goes back to the release before. Data and schema stay as they are. See docs/deployment.md.
#
#   infra/rollback.sh --env beta (--app | --infra) [--cloud azure|aws|all] [--to COMMIT] [--dry-run] [--yes] [--json]
#
# Exit status: 0 done, 1 failed, 2 usage, 4 refused and nothing changed.
set -Eeuo pipefail
here="$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)"
exec "$here/with-python.sh" rollback "$@"
