"""The Kubernetes example and the compose file for many machines: valid, and of one mind with the program."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml
from click.testing import CliRunner

from monitor.cli.main import main

ROOT = Path(__file__).parents[3]


def manifests() -> Iterator[dict[str, Any]]:
    yield from yaml.safe_load((ROOT / "docs/kubernetes.yaml").read_text(encoding="utf-8"))["items"]


def services() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((ROOT / "compose.scale.yaml").read_text(encoding="utf-8"))["services"]
    return found


@pytest.mark.parametrize("manifest", list(manifests()), ids=lambda one: f"{one['kind']} {one['metadata']['name']}")
def test_each_manifest_follows_kubernetes_schema(manifest: dict[str, Any]) -> None:
    kubernetes_validate.validate(manifest, kubernetes_validate.latest_version(), strict=True)


def test_the_validator_would_notice() -> None:
    manifest = next(manifests())
    manifest["spec"]["replicaz"] = 3
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(manifest, kubernetes_validate.latest_version(), strict=True)


def test_the_budget_and_the_service_choose_pods_that_exist() -> None:
    pods = [one["spec"]["template"]["metadata"]["labels"] for one in manifests() if one["kind"] == "Deployment"]
    for one in manifests():
        if one["kind"] in ("PodDisruptionBudget", "Service"):
            chosen = one["spec"]["selector"].get("matchLabels", one["spec"]["selector"])
            assert any(chosen.items() <= labels.items() for labels in pods)


def commands() -> Iterator[list[str]]:
    for one in manifests():
        if one["kind"] == "Deployment":
            yield one["spec"]["template"]["spec"]["containers"][0]["args"]
    for name in ("run", "worker"):
        yield services()[name]["command"]
        yield services()[name]["healthcheck"]["test"][2:]


@pytest.mark.parametrize("command", list(commands()), ids=" ".join)
def test_every_command_is_one_of_ours(command: list[str]) -> None:
    asked = CliRunner().invoke(main, [*command, "--help"])
    assert asked.exit_code == 0, asked.output


def test_the_image_leaves_to_others_where_secrets_come_from() -> None:
    image = (ROOT / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    named = [word.split("=")[0] for line in image.splitlines() if line.startswith("ENV") for word in line.split()[1:]]
    environments = [services()[name]["environment"] for name in ("run", "worker")]
    assert "WIREWATCH_CONFIG" in named
    for environment in environments:
        for variable in environment:
            assert variable.removesuffix("_FILE") not in named, "giving a secret both ways is refused"


def test_a_stop_gets_longer_than_the_program_takes() -> None:
    for name in ("run", "worker"):
        assert services()[name]["stop_grace_period"] == "15s"
    for one in manifests():
        if one["kind"] == "Deployment":
            assert one["spec"]["template"]["spec"]["terminationGracePeriodSeconds"] >= 15


@pytest.mark.case(145)
def test_the_container_may_do_nothing_it_need_not() -> None:
    service = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))["services"]["wirewatch"]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert {"tmpfs", "mem_limit", "pids_limit", "stop_grace_period"} <= service.keys()
    assert all(port.startswith("127.0.0.1:") for port in service["ports"])
    lines = (ROOT / "Dockerfile").read_text(encoding="utf-8").splitlines()
    assert "USER 10001:10001" in lines
    assert 'ENTRYPOINT ["wirewatch"]' in lines, "no shell stands between the daemon and SIGTERM"
