package io.rapidbyte.connector;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.rapidbyte.connector.ConnectorManifest.Folder;
import io.rapidbyte.connector.ConnectorManifest.Host;
import io.rapidbyte.connector.ConnectorManifest.Limits;
import io.rapidbyte.connector.ConnectorManifest.Network;
import io.rapidbyte.connector.ConnectorManifest.Role;
import io.rapidbyte.connector.ConnectorManifest.Tls;
import io.rapidbyte.model.ConnectorRole;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ManifestReaderTest {
    static final String SUM = "0123456789abcdef".repeat(4);

    private static final String FULL = """
            {
              "manifest_version": "1.0",
              "id": "acme/source-thing",
              "name": "Thing source",
              "version": "1.2.3",
              "description": "Reads things.",
              "author": "Acme",
              "license": "MIT",
              "protocol_version": "2",
              "artifact": {
                "entry_point": "source-thing.wasm",
                "sha256": "%s",
                "min_memory_mb": 32,
                "built_with": "rustc 1.90.0"
              },
              "permissions": {
                "network": {
                  "tls": "required",
                  "allowed_hosts": ["db.example.com", "*.internal", "10.0.0.1"],
                  "allow_runtime_config_domains": true
                },
                "env": {"allowed_vars": ["PGTZ"]},
                "fs": {"preopens": [{"guest": "/certs"}, {"guest": "/out/put", "mode": "read-write"}]}
              },
              "limits": {
                "max_memory_mb": 512, "max_sockets": 2, "max_network_mb": 3, "connect_seconds": 4,
                "max_idle_seconds": 5, "max_wall_seconds": 6, "max_cpu_seconds": 7, "max_spin_seconds": 8
              },
              "roles": {
                "source": {"supported_sync_modes": ["full_refresh"], "features": ["projection"]},
                "transform": {}
              },
              "config_schema": {"type": "object"}
            }
            """.formatted(SUM);

    private static final String LEAST = """
            {
              "manifest_version": "1.0",
              "id": "acme/dest-thing",
              "name": "Thing",
              "version": "0.1.0",
              "protocol_version": "2.0.0",
              "artifact": {"entry_point": "dest-thing.wasm", "sha256": "%s"},
              "roles": {"destination": {"supported_write_modes": ["append", "replace"]}},
              "config_schema": {}
            }
            """.formatted(SUM);

    @Test
    void every_field_is_read() throws ManifestException {
        ConnectorManifest manifest = ManifestReader.read(FULL.getBytes(UTF_8));
        assertThat(manifest.id()).isEqualTo("acme/source-thing");
        assertThat(manifest.shortName()).isEqualTo("source-thing");
        assertThat(manifest.name()).isEqualTo("Thing source");
        assertThat(manifest.version()).isEqualTo("1.2.3");
        assertThat(manifest.description()).isEqualTo("Reads things.");
        assertThat(manifest.author()).isEqualTo("Acme");
        assertThat(manifest.license()).isEqualTo("MIT");
        assertThat(manifest.protocolVersion()).isEqualTo("2");
        assertThat(manifest.artifact().entryPoint()).isEqualTo("source-thing.wasm");
        assertThat(manifest.artifact().sha256()).isEqualTo(SUM);
        assertThat(manifest.artifact().minMemoryMb()).isEqualTo(32);
        assertThat(manifest.artifact().builtWith()).contains("rustc 1.90.0");
        assertThat(manifest.network())
                .isEqualTo(new Network(Tls.REQUIRED, List.of("db.example.com", "*.internal", "10.0.0.1"), true));
        assertThat(manifest.limits()).isEqualTo(new Limits(512, 2, 3, 4, 5, 6, 7, 8));
        assertThat(manifest.host())
                .isEqualTo(
                        new Host(List.of("PGTZ"), List.of(new Folder("/certs", false), new Folder("/out/put", true))));
        assertThat(manifest.roles())
                .isEqualTo(Map.of(
                        ConnectorRole.SOURCE, new Role(List.of("full_refresh"), List.of("projection")),
                        ConnectorRole.TRANSFORM, new Role(List.of(), List.of())));
        assertThat(manifest.configSchema().path("type").asText()).isEqualTo("object");
    }

    @Test
    void what_is_not_named_is_not_granted() throws ManifestException {
        ConnectorManifest manifest = ManifestReader.read(LEAST.getBytes(UTF_8));
        assertThat(manifest.network()).isEqualTo(new Network(Tls.OPTIONAL, List.of(), false));
        assertThat(manifest.limits()).isEqualTo(new Limits(256, 4, 0, 10, 0, 0, 0, 300));
        assertThat(manifest.host()).isEqualTo(Host.NONE);
        assertThat(manifest.artifact().minMemoryMb()).isZero();
        assertThat(manifest.artifact().builtWith()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"manifest_version\": \"1.0\"|\"manifest_version\": \"2.0\"|/manifest_version",
                "\"acme/source-thing\"|\"Source Thing\"|/id",
                "\"1.2.3\"|\"1.2\"|/version",
                "\"1.2.3\"|3|/version",
                "\"protocol_version\": \"2\"|\"protocol_version\": \"two\"|/protocol_version",
                "\"source-thing.wasm\"|\"../source-thing.wasm\"|/artifact/entry_point",
                "\"0123456789abcdef|\"XYZ|/artifact/sha256",
                "\"min_memory_mb\": 32|\"min_memory_mb\": 1024|/artifact/min_memory_mb",
                "\"required\"|\"perhaps\"|/permissions/network/tls",
                "\"*.internal\"|\"*\"|/permissions/network/allowed_hosts/1",
                "\"*.internal\"|7|/permissions/network/allowed_hosts/1",
                "\"allow_runtime_config_domains\": true|\"allow_runtime_config_domains\": \"yes\"|/permissions/network/allow_runtime_config_domains",
                "\"PGTZ\"|\"PGTZ=x\"|/permissions/env/allowed_vars/0",
                "\"PGTZ\"|\"*\"|/permissions/env/allowed_vars/0",
                "\"PGTZ\"|7|/permissions/env/allowed_vars/0",
                "{\"guest\": \"/certs\"}|\"/certs\"|/permissions/fs/preopens/0",
                "\"/certs\"|\"certs\"|/permissions/fs/preopens/0/guest",
                "\"/certs\"|\"/\"|/permissions/fs/preopens/0/guest",
                "\"/certs\"|\"/certs/..\"|/permissions/fs/preopens/0/guest",
                "\"/certs\"|\"/a::/etc\"|/permissions/fs/preopens/0/guest",
                "\"/certs\"|\"/a,b\"|/permissions/fs/preopens/0/guest",
                "\"/certs\"|\"/out\"|/permissions/fs/preopens/1/guest",
                "\"read-write\"|\"rw\"|/permissions/fs/preopens/1/mode",
                "\"max_network_mb\": 3|\"max_network_mb\": -3|/limits/max_network_mb",
                "\"connect_seconds\": 4|\"connect_seconds\": 0|/limits/connect_seconds",
                "\"max_idle_seconds\": 5|\"max_idle_seconds\": \"5s\"|/limits/max_idle_seconds",
                "\"max_wall_seconds\": 6|\"max_wall_seconds\": 1e99|/limits/max_wall_seconds",
                "\"max_cpu_seconds\": 7|\"max_cpu_seconds\": null|/limits/max_cpu_seconds",
                "\"max_spin_seconds\": 8|\"max_spin_seconds\": 0|/limits/max_spin_seconds",
                "\"max_memory_mb\": 512|\"max_memory_mb\": -1|/limits/max_memory_mb",
                "\"max_memory_mb\": 512|\"max_memory_mb\": 99999999999999|/limits/max_memory_mb",
                "\"max_memory_mb\": 512|\"max_memory_mb\": 51.2|/limits/max_memory_mb",
                "\"max_sockets\": 2|\"max_socket\": 2|/limits/max_socket",
                "\"full_refresh\"|\"sometimes\"|/roles/source/supported_sync_modes/0",
                "\"config_schema\": {\"type\": \"object\"}|\"config_schema\": []|/config_schema",
                "\"type\": \"object\"|\"$schema\": \"http://json-schema.org/draft-04/schema#\"|/config_schema/$schema",
                "\"type\": \"object\"|\"$ref\": \"http://example.com/x\"|/config_schema",
                "\"author\": \"Acme\"|\"autor\": \"Acme\"|/autor",
            })
    void a_malformed_value_is_reported_at_its_place(String sound, String broken, String pointer) {
        assertThat(FULL).contains(sound);
        assertThat(issues(FULL.replace(sound, broken)))
                .extracting(ConfigIssue::pointer)
                .containsExactly(pointer);
    }

    @Test
    void all_problems_are_reported_at_once() {
        assertThat(issues("{\"manifest_version\": 1, \"nmae\": \"x\"}"))
                .extracting(ConfigIssue::pointer)
                .contains("/manifest_version", "/nmae", "/id", "/name", "/version", "/artifact", "/roles");
    }

    @Test
    void a_mistyped_key_is_met_with_a_hint() {
        assertThat(issues(FULL.replace("\"description\"", "\"descripton\"")))
                .singleElement()
                .satisfies(issue -> assertThat(issue.message()).contains("did you mean \"description\"?"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"''", "[]", "{", "null", "{} {}", "{\"id\": \"a/b\", \"id\": \"a/c\"}", "nonsense"})
    void what_is_no_json_object_is_refused(String text) {
        assertThat(issues(text)).isNotEmpty();
    }

    @Test
    void an_oversized_file_is_refused() {
        assertThat(issues(" ".repeat(ManifestReader.MAX_BYTES) + "{}")).hasSize(1);
    }

    @Test
    void a_source_must_say_how_it_syncs() {
        assertThat(issues(FULL.replace("[\"full_refresh\"]", "[]")))
                .extracting(ConfigIssue::pointer)
                .containsExactly("/roles/source/supported_sync_modes");
    }

    private static List<ConfigIssue> issues(String json) {
        ManifestException thrown =
                catchThrowableOfType(ManifestException.class, () -> ManifestReader.read(json.getBytes(UTF_8)));
        assertThat(thrown).as("accepted: %s", json).isNotNull();
        return thrown.issues();
    }
}
