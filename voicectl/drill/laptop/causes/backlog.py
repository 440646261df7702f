"""Workers that hang while work comes in.

`python -m voicectl.drill.laptop.causes.backlog POOL NUMBER` sends the work, with a control plane process's variables.
"""

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from contract.pools import DATA, POOLS
from voicectl.drill.errors import NotCaused
from voicectl.drill.laptop.causes.hanging import hanging
from voicectl.drill.laptop.stage import Stage
from voicectl.running.one_off import run

MORE: Final = 1.2  # times the alarm's threshold: the pool's own work is done meanwhile, by nobody


@contextmanager
def backlog(stage: Stage) -> Iterator[Mapping[str, str]]:
    """Let a pool hang, and send it more tasks than its alarm bears; they are harmless, and done when it works again."""
    process = f"celery-{DATA.name}"
    with hanging(stage, process):
        number = round(MORE * (stage.threshold or 0)) + 1
        if run(stage.folder, process, __spec__.name, [DATA.name, str(number)]):
            raise NotCaused(f"{number} tasks could not be sent to {DATA.name}; look at `voicectl status`")
        yield {"POOL": DATA.name}


def main(pool: str, number: int) -> None:
    """Send a queue as many tasks that only prove that it is worked off."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "control_plane.settings")
    import django

    django.setup()
    from control_plane.celery_app import app

    queue = next(each.queue for each in POOLS if each.name == pool)
    with app.producer_or_acquire() as producer:
        for _ in range(number):
            app.send_task("queue-pulse", args=[queue], queue=queue, producer=producer)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
