"""What `helm test` runs: asks the admin side (ADMIN), and the model server through the proxy (CLIENT)."""

import os
import ssl
import urllib.error
import urllib.request


def status(url: str, token: str = "") -> int:
    """The status that *url* answers with."""
    request = urllib.request.Request(url, headers={"authorization": f"Bearer {token}"} if token else {})
    # It looks at whether something answers; who that is, is for the clients to look at.
    trusting = ssl._create_unverified_context()
    handlers = (urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=trusting))
    try:
        with urllib.request.build_opener(*handlers).open(request, timeout=10) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


def main() -> None:
    """Ends with exit code 1 and a sentence when something is not as it should be."""
    admin, client = os.environ["ADMIN"], os.environ.get("CLIENT")
    if (ready := status(f"{admin}/readyz")) != 200:
        raise SystemExit(f"/readyz answers {ready}")
    if (metrics := status(f"{admin}/metrics", os.environ["TOKEN"])) != 200:
        raise SystemExit(f"/metrics answers {metrics} to the token of the Secret")
    if (anonymous := status(f"{admin}/metrics")) != 401:
        raise SystemExit(f"/metrics answers {anonymous} without a token")
    if client and (model := status(f"{client}/v1/models")) >= 500:
        raise SystemExit(f"the model server answers {model}, or cannot be reached")
    print("ready, and the model server answers")


main()
