"""moto's CloudFormation with an honest engine: `install` swaps it in, in this process.

Vanilla moto skips what it does not know and reports CREATE_COMPLETE. This backend keeps moto's API around the stacks
and deploys them itself: everything in a template is made, or the stack rolls back and says why. It creates only;
changing or deleting a stack is refused, as moto cannot do either truthfully.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

from moto.cloudformation.exceptions import ValidationError
from moto.cloudformation.models import ChangeSet, CloudFormationBackend, Stack, cloudformation_backends
from moto.cloudformation.responses import CloudFormationResponse
from moto.cloudformation.utils import generate_changeset_id, generate_stack_id
from moto.core.responses import ActionResult, EmptyResult

from tests.fakes.cloudformation import gaps
from tests.fakes.cloudformation.errors import TemplateRefused
from tests.fakes.cloudformation.stack import HonestStack


def install() -> None:
    """Make every CloudFormation call that reaches moto in this process an honest one; twice does no harm.

    Within `empty_account` it ends with the account.
    """
    cloudformation_backends.backend = HonestBackend
    for name, method in _ANSWERS.items():
        setattr(CloudFormationResponse, name, method)
    gaps.fill()


@contextmanager
def forgotten_afterwards() -> Iterator[None]:
    """Give whoever comes next in this process the CloudFormation that was there before."""
    backend = cloudformation_backends.backend
    answers = {name: vars(CloudFormationResponse).get(name) for name in _ANSWERS}
    try:
        yield
    finally:
        cloudformation_backends.backend = backend
        for name in _ANSWERS.keys() & vars(CloudFormationResponse).keys():
            delattr(CloudFormationResponse, name)
        for name, method in answers.items():
            if method is not None:  # moto has nothing of that name
                setattr(CloudFormationResponse, name, method)


class HonestBackend(CloudFormationBackend):
    """The stacks of one account and region."""

    # moto looks for a backend's URLs beside the module of its class.
    __module__ = CloudFormationBackend.__module__

    @property
    def honest_stacks(self) -> list[HonestStack]:
        """Every stack, deployed or under review."""
        return [stack for stack in self.stacks.values() if isinstance(stack, HonestStack)]

    def find(self, name_or_id: str) -> HonestStack | None:
        """The stack of this name or id."""
        return next((stack for stack in self.honest_stacks if name_or_id in (stack.name, stack.stack_id)), None)

    # The settings that mean nothing here go through as they come, hence not moto's signatures.
    def create_stack(  # type: ignore[override]
        self, name: str, template: str, parameters: dict[str, Any], **settings: Any
    ) -> Stack:
        """Deploy a template; look at the stack's status for the outcome."""
        if self.find(name):
            raise ValidationError(message=f"Stack {name} already exists")
        stack = self._new_stack(name, template=template, parameters=parameters, settings=settings)
        self._plan(stack)
        stack.create_resources()
        return stack

    def create_change_set(  # type: ignore[override]
        self,
        stack_name: str,
        change_set_name: str,
        template: str,
        parameters: dict[str, str],
        description: str,
        change_set_type: str,
        **settings: Any,
    ) -> tuple[str, str]:
        """Note what executing would deploy; of an existing stack, only that nothing changes."""
        stack = self.find(stack_name)
        fresh = stack is None or stack.status == "REVIEW_IN_PROGRESS"
        if stack is None:
            stack = self._new_stack(stack_name, template=template, parameters=parameters, settings=settings)
            stack.status = "REVIEW_IN_PROGRESS"
            self._plan(stack)
        elif not fresh and not stack.has_template(template):
            raise ValidationError(message=f"the fake cannot change stack {stack_name}; it creates stacks only")
        change_set = _HonestChangeSet(
            change_set_type=change_set_type,
            change_set_id=generate_changeset_id(change_set_name, self.region_name, self.account_id),
            change_set_name=change_set_name,
            stack=stack,
            template=template,
            parameters=parameters,
            description=description,
        )
        change_set.judge(fresh=fresh)
        self.change_sets[change_set.change_set_id] = change_set
        return change_set.change_set_id, stack.stack_id

    def change_set(self, name_or_id: str, stack: str) -> ChangeSet:
        """The newest change set of this name on this stack: CDK gives all its change sets the same name."""
        for found in reversed(self.change_sets.values()):
            of_stack = stack in ("", found.stack_name, found.stack_id)
            if found.change_set_id == name_or_id or (found.change_set_name == name_or_id and of_stack):
                return found
        raise ValidationError(message=f"ChangeSet [{name_or_id}] does not exist")

    def execute(self, change_set: ChangeSet) -> None:
        """Deploy what the change set holds."""
        change_set.execution_status = "EXECUTE_COMPLETE"
        change_set.stack.create_resources()

    def update_stack(self, name: str, **_settings: Any) -> Stack:  # type: ignore[override]
        """Refuse: only creation is honest here."""
        raise ValidationError(message=f"the fake cannot change stack {name}; it creates stacks only")

    def delete_stack(self, name_or_stack_id: str) -> None:
        """Refuse, except for a stack that was never deployed."""
        stack = self.find(name_or_stack_id)
        if stack is not None and stack.status != "REVIEW_IN_PROGRESS":
            raise ValidationError(message=f"the fake cannot delete stack {stack.name}; it creates stacks only")
        if stack is not None:
            del self.stacks[stack.stack_id]

    def _new_stack(self, name: str, *, template: str, parameters: dict[str, Any], settings: Any) -> HonestStack:
        known = ("notification_arns", "tags", "role_arn", "enable_termination_protection", "timeout_in_mins")
        stack = HonestStack(
            stack_id=generate_stack_id(name, self.region_name, self.account_id),
            name=name,
            template=template,
            parameters=parameters,
            account_id=self.account_id,
            region_name=self.region_name,
            **{key: settings[key] for key in known if key in settings},
        )
        self.stacks[stack.stack_id] = stack
        return stack

    def _plan(self, stack: HonestStack) -> None:
        try:
            stack.plan()
        except TemplateRefused as refused:
            del self.stacks[stack.stack_id]
            raise ValidationError(message=f"Template error: {refused}") from refused


