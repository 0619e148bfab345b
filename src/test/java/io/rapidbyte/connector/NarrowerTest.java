package io.rapidbyte.connector;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.rapidbyte.connector.ConnectorManifest.Limits;
import io.rapidbyte.connector.ConnectorManifest.Tls;
import io.rapidbyte.model.Narrowing;
import io.rapidbyte.wasm.Folder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A pipeline takes away from what a manifest grants, and never adds to it (I29). */
class NarrowerTest {
    private static final Limits GRANTED = new Limits(64, 2, 30, 5, 60, 3600, 1800, 100);

    @TempDir
    Path folder;

    private final List<ConfigIssue> issues = new ArrayList<>();

    private static ConnectorManifest manifest(String tls, String limits) {
        try {
            return ManifestReader.read(
                    """
                    {
                      "manifest_version": "1.0", "id": "acme/source-thing", "name": "Thing", "version": "0.1.0",
                      "protocol_version": "2",
                      "artifact": {"entry_point": "source-thing.wasm", "sha256": "%s", "min_memory_mb": 16},
                      "permissions": {
                        "network": {"tls": "%s", "allowed_hosts": ["*.internal"]},
                        "env": {"allowed_vars": ["PGTZ", "LANG"]},
                        "fs": {"preopens": [{"guest": "/in"}, {"guest": "/out", "mode": "read-write"}]}
                      },
                      "limits": %s,
                      "roles": {"source": {"supported_sync_modes": ["full_refresh"]}},
                      "config_schema": {}
                    }
                    """.formatted(ManifestReaderTest.SUM, tls, limits).getBytes(UTF_8));
        } catch (ManifestException e) {
            throw new AssertionError(e);
        }
    }

    private static ConnectorManifest manifest() {
        return manifest("optional", """
                {"max_memory_mb": 64, "max_sockets": 2, "max_network_mb": 30, "connect_seconds": 5,
                 "max_idle_seconds": 60, "max_wall_seconds": 3600, "max_cpu_seconds": 1800, "max_spin_seconds": 100}
                """);
    }

    private Grants narrow(ConnectorManifest manifest, Narrowing narrowing) {
        return Grants.narrowed(manifest, narrowing, issues);
    }

    private static Narrowing limits(Map<String, Long> limits) {
        return new Narrowing(Optional.empty(), Optional.empty(), Map.of(), List.of(), limits);
    }

    private static Narrowing tls(String tls) {
        return new Narrowing(Optional.of(tls), Optional.empty(), Map.of(), List.of(), Map.of());
    }

    private static Narrowing folders(Narrowing.Folder... folders) {
        return new Narrowing(Optional.empty(), Optional.empty(), Map.of(), List.of(folders), Map.of());
    }

    @Test
    void without_a_word_of_the_pipeline_the_manifest_holds_but_nothing_of_the_host_is_seen() {
        Grants grants = narrow(manifest(), Narrowing.NONE);
        assertThat(issues).isEmpty();
        assertThat(grants)
                .isEqualTo(new Grants(Tls.OPTIONAL, Optional.empty(), Map.of(), List.of(), GRANTED))
                .isEqualTo(Grants.of(manifest()));
    }

    @Test
    void every_limit_can_be_lowered() {
        Grants grants = narrow(
                manifest(),
                limits(Map.of(
                        "max_memory_mb", 63L,
                        "max_sockets", 0L,
                        "max_network_mb", 29L,
                        "connect_seconds", 4L,
                        "max_idle_seconds", 59L,
                        "max_wall_seconds", 3599L,
                        "max_cpu_seconds", 1799L,
                        "max_spin_seconds", 99L)));
        assertThat(issues).isEmpty();
        assertThat(grants.limits()).isEqualTo(new Limits(63, 0, 29, 4, 59, 3599, 1799, 99));
    }

    @ParameterizedTest
    @CsvSource({
        "max_memory_mb, 65",
        "max_memory_mb, 15",
        "max_memory_mb, -1",
        "max_sockets, 3",
        "max_sockets, -1",
        "max_network_mb, 31",
        "max_network_mb, 0",
        "connect_seconds, 6",
        "max_idle_seconds, 61",
        "max_idle_seconds, 0",
        "max_wall_seconds, 3601",
        "max_wall_seconds, 0",
        "max_cpu_seconds, 1801",
        "max_cpu_seconds, 0",
        "max_spin_seconds, 101",
        "max_spin_seconds, 9223372036854775807",
        "max_anything, 1"
    })
    void no_limit_can_be_raised_or_lifted(String name, long value) {
        narrow(manifest(), limits(Map.of(name, value)));
        assertThat(issues).extracting(ConfigIssue::pointer).containsExactly("/limits/" + name);
    }

