"""The Celery pools, and the control plane's processes that do not serve callers."""

from pydantic import Field

from config.sections.capacity import ScaleIn, ScaleOut, ServiceSection, Tasks, TaskSize
from config.sections.section import Section


class PoolScaling(Section):
    """The signals of one Celery pool."""

    backlog_per_task: int = Field(100, ge=1)
    """Grow when more messages than this wait for each running task."""
    oldest_wait_seconds: int = Field(60, ge=1, le=7200)
    """Grow when a message has waited longer."""
    cpu_percent: int = Field(70, ge=10, le=95)
    """Grow at this CPU use."""
    low_percent: int = Field(30, ge=1, le=90)
    """All signals below this share of their limits mean quiet."""
    scale_out: ScaleOut = ScaleOut(percent=100, at_least=1)
    """How it grows."""
    scale_in: ScaleIn = ScaleIn()
    """How it shrinks."""


class CeleryPool(ServiceSection):
    """One pool's workers."""

    concurrency: int = Field(2, ge=1, le=500)
    """Tasks that one worker runs at once: processes with a database connection each, or threads that share a pool."""
    scaling: PoolScaling = PoolScaling()
    """When it grows."""


class VoicePool(CeleryPool):
    """High-memory workers: recordings and transcripts."""

    tasks: Tasks = Tasks(min=1, max=10)
    """How many workers."""
    size: TaskSize = TaskSize(cpu_units=1024, memory_mib=8192)
    """Memory-heavy."""


class NotificationsPool(CeleryPool):
    """Workers that wait for others: mail, callbacks."""

    tasks: Tasks = Tasks(min=1, max=4)
    """How many workers."""
    size: TaskSize = TaskSize(cpu_units=512, memory_mib=1024)
    """Small, with many threads."""
    concurrency: int = Field(32, ge=1, le=500)
    """Threads."""


class DataPool(CeleryPool):
    """CPU-heavy workers; they may run on Spot."""

    tasks: Tasks = Tasks(min=1, max=10)
    """How many workers."""
    size: TaskSize = TaskSize(cpu_units=2048, memory_mib=4096)
    """CPU-heavy."""


class Celery(Section):
    """The three pools."""

    voice: VoicePool = VoicePool()
    """Recordings and transcripts."""
    notifications: NotificationsPool = NotificationsPool()
    """Mail and callbacks."""
    data: DataPool = DataPool()
    """Evaluation and retention."""


class Background(Section):
    """Processes of the control plane that neither serve callers nor scale."""

    beat_size: TaskSize = TaskSize(cpu_units=256, memory_mib=512)
    """Celery beat; always exactly one."""
    supervisor_size: TaskSize = TaskSize(cpu_units=512, memory_mib=1024)
    """The supervisor."""
    supervisor_tasks: int = Field(2, ge=1, le=3)
    """One leads, the others wait to."""
    migration_size: TaskSize = TaskSize(cpu_units=512, memory_mib=1024)
    """The one-off migration task."""
    flower: bool = False
    """Flower, private; refused in production."""
    silk: bool = False
    """django-silk profiling; refused in production."""
