"""The options of Kafka's `kafka-acls.sh --add` that our script uses, carried out on a real broker."""

import argparse
import re
from pathlib import Path

from kafka import KafkaAdminClient
from kafka.admin import ACL, ACLOperation, ACLPermissionType, ACLResourcePatternType, ResourcePattern, ResourceType

LOGIN = re.compile(r'username="(.*?)" password="(.*?)";')


def snake(name: str) -> str:
    """DescribeConfigs as DESCRIBE_CONFIGS."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).upper()


def read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(allow_abbrev=False)
    for name in ("--bootstrap-server", "--command-config", "--allow-principal"):
        parser.add_argument(name, required=True)
    parser.add_argument("--add", action="store_true", required=True)
    parser.add_argument("--operation", action="append", required=True)
    parser.add_argument("--topic", action="append", default=[])
    parser.add_argument("--group", action="append", default=[])
    parser.add_argument("--resource-pattern-type", choices=["literal", "prefixed"], default="literal")
    return parser.parse_args()


def main() -> None:
    given = read_options()
    lines = Path(given.command_config).read_text().splitlines()
    config = {name: value for name, _, value in (line.partition("=") for line in lines)}
    login = LOGIN.search(config["sasl.jaas.config"])
    assert login
    pattern = ACLResourcePatternType[given.resource_pattern_type.upper()]
    resources = [
        *(ResourcePattern(ResourceType.TOPIC, name, pattern) for name in given.topic),
        *(ResourcePattern(ResourceType.GROUP, name, pattern) for name in given.group),
    ]
    acls = [
        ACL(given.allow_principal, "*", ACLOperation[snake(operation)], ACLPermissionType.ALLOW, resource)
        for operation in given.operation
        for resource in resources
    ]
    admin = KafkaAdminClient(
        bootstrap_servers=given.bootstrap_server, security_protocol=config["security.protocol"],
        sasl_mechanism=config["sasl.mechanism"], sasl_plain_username=login[1], sasl_plain_password=login[2],
        ssl_cafile=config["ssl.truststore.location"],
    )  # fmt: skip
    failed = admin.create_acls(acls)["failed"]
    admin.close()
    assert not failed, failed


if __name__ == "__main__":
    main()
