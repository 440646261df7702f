"""ElastiCache: parameter groups."""

from typing import Any

from moto.core.responses import ActionResult
from moto.elasticache.exceptions import ElastiCacheException
from moto.elasticache.responses import ElastiCacheResponse

from tests.fakes.cloudformation.gaps.graft import graft


def fill() -> None:
    """Add what creates, changes and shows a cache parameter group."""
    graft(
        ElastiCacheResponse,
        create_cache_parameter_group=_create,
        modify_cache_parameter_group=_modify,
        describe_cache_parameter_groups=_describe,
        describe_cache_parameters=_describe_parameters,
    )


def _held(response: ElastiCacheResponse) -> dict[str, Any]:
    groups: dict[str, Any] = response.elasticache_backend.__dict__.setdefault("parameter_groups", {})
    return groups


def _group(response: ElastiCacheResponse) -> dict[str, Any]:
    name = response._get_param("CacheParameterGroupName")
    if name not in _held(response):
        raise ElastiCacheException("CacheParameterGroupNotFound", f"CacheParameterGroup {name} not found")
    group: dict[str, Any] = _held(response)[name]
    return group


def _create(response: ElastiCacheResponse) -> ActionResult:
    given = response._get_params()
    name = given["CacheParameterGroupName"]
    if name in _held(response):
        raise ElastiCacheException("CacheParameterGroupAlreadyExists", f"Cache parameter group {name} already exists")
    place = f"{response.region}:{response.current_account}"
    arn = f"arn:aws:elasticache:{place}:parametergroup:{name}"
    _held(response)[name] = {**given, "ARN": arn, "parameters": {}}
    return ActionResult({"CacheParameterGroup": _held(response)[name]})


def _modify(response: ElastiCacheResponse) -> ActionResult:
    pairs = response._get_param("ParameterNameValues")
    _group(response)["parameters"].update({pair["ParameterName"]: pair["ParameterValue"] for pair in pairs})
    return ActionResult({"CacheParameterGroupName": response._get_param("CacheParameterGroupName")})


def _describe(response: ElastiCacheResponse) -> ActionResult:
    one = response._get_param("CacheParameterGroupName")
    return ActionResult({"CacheParameterGroups": [_group(response)] if one else list(_held(response).values())})


def _describe_parameters(response: ElastiCacheResponse) -> ActionResult:
    chosen = _group(response)["parameters"].items()
    shown = [{"ParameterName": name, "ParameterValue": value, "Source": "user"} for name, value in chosen]
    return ActionResult({"Parameters": shown})
