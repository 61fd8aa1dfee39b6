"""What is found in data and text: credentials, published secrets, addresses without encryption."""

from __future__ import annotations

import pytest

from lk_audit.extractors.secrets import documents
from lk_audit.facts import Carrier, CredentialLiteral, Strength
from lk_audit.roles import file_role
from tests.documents import document

STRONG = "q7Zp2mVx9LkR4tYb6NcW8sHd3JfG5uAe1QoTiXyBvMa"
KEY = "APIexampLe23456"
SERVER_SETTINGS = (
    *("port", "bind_addresses", "log_level", "logging", "prometheus_port", "rtc", "redis", "room", "webhook"),
    *("signal_relay", "turn", "ingress", "audio", "node_selector", "limit", "development"),
)
"""What a server of LiveKit is told at the top of its file: config-sample.yaml of github.com/livekit/livekit."""


def secrets(path: str, text: str) -> list[CredentialLiteral]:
    source, parsed = document(path, text)
    return list(documents.credentials(source, parsed, file_role(path)))


def values(path: str, text: str) -> list[str]:
    return [fact.secret.reveal() for fact in secrets(path, text)]


class TestCredentials:
    @pytest.mark.parametrize(
        ("path", "text"),
        [
            (".env", f"LIVEKIT_API_SECRET={STRONG}"),
            (".env", f"# LIVEKIT_API_SECRET={STRONG}"),
            ("livekit.yaml", f"keys:\n  {KEY}: {STRONG}"),
            ("server.yaml", f"keys:\n  {KEY}: {STRONG}"),
            ("values.yaml", f"livekit:\n  keys:\n    main: {STRONG}"),
            ("compose.yml", f'x:\n  environment:\n    - "LIVEKIT_KEYS=main: {STRONG}"'),
            ("compose.yml", f"x:\n  command: --keys 'main:{STRONG}'"),
            ("egress.yaml", f"api_key: {KEY}\napi_secret: {STRONG}"),
            ("k8s.yaml", f"env:\n  - name: LIVEKIT_API_SECRET\n    value: {STRONG}"),
            ("compose.yml", "x:\n  LIVEKIT_API_SECRET: ${LIVEKIT_API_SECRET:-" + STRONG + "}"),
            ("app.json", f'{{"extra": {{"livekit": {{"apiSecret": "{STRONG}"}}}}}}'),
            ("settings.json", f'{{"LiveKit:ApiSecret": "{STRONG}"}}'),
            ("main.scala", f'client := lksdk.NewRoomServiceClient(url, "{KEY}", "{STRONG}")'),
            ("deploy.sh", f"lk token create --api-key {KEY} --api-secret {STRONG}"),
            ("README.md", f"export LIVEKIT_API_SECRET={STRONG}"),
            ("settings.txt", f"8. LIVEKIT_API_KEY\n{KEY}\n\n9. LIVEKIT_API_SECRET\n{STRONG}\n"),
            ("fly.toml", f'[env]\nLIVEKIT_API_SECRET = "{STRONG}"'),
        ],
    )
    def test_a_real_secret_is_found_in_any_format(self, path: str, text: str) -> None:
        (fact,) = secrets(path, text)

        assert fact.secret.reveal() == STRONG
        assert fact.strength is Strength.STRONG
        assert text.encode()[fact.place.start : fact.place.end].decode() == STRONG

    @pytest.mark.parametrize("setting", SERVER_SETTINGS)
    def test_keys_beside_a_setting_of_the_server_are_those_of_a_server(self, setting: str) -> None:
        text = "# livekit\n{0}: 1\nkeys:\n  main: " + STRONG

        assert values("server.yaml", text.format(setting)) == [STRONG]
        assert values("server.yaml", text.format("colour")) == []

    def test_the_base64_of_a_kubernetes_secret_is_decoded(self) -> None:
        text = "kind: Secret\ndata:\n  LIVEKIT_API_SECRET: Y2hhbmdlbWU=\n"

        (fact,) = secrets("secret.yaml", text)

        assert fact.secret.reveal() == "changeme"

    def test_a_secret_is_found_wherever_its_text_is_repeated(self) -> None:
        text = f"LIVEKIT_API_SECRET={STRONG}\n\n- **Name**: LIVEKIT_API_SECRET\n- **Value**: `{STRONG}`\n- x{STRONG}\n"

        assert values("setup.md", text) == [STRONG, STRONG]

    def test_the_key_beside_the_secret_is_named(self) -> None:
        (fact,) = secrets(".env", f"LIVEKIT_API_KEY={KEY}\nLIVEKIT_API_SECRET={STRONG}\n")

        assert fact.key_id == KEY

    def test_the_name_of_an_entry_with_a_default_of_its_own_is_no_secret(self) -> None:
        text = "x:\n  LIVEKIT_CONFIG: |\n    keys:\n      ${LIVEKIT_API_KEY:-devkey}: ${LIVEKIT_API_SECRET:-secret}\n"

        (fact,) = secrets("docker-compose.yml", text)

        assert fact.secret.reveal() == "secret"

    def test_the_carrier_says_how_it_is_written(self) -> None:
        def carrier(path: str, text: str) -> Carrier:
            return secrets(path, text)[0].carrier

        assert carrier(".env", f"LIVEKIT_API_SECRET={STRONG}") is Carrier.ENV_FILE
        assert carrier(".env", f"# LIVEKIT_API_SECRET={STRONG}") is Carrier.COMMENT
        assert carrier("a.yaml", f"LIVEKIT_API_SECRET: {STRONG}") is Carrier.CONFIGURATION
        assert carrier("a.sh", f"lk --api-secret {STRONG}") is Carrier.COMMAND
        assert carrier("a.sh", "livekitApiSecret=secret") is Carrier.SCRIPT
        assert carrier("a.lua", f"const livekitSecret = '{STRONG}';") is Carrier.ASSIGNMENT
        assert carrier("a.md", f"LIVEKIT_API_SECRET={STRONG}") is Carrier.TEXT
        assert carrier("a.yaml", "LIVEKIT_API_SECRET: ${S:-secret}") is Carrier.FALLBACK

    @pytest.mark.parametrize(
        ("path", "text"),
        [
            ("compose.yml", "services:\n  app:\n    environment:\n      API_SECRET: abcdef123456\n      STRIPE_KEY: x"),
            ("egress.yaml", f"api_key: $K\napi_secret: $S\nstorage:\n  s3:\n    secret: {STRONG}"),
            ("livekit.yaml", f"rtc:\n  turn_servers:\n    - secret: {STRONG}"),
            ("i18n.yaml", "keys:\n  title: LiveKit demo\n  name: hello"),
            ("values.yaml", "keys: {}\n"),
            ("README.md", "LIVEKIT_API_SECRET=<your api secret>"),
            ("rotate.sh", "old=\"$(sed -n 's/^LIVEKIT_API_SECRET=//p' .env)\""),
            ("README.md", "The livekit api secret: keep it safe"),
            ("a.scala", "apiSecret := cfg.LiveKit.APISecret"),
            ("deploy.yml", "LIVEKIT_API_SECRET: ${{ secrets.LIVEKIT_API_SECRET }}"),
            ("render.yaml", "envVars:\n  - key: LIVEKIT_API_SECRET\n    sync: false"),
            ("Dockerfile", "ENV LIVEKIT_API_SECRET=\nENV B=1"),
            ("a.php", "JWT::encode($p, env('LIVEKIT_API_SECRET'), 'HS256')"),
            ("hashes.txt", f"livekit\n{STRONG}\n"),
            (
                "pool.yaml",
                "livekit:\n  keys:\n    secretName: lk\n    apiKeyKey: api-key\n    apiSecretKey: api-secret\n",
            ),
            ("service.yaml", "livekit:\n  config: |\n    api_key: __API_KEY__\n    api_secret: __API_SECRET__\n"),
        ],
    )
    def test_what_belongs_to_others_or_holds_no_value_is_left_alone(self, path: str, text: str) -> None:
        assert not values(path, text)

    @pytest.mark.parametrize(
        "text",
        [
            "metadata:\n  name: livekit-auth\nstringData:\n  api-key: prodkey\n  api-secret: devsecret\n",
            "stringData:\n  ingress.yaml: |\n    api_key: prodkey\n    api_secret: devsecret\n",
            "media:\n  ws_url: ws://livekit.calls.svc:7880\n  api_key: prodkey\n  api_secret: devsecret\n",
        ],
        ids=["resource", "file", "address"],
    )
    def test_a_word_is_a_secret_where_the_resource_the_file_or_the_server_beside_it_is_livekits(
        self, text: str
    ) -> None:
        assert values("settings.yaml", text) == ["devsecret"]

    def test_a_word_of_another_resource_is_none(self) -> None:
        text = (
            "metadata:\n  name: livekit\ndata:\n  url: wss://x\n---\n"
            "metadata:\n  name: payments\nstringData:\n  api-secret: devsecret\n"
        )

        assert not values("settings.yaml", text)


