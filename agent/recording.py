"""The sound of a call as one stereo file – caller left, agent right – and its way to S3."""

import asyncio
from pathlib import Path
from typing import Any, Final

import boto3
import stamina
import structlog
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from agent.errors import RecordingNotUploaded
from contract.storage import AUDIO_KEY

PATIENCE: Final = Config(connect_timeout=2, read_timeout=20, retries={"total_max_attempts": 1})
log = structlog.get_logger(__name__)


class Recordings:
    """Where recordings go."""

    def __init__(self, *, bucket: str, region: str) -> None:
        """Prepare it; the client is made when it is first used, in the thread that uploads."""
        self._bucket, self._region = bucket, region

    async def upload(self, file: Path, *, session_id: str, patience_seconds: float) -> str | None:
        """Put a call's sound where what follows a call expects it.

        Returns:
            Its key; None when nothing was recorded.

        Raises:
            RecordingNotUploaded: S3 refused for good, such as for a missing permission, or did not answer in time.
        """
        if not file.exists() or file.stat().st_size == 0:
            return None
        key = AUDIO_KEY.format(session_id=session_id)
        try:
            async for attempt in stamina.retry_context(on=_is_temporary, attempts=None, timeout=patience_seconds):
                with attempt:
                    await asyncio.to_thread(self._put, file, key)
        except (BotoCoreError, ClientError, OSError) as failed:
            raise RecordingNotUploaded(f"S3 does not have the recording: {type(failed).__name__}") from failed
        log.info("recording uploaded", bytes=file.stat().st_size)
        return key

    def _put(self, file: Path, key: str) -> None:
        client: Any = boto3.session.Session().client("s3", region_name=self._region, config=PATIENCE)
        with file.open("rb") as sound:  # one request: the largest call is far below S3's 5 GB
            client.put_object(Bucket=self._bucket, Key=key, Body=sound, ContentType="audio/ogg")


def _is_temporary(error: Exception) -> bool:
    """Another try may help: no answer, throttled, or S3's own trouble."""
    if isinstance(error, ClientError):
        status = int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
        return status >= 500 or status in (408, 429)
    return isinstance(error, BotoCoreError)
