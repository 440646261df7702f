"""What the fake knows of one resource type, and a resource of it: a row of data, an API call, the answer."""

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import jmespath
import jmespath.functions
from botocore.exceptions import ClientError, ParamValidationError

from tests.fakes.cloudformation.clients import client
from tests.fakes.cloudformation.errors import ResourceRefused
from tests.fakes.cloudformation.shapes import coerce

Properties = dict[str, Any]


class _After(jmespath.functions.Functions):  # type: ignore[misc]
    @jmespath.functions.signature({"types": ["string"]}, {"types": ["string"]})  # type: ignore[untyped-decorator]
    def _func_after(self, text: str, mark: str) -> str:
        """`after(text, mark)`: the text behind the last mark; JMESPath itself cannot split."""
        return text.rpartition(mark)[2]


_WITH_AFTER = jmespath.Options(custom_functions=_After())


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One row of the table: which API call makes a resource type, and where its answers are.

    Attributes:
        service: boto3's name of the service.
        create: The operation that makes it; empty when `prepare` makes it.
        ref: JMESPath of what `Ref` returns, over `made` (see `Resource.view`).
        attributes: `Fn::GetAtt` name to JMESPath; a name that is not here is refused.
        name: The property that names it; a name is generated when the template gives none.
        name_limit: Most characters of a generated name.
        name_lower: Whether a generated name must be in lower case.
        unique: Properties that together must not occur twice; empty takes the schema's primary identifier or `name`,
            None means that the API itself decides.
        renames: Property to API parameter, where they differ in more than case.
        later: Properties that `create` does not take: `then` handles them, or they mean nothing to moto.
        prepare: Turns properties into parameters where renaming is not enough.
        then: The calls after the first.
    """

    service: str
    create: str = ""
    ref: str = "name"
    attributes: Mapping[str, str] = field(default_factory=dict)
    name: str = ""
    name_limit: int = 128
    name_lower: bool = False
    unique: tuple[str, ...] | None = ()
    renames: Mapping[str, str] = field(default_factory=dict)
    later: frozenset[str] = frozenset()
    prepare: "Callable[[Resource], Properties] | None" = None
    then: "Callable[[Resource], None] | None" = None


@dataclass(frozen=True)
class Home:
    """The stack a resource belongs to, and where that is."""

    stack: str
    stack_id: str
    account: str
    region: str


@dataclass
class Resource:
    """One resource of a stack; moto's CloudFormation API reads the first three attributes.

    Attributes:
        logical_resource_id: Its key in the template.
        physical_resource_id: What `Ref` returns, once it is made.
        cf_resource_type: Such as `AWS::SQS::Queue`.
        properties: As the template has them, resolved.
        name: Its physical name, given or generated; empty when its type has none.
        named_by_template: Whether the name was given.
        params: What the API call was given.
        answer: What it returned.
        more: What `then` found out.
    """

    logical_resource_id: str
    cf_resource_type: str
    kind: Kind
    home: Home
    properties: Properties
    name: str = ""
    named_by_template: bool = False
    physical_resource_id: str = ""
    params: Properties = field(default_factory=dict)
    answer: Properties = field(default_factory=dict)
    more: Properties = field(default_factory=dict)

    def make(self) -> None:
        """Call the API, and keep what it says.

        Raises:
            ResourceRefused: The API refuses, or takes no such parameter.
        """
        kind = self.kind
        if kind.name:
            self.named_by_template = kind.name in self.properties
            self.name = str(self.properties.setdefault(kind.name, self._generated_name()))
        self.params = kind.prepare(self) if kind.prepare else dict(self.properties)
        for old, new in kind.renames.items():
            if old in self.params:
                self.params[new] = self.params.pop(old)
        self.params = {name: held for name, held in self.params.items() if name not in kind.later}
        if kind.create:
            self.answer = self.call(kind.create, **self.params)
        if kind.then:
            kind.then(self)
        self.physical_resource_id = str(self.read(kind.ref, what="Ref"))

    def call(self, operation: str, *, service: str | None = None, **params: Any) -> Properties:
        """Call an operation with parameters brought into its input shape.

        Raises:
            ResourceRefused: With the API's error, or the parameter it would not take.
        """
        api = self.client(service)
        try:
            given = self.coerced(operation, service=service, **params)
            answer: Properties = getattr(api, operation)(**given)
        except (ClientError, ParamValidationError) as error:
            raise ResourceRefused(f"{operation}: {error}") from error
        except ResourceRefused:
            raise
        except Exception as error:  # moto's own defects must fail the resource, not the connection to it.
            raise ResourceRefused(f"{operation}: moto broke with {type(error).__name__}: {error}") from error
        return answer

    def coerced(self, operation: str, *, service: str | None = None, **params: Any) -> Properties:
        """The parameters as the operation's input shape wants them.

        Raises:
            ResourceRefused: Naming the one it would not take.
        """
        api = self.client(service)
        model = api.meta.service_model.operation_model(api.meta.method_to_api_mapping[operation])
        given: Properties = coerce(params, model.input_shape, at=operation) if params else {}
        return given

    def client(self, service: str | None = None) -> Any:
        """The boto3 client of a service, in the stack's account and region."""
        return client(service or self.kind.service, account=self.home.account, region=self.home.region)

    def attribute(self, name: str) -> Any:
        """What `Fn::GetAtt` returns.

        Raises:
            ResourceRefused: The type has no such attribute, or moto gave it no value.
        """
        if name not in self.kind.attributes:
            raise ResourceRefused(f"{self.cf_resource_type} {self.logical_resource_id} has no attribute {name}")
        return self.read(self.kind.attributes[name], what=name)

    def read(self, path: str, *, what: str) -> Any:
        """A value by its JMESPath over `view`.

        Raises:
            ResourceRefused: There is none.
        """
        value = jmespath.search(path, self.view(), _WITH_AFTER)
        if value is None:
            raise ResourceRefused(f"{self.cf_resource_type} {self.logical_resource_id} has no {what} here")
        return value

    def view(self) -> Properties:
        """What the paths of a row can read: `given` parameters, `props`, the `answer`, `more`, and where it lives."""
        return {
            "given": self.params,
            "props": self.properties,
            "answer": self.answer,
            "more": self.more,
            "name": self.name,
            "account": self.home.account,
            "region": self.home.region,
        }

    def take(self, name: str, default: Any = None) -> Any:
        """A property, or the default when the template does not have it."""
        return self.properties.get(name, default)

    def _generated_name(self) -> str:
        seed = f"{self.home.stack_id.rpartition('/')[0]}/{self.logical_resource_id}"
        suffix = hashlib.sha256(seed.encode()).hexdigest()[:12].upper()
        room = self.kind.name_limit - len(suffix) - 1
        stem = f"{self.home.stack}-{self.logical_resource_id}"[:room].rstrip("-")
        name = re.sub("-+", "-", f"{stem}-{suffix}")
        return name.lower() if self.kind.name_lower else name
