"""Changes that every deployment makes, or that bear on nothing: nobody need look at them."""

import re
from typing import Any, Final

from voicectl.review.change.directions import is_unpinned
from voicectl.review.change.leaves import Leaf, is_function

WORDS: Final = (
    "AlarmDescription",
    "CacheSubnetGroupDescription",
    "DBSubnetGroupDescription",
    "Description",
    "GroupDescription",
    "ReplicationGroupDescription",
    "Sid",
    "TagSpecifications",
    "Tags",
)
RELEASE: Final = "[RELEASE]"  # the variable that repeats its image's tag
ASSET: Final = re.compile(r"[0-9a-f]{64}\.[a-z.]+")
TAG: Final = re.compile(r"(:[\w.-]+)?(@sha256:[0-9a-f]{64})?$")


def is_ordinary(leaf: Leaf) -> bool:
    """Whether a difference is words about a resource, or the next build of the same thing."""
    if any(part in WORDS for part in leaf.path) or RELEASE in leaf.path:
        return True
    if leaf.path[-1:] == ("Image",):
        return _is_next_build(leaf.was, leaf.now)
    return leaf.path[-2:] == ("Code", "S3Key") and all(ASSET.fullmatch(str(key)) for key in (leaf.was, leaf.now))


def _is_next_build(was: Any, now: Any) -> bool:
    """The same repository, a tag or digest that stays what it is."""
    return bool(was and now) and _without_tag(was) == _without_tag(now) and not is_unpinned(now)


def _without_tag(image: Any) -> Any:
    if is_function(image) and "Fn::Join" in image:
        separator, parts = image["Fn::Join"]
        return [separator, [*parts[:-1], TAG.sub("", parts[-1]) if isinstance(parts[-1], str) else parts[-1]]]
    return TAG.sub("", image) if isinstance(image, str) else image