    @ParameterizedTest
    @ValueSource(strings = {"max_network_mb", "max_idle_seconds", "max_wall_seconds", "max_cpu_seconds"})
    void a_limit_that_the_manifest_does_not_have_can_be_set(String name) {
        Limits before = manifest("optional", "{}").limits();
        Limits after =
                narrow(manifest("optional", "{}"), limits(Map.of(name, 7L))).limits();
        assertThat(issues).isEmpty();
        assertThat(after).isNotEqualTo(before);
        assertThat(after.toString()).contains("=7");
    }

    @ParameterizedTest
    @CsvSource({
        "optional, required, REQUIRED",
        "optional, forbidden, FORBIDDEN",
        "optional, optional, OPTIONAL",
        "required, required, REQUIRED",
        "forbidden, forbidden, FORBIDDEN"
    })
    void the_rule_for_tls_can_be_made_stricter(String granted, String wanted, Tls tls) {
        assertThat(narrow(manifest(granted, "{}"), tls(wanted)).tls()).isEqualTo(tls);
        assertThat(issues).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"required, optional", "required, forbidden", "forbidden, optional", "forbidden, required"})
    void the_rule_for_tls_cannot_be_turned(String granted, String wanted) {
        assertThat(narrow(manifest(granted, "{}"), tls(wanted)).tls().name()).isEqualToIgnoringCase(granted);
        assertThat(issues).extracting(ConfigIssue::pointer).containsExactly("/permissions/network/tls");
    }

    @Test
    void only_variables_that_the_manifest_asks_for_are_shown() {
        Narrowing narrowing = new Narrowing(
                Optional.empty(),
                Optional.empty(),
                Map.of("PGTZ", Optional.of("UTC"), "LANG", Optional.empty()),
                List.of(),
                Map.of());
        assertThat(narrow(manifest(), narrowing).variables()).isEqualTo(Map.of("PGTZ", "UTC"));
        assertThat(issues).isEmpty();
        assertThat(narrowing.toString()).contains("PGTZ").doesNotContain("UTC");

        narrow(
                manifest(),
                new Narrowing(
                        Optional.empty(),
                        Optional.empty(),
                        Map.of("AWS_SECRET_ACCESS_KEY", Optional.empty()),
                        List.of(),
                        Map.of()));
        assertThat(issues).singleElement().satisfies(issue -> {
            assertThat(issue.pointer()).isEqualTo("/permissions/env/allowed_vars");
            assertThat(issue.message()).contains("AWS_SECRET_ACCESS_KEY").contains("PGTZ, LANG");
        });
    }

    @Test
    void folders_are_shown_where_both_name_them() {
        Grants grants = narrow(
                manifest(),
                folders(new Narrowing.Folder("/in", folder, false), new Narrowing.Folder("/out", folder, false)));
        assertThat(issues).isEmpty();
        assertThat(grants.folders())
                .containsExactly(new Folder("/in", folder, false), new Folder("/out", folder, false));
        assertThat(narrow(manifest(), folders(new Narrowing.Folder("/out", folder, true)))
                        .folders())
                .containsExactly(new Folder("/out", folder, true));
    }

    @Test
    void a_folder_that_the_manifest_does_not_ask_for_so_is_refused() {
        narrow(
                manifest(),
                folders(
                        new Narrowing.Folder("/etc", folder, false),
                        new Narrowing.Folder("/in", folder, true),
                        new Narrowing.Folder("/out", folder.resolve("missing"), false),
                        new Narrowing.Folder("/out", folder, false)));
        assertThat(issues)
                .extracting(ConfigIssue::pointer)
                .containsExactly(
                        "/permissions/fs/preopens/0/guest",
                        "/permissions/fs/preopens/1/mode",
                        "/permissions/fs/preopens/2/host",
                        "/permissions/fs/preopens/3/guest");
    }

    @Test
    void a_host_that_is_none_is_refused() {
        narrow(
                manifest(),
                new Narrowing(
                        Optional.empty(), Optional.of(List.of("db.internal", "*")), Map.of(), List.of(), Map.of()));
        assertThat(issues).extracting(ConfigIssue::pointer).containsExactly("/permissions/network/allowed_hosts/1");
    }
}
