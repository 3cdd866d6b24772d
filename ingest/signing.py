"""AWS credentials as botocore finds them, and requests signed with them (Signature Version 4).

botocore comes with the extra `aws`. It looks where every AWS tool looks: environment, profiles, single
sign-on, container and instance roles. What is found stays in memory; it leaves only as headers that the
client treats as secret.
"""

from __future__ import annotations

import importlib.util
import logging
from collections.abc import Mapping
from typing import Any

from warehouse.errors import MissingRequirement

# An instance answers for its role within milliseconds. Elsewhere nobody answers, and a laptop should
# not wait the second that is usual.
_ROLE_SECONDS = 0.2
_ROLE_SETTINGS = (
    "ec2_metadata_service_endpoint",
    "ec2_metadata_service_endpoint_mode",
    "ec2_metadata_v1_disabled",
)

logging.getLogger("botocore.auth").setLevel(logging.INFO)  # its debug lines hold the session token


def credentials() -> Any:
    """botocore's credentials, frozen; None where there are none or botocore is not installed.

    Raises MissingRequirement where a profile or a sign-on is set up but cannot be used.
    """
    if importlib.util.find_spec("botocore") is None:
        return None
    import botocore.exceptions
    import botocore.session

    try:
        session = botocore.session.Session()
        _ask_for_roles_briefly(session)
        found = session.get_credentials()
        return found.get_frozen_credentials() if found else None
    except botocore.exceptions.BotoCoreError as error:
        hint = "Try `aws sts get-caller-identity`, or unset AWS_PROFILE."
        raise MissingRequirement(f"The AWS credentials cannot be used: {error}", hint) from None


def _ask_for_roles_briefly(session: Any) -> None:
    """Botocore's own setting for this knows whole seconds only."""
    from botocore.credentials import InstanceMetadataProvider
    from botocore.utils import InstanceMetadataFetcher

    config = {name: session.get_config_variable(name) for name in _ROLE_SETTINGS}
    fetcher = InstanceMetadataFetcher(_ROLE_SECONDS, user_agent=session.user_agent(), config=config)
    chain = session.get_component("credential_provider")
    chain.remove(InstanceMetadataProvider.METHOD)
    chain.providers.append(InstanceMetadataProvider(fetcher))  # the last to be asked, as it was


def signed(found: Any, url: str, *, service: str, region: str) -> Mapping[str, str]:
    """The headers that sign a GET of `url`; good for some minutes. Its query must be quoted already."""
    from botocore.auth import SigV4Auth
    from botocore.awsrequest import AWSRequest

    request = AWSRequest(method="GET", url=url)
    SigV4Auth(found, service, region).add_auth(request)
    return dict(request.headers.items())
