"""AWS Amplify's API, which moto lacks: apps, branches and domains can be created and read back."""

import re
import sys
import types
from typing import Any

from moto import backend_index
from moto.core.base_backend import BackendDict, BaseBackend
from moto.core.exceptions import JsonRESTError
from moto.core.responses import ActionResult, BaseResponse
from moto.core.utils import utcnow
from moto.moto_api._internal import mock_random

Item = dict[str, Any]
# What the service fills in when the caller leaves it out.
_APP_DEFAULTS: Item = {"description": "", "environmentVariables": {}, "platform": "WEB", "enableBasicAuth": False}
_BRANCH_DEFAULTS: Item = {
    "description": "",
    "stage": "NONE",
    "displayName": "",
    "enableNotification": False,
    "environmentVariables": {},
    "enableAutoBuild": True,
    "customDomains": [],
    "framework": "",
    "activeJobId": "",
    "totalNumberOfJobs": "0",
    "enableBasicAuth": False,
    "ttl": "5",
    "enablePullRequestPreview": False,
}


def register() -> None:
    """Make moto answer Amplify's calls, in this process and in a server it runs."""
    if "moto.amplify" in sys.modules:
        return
    module = types.ModuleType("moto.amplify")
    module.__dict__["amplify_backends"] = BackendDict(AmplifyBackend, "amplify")
    sys.modules["moto.amplify"] = module
    backend_index.backend_url_patterns.append(("amplify", re.compile(r"https?://amplify\.(.+)\.amazonaws\.com")))


class AmplifyBackend(BaseBackend):
    """The apps of one account and region."""

    def __init__(self, region_name: str, account_id: str) -> None:
        """Start empty."""
        super().__init__(region_name, account_id)
        self.apps: dict[str, Item] = {}
        self.branches: dict[tuple[str, str], Item] = {}
        self.domains: dict[tuple[str, str], Item] = {}

    @property
    def _url_module(self) -> Any:
        paths = ("apps", "apps/[^/]+", "apps/[^/]+/branches", "apps/[^/]+/domains")
        return types.SimpleNamespace(
            url_bases=[r"https?://amplify\.(.+)\.amazonaws\.com"],
            url_paths={f"{{0}}/{path}$": AmplifyResponse.dispatch for path in paths},
        )

    def create_app(self, given: Item) -> Item:
        """A new app; names may repeat, ids do not."""
        app_id = f"d{mock_random.get_random_hex(13)}"
        given = {"enableBranchAutoBuild": given.pop("enableBranchAutoBuild", True), **given}
        app = {
            **_APP_DEFAULTS,
            **given,
            "appId": app_id,
            "appArn": f"{self._arn()}/{app_id}",
            "defaultDomain": f"{app_id}.amplifyapp.com",
            "createTime": utcnow(),
            "updateTime": utcnow(),
        }
        self.apps[app_id] = app
        return app

    def create_branch(self, given: Item) -> Item:
        """A branch of an app; its name must be new there."""
        app, key = self.app(given.pop("appId")), given["branchName"]
        if (app["appId"], key) in self.branches:
            raise JsonRESTError("BadRequestException", f"The branch {key} already exists")
        self.branches[app["appId"], key] = branch = {
            **_BRANCH_DEFAULTS,
            **given,
            "branchArn": f"{app['appArn']}/branches/{key}",
            "createTime": utcnow(),
            "updateTime": utcnow(),
        }
        return branch

    def create_domain(self, given: Item) -> Item:
        """A domain of an app; its sub-domains must lead to branches that exist."""
        app, key = self.app(given.pop("appId")), given["domainName"]
        settings = given.pop("subDomainSettings", [])
        for setting in settings:
            if (app["appId"], setting["branchName"]) not in self.branches:
                raise JsonRESTError("BadRequestException", f"The branch {setting['branchName']} does not exist")
        self.domains[app["appId"], key] = domain = {
            "enableAutoSubDomain": False,
            "statusReason": "",
            **given,
            "domainAssociationArn": f"{app['appArn']}/domains/{key}",
            "domainStatus": "PENDING_VERIFICATION",
            "subDomains": [{"subDomainSetting": one, "verified": False, "dnsRecord": ""} for one in settings],
        }
        return domain

    def app(self, app_id: str) -> Item:
        """An app, or the service's error."""
        if app_id not in self.apps:
            raise JsonRESTError("NotFoundException", f"App {app_id} not found")
        return self.apps[app_id]

    def _arn(self) -> str:
        return f"arn:aws:amplify:{self.region_name}:{self.account_id}:apps"


class AmplifyResponse(BaseResponse):
    """Amplify's operations, one method each."""

    def __init__(self) -> None:
        """Let moto parse by botocore's model."""
        super().__init__(service_name="amplify")
        self.automated_parameter_parsing = True

    @property
    def _backend(self) -> AmplifyBackend:
        backends: BackendDict[AmplifyBackend] = sys.modules["moto.amplify"].__dict__["amplify_backends"]
        return backends[self.current_account][self.region]

    def create_app(self) -> ActionResult:
        """POST /apps."""
        return ActionResult({"app": self._backend.create_app(self._given())})

    def get_app(self) -> ActionResult:
        """GET /apps/{appId}."""
        return ActionResult({"app": self._backend.app(self._get_param("appId"))})

    def list_apps(self) -> ActionResult:
        """GET /apps."""
        return ActionResult({"apps": list(self._backend.apps.values())})

    def create_branch(self) -> ActionResult:
        """POST /apps/{appId}/branches."""
        return ActionResult({"branch": self._backend.create_branch(self._given())})

    def list_branches(self) -> ActionResult:
        """GET /apps/{appId}/branches."""
        return ActionResult({"branches": self._of_app(self._backend.branches)})

    def create_domain_association(self) -> ActionResult:
        """POST /apps/{appId}/domains."""
        return ActionResult({"domainAssociation": self._backend.create_domain(self._given())})

    def list_domain_associations(self) -> ActionResult:
        """GET /apps/{appId}/domains."""
        return ActionResult({"domainAssociations": self._of_app(self._backend.domains)})

    def _given(self) -> Item:
        return dict(self._get_params())

    def _of_app(self, items: dict[tuple[str, str], Item]) -> list[Item]:
        app = self._backend.app(self._get_param("appId"))
        return [item for (app_id, _), item in items.items() if app_id == app["appId"]]
