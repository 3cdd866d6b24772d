"""Azure's feed asked for one machine: the recorded page, narrowed as the question says."""

import json
import re

from tests.ingest.replay import FIXTURES, Request, Response

_LISTED = json.loads((FIXTURES / "azure_retail" / "vm-1.json").read_bytes())


def azure(request: Request) -> Response:
    found = re.search(r"armSkuName eq '(\w+)'", request.query["$filter"])
    items = [one for one in _LISTED["Items"] if found and one["armSkuName"] == found[1]]
    page = {**_LISTED, "Items": items, "Count": len(items), "NextPageLink": None}
    return Response(200, json.dumps(page).encode(), {"content-type": "application/json"})
