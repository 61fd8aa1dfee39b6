"""What a file is for, by its path."""

from __future__ import annotations

import pytest

from lk_audit.facts import FileRole
from lk_audit.roles import file_role


@pytest.mark.parametrize(
    ("path", "role"),
    [
        ("src/app.py", FileRole.PRODUCTION),
        (".env", FileRole.PRODUCTION),
        ("tests/test_a.py", FileRole.TEST),
        ("src/a.test.ts", FileRole.TEST),
        ("src/__tests__/a.ts", FileRole.TEST),
        ("pkg/a_test.go", FileRole.TEST),
        ("conftest.py", FileRole.TEST),
        ("examples/e2e/a.py", FileRole.TEST),
        ("tests/helpers/livekit-local.mjs", FileRole.TEST),
        ("e2e/.env.example", FileRole.TEST),
        ("tests/README.md", FileRole.DOCUMENTATION),
        ("README.md", FileRole.DOCUMENTATION),
        ("docs/a.py", FileRole.DOCUMENTATION),
        ("requirements.txt", FileRole.PRODUCTION),
        (".env.example", FileRole.EXAMPLE),
        ("config.sample.yaml", FileRole.EXAMPLE),
        ("egress-sample-values.yaml", FileRole.EXAMPLE),
        ("appsettings.Development.json", FileRole.LOCAL),
        ("appsettings.Production.json", FileRole.PRODUCTION),
        ("samples-service.go", FileRole.PRODUCTION),
        ("examples/a.py", FileRole.EXAMPLE),
        (".env.local", FileRole.LOCAL),
        ("docker-compose.override.yml", FileRole.LOCAL),
        ("docker-compose.dev.yml", FileRole.LOCAL),
        ("pkg/rooms/testutils/server.go", FileRole.TEST),
        ("pkg/rooms/room_test_utils.go", FileRole.TEST),
        ("web/src/test-utils.tsx", FileRole.TEST),
        ("web/src/testHelpers.ts", FileRole.TEST),
        ("server/src/test-env.ts", FileRole.TEST),
        ("web/src/setupTests.js", FileRole.TEST),
        ("web/src/latest-env.ts", FileRole.PRODUCTION),
        ("src/RoomTestFixture.cs", FileRole.TEST),
        ("Rooms.Tests/Fixture.cs", FileRole.TEST),
        ("Rooms.IntegrationTests/appsettings.json", FileRole.TEST),
        ("RoomKitTests/Support/Server.swift", FileRole.TEST),
        ("core/src/commonTest/kotlin/Rooms.kt", FileRole.TEST),
        ("Benchmarks/Rooms/Settings.swift", FileRole.TEST),
        ("Rooms.Example/appsettings.json", FileRole.EXAMPLE),
        (".vscode/launch.json", FileRole.LOCAL),
        ("backend/dev_livekit.yaml", FileRole.LOCAL),
        ("livekit_dev.yaml", FileRole.LOCAL),
        ("latest/contest.py", FileRole.PRODUCTION),
        (".github/workflows/test.yml", FileRole.TEST),
        (".github/workflows/web-e2e.yaml", FileRole.TEST),
        (".github/workflows/ci.yml", FileRole.PRODUCTION),
        (".github/workflows/deploy.yml", FileRole.PRODUCTION),
        (".github/workflows/latest.yml", FileRole.PRODUCTION),
        ("helm/env.d/dev-cluster/values.yaml", FileRole.LOCAL),
        (".github/workflows/cilium.yml", FileRole.PRODUCTION),
        ("dev-portal/src/rooms.ts", FileRole.PRODUCTION),
        ("helm/env.d/device-cluster/values.yaml", FileRole.PRODUCTION),
        ("src/LatestUtils.java", FileRole.PRODUCTION),
        ("Contests/Rooms.cs", FileRole.PRODUCTION),
        ("Rooms.Attest/Rooms.cs", FileRole.PRODUCTION),
        ("src/dev_server_list.py", FileRole.PRODUCTION),
        ("src/devices.json", FileRole.PRODUCTION),
        ("cmd/test-server/main.go", FileRole.TEST),
        ("example_config.yml", FileRole.EXAMPLE),
        ("config_example.yaml", FileRole.EXAMPLE),
        (".env_example", FileRole.EXAMPLE),
        ("example_rooms.py", FileRole.PRODUCTION),
        ("examplesite.yaml", FileRole.PRODUCTION),
    ],
)
def test_the_path_says_what_a_file_is_for(path: str, role: FileRole) -> None:
    assert file_role(path) is role
