#!/usr/bin/env bash
# Deploys an environment, verifies it, and goes back if it does not hold. See docs/deployment.md.
#
#   infra/deploy.sh --env beta [--cloud azure|aws|all] [--plan ep1|flex] [--secrets FILE] [--dry-run] [--yes] [--json]
#
# Exit status: 0 done, 1 failed, 2 usage, 3 above the budget, 4 refused and nothing changed, 5 went back.
set -Eeuo pipefail
here="$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)"
exec "$here/with-python.sh" deploy "$@"