class _HonestChangeSet(ChangeSet):
    def _parse_template(self) -> None:
        self.template_dict = HonestStack.parse_template(self.template)

    def diff(self) -> list[Any]:
        return []

    def judge(self, *, fresh: bool) -> None:
        """Ready to execute when the stack is new; otherwise there is nothing to do."""
        self.status = "CREATE_COMPLETE" if fresh else "FAILED"
        self.execution_status = "AVAILABLE" if fresh else "UNAVAILABLE"
        self.status_reason = None if fresh else "The submitted information didn't contain changes."


def _backend(account: str, region: str) -> HonestBackend:
    return cast(HonestBackend, cloudformation_backends[account][region])


def _named(response: CloudFormationResponse) -> tuple[HonestBackend, ChangeSet]:
    backend = _backend(response.current_account, response.region)
    name, stack = response._get_param("ChangeSetName"), response._get_param("StackName")
    return backend, backend.change_set(name, stack or "")


def _describe_change_set(response: CloudFormationResponse) -> ActionResult:
    return ActionResult(_named(response)[1])


def _execute_change_set(response: CloudFormationResponse) -> EmptyResult:
    backend, change_set = _named(response)
    backend.execute(change_set)
    return EmptyResult()


def _delete_change_set(response: CloudFormationResponse) -> EmptyResult:
    try:
        backend, change_set = _named(response)
    except ValidationError:  # CloudFormation answers a repeated deletion with success.
        return EmptyResult()
    del backend.change_sets[change_set.change_set_id]
    return EmptyResult()


def _update_termination_protection(response: CloudFormationResponse) -> ActionResult:
    stack = _backend(response.current_account, response.region).find(response._get_param("StackName"))
    if stack is None:
        raise ValidationError(response._get_param("StackName"))
    stack.enable_termination_protection = bool(response._get_param("EnableTerminationProtection"))
    return ActionResult({"StackId": stack.stack_id})


_ANSWERS = {
    "describe_change_set": _describe_change_set,
    "execute_change_set": _execute_change_set,
    "delete_change_set": _delete_change_set,
    "update_termination_protection": _update_termination_protection,
}