class TestExposures:
    def names(self, path: str, text: str) -> list[str]:
        source, parsed = document(path, text)
        found = documents.exposures(source, parsed, file_role(path))
        return [source.data[fact.place.start : fact.place.end].decode() for fact in found]

    def test_a_published_secret_counts_whatever_its_value(self) -> None:
        name = "VITE_LIVEKIT_API_SECRET"

        assert self.names(".env.example", f"{name}=your-secret\n") == [name]
        assert self.names(".env", f"{name}=\n") == [name]
        assert self.names("compose.yml", f"x:\n  environment:\n    - {name}\n") == [name]
        assert self.names("ci.yml", f"env:\n  {name}: ${{{{ secrets.X }}}}\n") == [name]
        assert self.names("Dockerfile", f"ENV {name}=$X\n") == [name]

    @pytest.mark.parametrize(
        ("path", "text"),
        [
            ("build.sh", "flutter build web --dart-define=LIVEKIT_API_SECRET=$LIVEKIT_API_SECRET\n"),
            ("netlify.toml", 'command = """\nflutter build web \\\\\n --dart-define LIVEKIT_API_SECRET=$S\n"""\n'),
            ("ci.yml", 'run: flutter build apk --dart-define="LIVEKIT_API_SECRET=${{ secrets.S }}"\n'),
        ],
    )
    def test_what_a_build_of_flutter_is_given_is_part_of_the_application(self, path: str, text: str) -> None:
        assert self.names(path, text) == ["LIVEKIT_API_SECRET"]

    def test_other_settings_of_a_build_are_not(self) -> None:
        assert not self.names("build.sh", "flutter build web --dart-define=TOKEN_ENDPOINT=$LIVEKIT_API_SECRET\n")

    def test_addresses_keys_comments_and_documents_do_not_count(self) -> None:
        assert not self.names(".env", "VITE_LIVEKIT_URL=wss://x\nVITE_LIVEKIT_API_KEY=k\nLIVEKIT_API_SECRET=s\n")
        assert not self.names(".env", "# VITE_LIVEKIT_API_SECRET=x\n")
        assert not self.names("README.md", "VITE_LIVEKIT_API_SECRET=x\n")


class TestInsecureUrls:
    def hosts(self, path: str, text: str) -> list[str]:
        source, parsed = document(path, text)
        return [fact.host for fact in documents.insecure_urls(source, parsed, file_role(path))]

    def test_a_public_address_under_a_livekit_name_is_found(self) -> None:
        assert self.hosts(".env", "LIVEKIT_URL=ws://live.acme.io:7880") == ["live.acme.io"]
        assert self.hosts("egress.yaml", "ws_url: ws://live.acme.io") == ["live.acme.io"]
        service = "api_key: key1\napi_secret: $S\nws_url: http://live.acme.io:7880\n"
        assert self.hosts("conf.yaml", service) == ["live.acme.io"]
        assert self.hosts("a.sh", "cat <<E\nLIVEKIT_WS_URL=ws://8.8.8.8:7880\nE\n") == ["8.8.8.8"]

    def test_other_addresses_are_left_alone(self) -> None:
        assert not self.hosts(".env", "API_URL=http://api.acme.io\nLIVEKIT_URL=wss://live.acme.io")
        assert not self.hosts("livekit.yaml", "webhook:\n  urls:\n    - http://api.acme.io/hook")
        assert not self.hosts(".env", "# LIVEKIT_URL=ws://live.acme.io")
