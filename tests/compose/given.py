"""The contents of .env (passwords, digests, settings of profiles), and variables filled in as Compose does."""

import re
from collections.abc import Mapping

PASSWORDS = {
    "TOKENSHARE_POSTGRES_PASSWORD": "canary-database-17",
    "TOKENSHARE_PREFECT_AUTH": "someone:canary-login-23",
    "TOKENSHARE_KAFKA_SASL_PASSWORD": "canary-kafka-31",
}
IMAGES = ("KAFKA", "POSTGRES", "PREFECT", "PYTHON", "CADDY")


def digests(*images: str) -> dict[str, str]:
    """A digest for each image."""
    return {f"TOKENSHARE_{image}_DIGEST": f"sha256:{image.encode().hex():0>64}" for image in images}


DIGESTS = digests(*IMAGES)
GIVEN = PASSWORDS | DIGESTS
# What each profile wants beside these: digests, and settings that go with it.
PROFILE_DIGESTS = {"scale": digests("FLINK", "BEAM"), "cluster": {}, "bi": digests("SUPERSET")}
PROFILE_SETTINGS = {"scale": {"TOKENSHARE_RUNNER": "flink"}, "cluster": {"TOKENSHARE_KAFKA_REPLICATION": "3"}, "bi": {}}
PROFILE_PASSWORDS = {"bi": {"TOKENSHARE_SUPERSET_PASSWORD": "canary-superset-41"}}
VARIABLE = re.compile(r"\$\{(\w+)(?::([?+-])([^}]*))?\}")


def given(*profiles: str) -> dict[str, str]:
    """The contents of .env with these profiles."""
    variables = GIVEN | {"COMPOSE_PROFILES": ",".join(profiles)}
    for profile in profiles:
        variables |= PROFILE_DIGESTS[profile] | PROFILE_SETTINGS[profile] | PROFILE_PASSWORDS.get(profile, {})
    return variables


SCALE = given("scale")


def interpolated(text: str, given: Mapping[str, str]) -> str:
    """The text with variables filled in as Compose does; raises KeyError for a required one not set."""

    def filled(found: re.Match[str]) -> str:
        name, sign, word = found.groups()
        if sign == "+":
            return word if name in given else ""
        return given[name] if sign == "?" else given.get(name, word or "")

    return VARIABLE.sub(filled, text)
