"""A stack that is deployed honestly: everything in its template is made, or it rolls back and says why.

A rollback here only reports: what was made before the failure stays in moto, so a test ends with its account.
"""

import json
import logging
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

from moto.cloudformation.models import Event, Stack, cloudformation_backends
from moto.cloudformation.parsing import Export, Output

from tests.fakes.cloudformation.deployment import Deployment, Inputs
from tests.fakes.cloudformation.errors import ResourceRefused, TemplateRefused
from tests.fakes.cloudformation.kind import Home, Resource

_LOG = logging.getLogger(__name__)


class _Others:
    """What a stack learns of the other stacks of its account."""

    def __init__(self, account: str, region: str) -> None:
        self._account = account
        self._region = region

    def output(self, stack: str, output: str, region: str) -> str:
        stacks = cloudformation_backends[self._account][region].stacks.values()
        found = next((held for held in stacks if stack in (held.name, held.stack_id)), None)
        if found is None or found.status != "CREATE_COMPLETE":
            raise ResourceRefused(f"Fn::GetStackOutput: there is no stack {stack} in {region}")
        published = found.published if isinstance(found, HonestStack) else {}
        if output not in published:
            raise ResourceRefused(f"Fn::GetStackOutput: stack {stack} in {region} has no output {output}")
        return str(published[output].value)

    def export(self, name: str) -> str:
        exports = cloudformation_backends[self._account][self._region].exports
        if name not in exports:
            raise ResourceRefused(f"Fn::ImportValue: no stack in {self._region} exports {name}")
        return str(exports[name].value)

    def resources(self, type: str) -> Iterator[Resource]:
        for backend in cloudformation_backends[self._account].values():
            for stack in backend.stacks.values():
                made: Iterable[Any] = stack.stack_resources
                yield from (resource for resource in made if resource.cf_resource_type == type)


class HonestStack(Stack):
    """A stack that either has every resource of its template or says what stopped it."""

    deployment: Deployment | None = None
    stack_status_reason: str | None = None
    published: Mapping[str, Output] = MappingProxyType({})
    _exports: tuple[Export, ...] = ()

    @staticmethod
    def parse_template(template: str) -> dict[str, Any]:
        """The template; CDK writes JSON, and moto's YAML parser takes seconds for it."""
        if template.lstrip().startswith("{"):
            parsed: dict[str, Any] = json.loads(template)
            return parsed
        return Stack.parse_template(template)

    def _create_resource_map(self) -> Any:
        return None

    def _create_output_map(self) -> Any:
        return None

    @staticmethod
    def cloudformation_name_type() -> str:
        """As moto's model of a nested stack has it."""
        return "StackName"

    def is_created(self) -> bool:
        """Whether everything is there."""
        return self.status == "CREATE_COMPLETE"

    def plan(self) -> Deployment:
        """Check the template and the parameters; nothing is made yet.

        Raises:
            TemplateRefused: The template can never work.
        """
        self.deployment = Deployment(
            self.template_dict,
            home=Home(self.name, self.stack_id, self.account_id, self.region_name),
            inputs=Inputs(self.parameters, self.tags),
            elsewhere=_Others(self.account_id, self.region_name),
        )
        self.description = self.template_dict.get("Description")
        return self.deployment

    def create_resources(self) -> None:
        """Make everything in the template, or roll back and say what stopped it."""
        deployment = self.deployment or self.plan()
        self._note("CREATE_IN_PROGRESS", reason="User Initiated")
        try:
            self._make_everything(deployment)
        except _Stopped as stopped:
            self._roll_back(stopped)
            return
        self.status = "CREATE_COMPLETE"
        self._note(self.status)

    @property
    def stack_resources(self) -> list[Any]:
        """What was made."""
        return list(self.deployment.resources.values()) if self.deployment else []

    @property
    def parameter_list(self) -> list[dict[str, Any]]:
        """Parameters as DescribeStacks shows them."""
        held = self.deployment.parameters if self.deployment else {}
        return [{"ParameterKey": key, "ParameterValue": str(value)} for key, value in held.items()]

    @property
    def stack_parameters(self) -> dict[str, Any]:
        """Parameters by name."""
        return dict(self.deployment.parameters) if self.deployment else {}

    @property
    def outputs(self) -> list[dict[str, Any]] | None:
        """Outputs as DescribeStacks shows them."""
        exported = {export.value: export.name for export in self.exports}
        return [
            {
                "OutputKey": output.key,
                "OutputValue": output.value,
                "Description": output.description or None,
                "ExportName": exported.get(output.value),
            }
            for output in self.published.values()
        ] or None

    @property
    def exports(self) -> list[Export]:
        """What other stacks of the region can import."""
        return list(self._exports)

    def _make_everything(self, deployment: Deployment) -> None:
        for logical_id in deployment.order:
            type = deployment.template["Resources"][logical_id]["Type"]
            try:
                resource = deployment.make(logical_id)
            except ResourceRefused as refused:
                raise _Stopped(logical_id, type, str(refused)) from refused
            except Exception as defect:  # ours or moto's; the stack must fail, not the connection to it
                _LOG.exception("the fake broke at %s", logical_id)
                raise _Stopped(logical_id, type, f"the fake broke: {defect.__class__.__name__}: {defect}") from defect
            if resource:
                self._note("CREATE_COMPLETE", resource=resource)
        try:
            self._publish(deployment.outputs())
        except TemplateRefused as refused:
            raise _Stopped(refused.logical_id, refused.type, refused.reason) from refused

    def _publish(self, outputs: dict[str, dict[str, str]]) -> None:
        exports = cloudformation_backends[self.account_id][self.region_name].exports
        for name, body in outputs.items():
            if body["export"] in exports:
                raise TemplateRefused(name, type="Output", reason=f"export {body['export']} already exists")
        exported = [body for body in outputs.values() if body["export"]]
        self._exports = tuple(Export(self.stack_id, body["export"], body["value"]) for body in exported)
        self.published = {key: Output(key, body["value"], body["description"]) for key, body in outputs.items()}
        exports.update({export.name: export for export in self._exports})

    def _roll_back(self, stopped: "_Stopped") -> None:
        self._note("CREATE_FAILED", logical_id=stopped.logical_id, type=stopped.type, reason=stopped.reason)
        self._note(
            "ROLLBACK_IN_PROGRESS", reason=f"The following resource(s) failed to create: [{stopped.logical_id}]."
        )
        self.status = "ROLLBACK_COMPLETE"
        self.stack_status_reason = f"{stopped.logical_id} ({stopped.type}): {stopped.reason}"
        self._note(self.status)

    def _note(
        self,
        status: str,
        *,
        resource: Resource | None = None,
        logical_id: str | None = None,
        type: str = "AWS::CloudFormation::Stack",
        reason: str | None = None,
    ) -> None:
        self.events.append(
            Event(
                stack_id=self.stack_id,
                stack_name=self.name,
                logical_resource_id=resource.logical_resource_id if resource else logical_id or self.name,
                physical_resource_id=resource.physical_resource_id if resource else self.stack_id,
                resource_type=resource.cf_resource_type if resource else type,
                resource_status=status,
                resource_status_reason=reason,
                resource_properties=None,
            )
        )


class _Stopped(Exception):
    def __init__(self, logical_id: str, type: str, reason: str) -> None:
        super().__init__(reason)
        self.logical_id = logical_id
        self.type = type
        self.reason = reason
