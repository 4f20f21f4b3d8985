#!/usr/bin/env bash
# Looks at everything that is deployed, and changes nothing. See docs/deployment.md.
#
#   infra/verify.sh --env beta [--cloud azure|aws|all] [--slot staging] [--json]
#
# Exit status: 0 all as the files say, 1 something is not, 2 usage, 4 the wrong account.
set -Eeuo pipefail
here="$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)"
exec "$here/with-python.sh" verify "$@"
