"""Read an upload in a process of its own."""

import asyncio
import sys

from query_api.imports.model import ReadUpload, Refusal, from_lines
from query_api.web.problems import Problem
from surveyor_inventory.imports import ImportFormat
from surveyor_kit.logging import get_logger

log = get_logger(__name__)

TIMEOUT_SECONDS = 180.0
_COMMAND = (sys.executable, "-m", "query_api.imports.reader_process")


class UploadReader:
    """Reads one file at a time; others wait for their turn."""

    def __init__(self) -> None:
        self._turn = asyncio.Semaphore(1)

    async def read(self, content: bytes, expected: ImportFormat | None) -> ReadUpload:
        """Return what a file says.

        Raises:
            Problem: It cannot be used; the problem names the column or the sheet.
        """
        async with self._turn:
            output = await _run(content, expected)
        answer = await asyncio.to_thread(from_lines, output)
        if isinstance(answer, Refusal):
            place = answer.place or "file"
            raise Problem(422, "file-refused", f"{place}: {answer.reason}.", [(place, answer.reason)])
        return answer


async def _run(content: bytes, expected: ImportFormat | None) -> bytes:
    process = await asyncio.create_subprocess_exec(
        *_COMMAND,
        *([expected] if expected else []),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(TIMEOUT_SECONDS):
            output, errors = await process.communicate(content)
    except TimeoutError:
        reason = f"took more than {TIMEOUT_SECONDS:g} seconds to read; split it"
        raise Problem(422, "file-refused", f"The file {reason}.", [("file", reason)]) from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode == 0:
        return output
    log.warning(
        "upload_not_read", returncode=process.returncode, error=errors.decode(errors="replace")[-500:]
    )
    reason = "needs too much memory, or is damaged; split it or export it again"
    raise Problem(422, "file-refused", f"The file {reason}.", [("file", reason)])
