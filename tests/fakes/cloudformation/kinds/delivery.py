"""Where images come from, and what CDK writes about itself."""

from tests.fakes.cloudformation.kind import Kind, Resource


def _set_policies(repository: Resource) -> None:
    lifecycle = repository.take("LifecyclePolicy", {}).get("LifecyclePolicyText")
    if lifecycle:
        repository.call("put_lifecycle_policy", repositoryName=repository.name, lifecyclePolicyText=lifecycle)
    policy = repository.take("RepositoryPolicyText")
    if policy:
        repository.call("set_repository_policy", repositoryName=repository.name, policyText=policy)


KINDS = {
    "AWS::ECR::Repository": Kind(
        service="ecr",
        create="create_repository",
        attributes={"Arn": "answer.repository.repositoryArn", "RepositoryUri": "answer.repository.repositoryUri"},
        name="RepositoryName",
        name_lower=True,
        later=frozenset({"LifecyclePolicy", "RepositoryPolicyText", "EmptyOnDelete"}),
        then=_set_policies,
    ),
    "AWS::CDK::Metadata": Kind(service="cloudformation", ref="'metadata'", unique=None),
}
