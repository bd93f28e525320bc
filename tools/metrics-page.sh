#!/usr/bin/env bash
# Prints docs/metrics.md: every metric that a service declares.
set -euo pipefail
cd "$(dirname "$0")/.."
cat <<'TEXT'
# Metrics

Every service answers `/metrics` in the Prometheus format. This page is written by `make docs` from the declarations in the code.

TEXT
exec .venv/bin/python -m surveyor_kit.metrics_docs {assessor,collector_hyperv,collector_vmware,normalizer,portal}.metrics query_api.web.headers
