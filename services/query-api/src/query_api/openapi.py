"""`python -m query_api.openapi FILE` writes the API's OpenAPI document, which is kept in the repository."""

import json
import sys
from pathlib import Path

from query_api.app import openapi_document


def main() -> None:
    """Write the document to the file that the command line names."""
    text = json.dumps(openapi_document(), indent=2, ensure_ascii=False) + "\n"
    Path(sys.argv[1]).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
