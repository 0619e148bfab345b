package io.rapidbyte.connector;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.rapidbyte.connector.ConnectorListing.Checksum;
import io.rapidbyte.model.ConnectorError;
import io.rapidbyte.model.ConnectorException;
import io.rapidbyte.model.ConnectorRole;
import io.rapidbyte.model.ErrorCategory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConnectorCatalogTest {
    private static final byte[] WASM = "\0asm\1\0\0\0".getBytes(UTF_8);

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"test-source", "rapidbyte/test-source", "rapidbyte/test-source@0.1.0", "test-source@0.1.0"})
    void bundled_connectors_are_found_by_every_form_of_their_name(String use) throws ConnectorException {
        Connector connector = ConnectorCatalog.of(List.of()).resolve(use, ConnectorRole.SOURCE);
        assertThat(connector.manifest().id()).isEqualTo("rapidbyte/test-source");
        assertThat(connector.location()).isEqualTo("bundled");
    }

    @Test
    void connectors_are_found_by_path() throws Exception {
        Path file = install(folder, "source-thing", "1.0.0");
        assertThat(ConnectorCatalog.of(List.of())
                        .resolve(file.toString(), ConnectorRole.SOURCE)
                        .location())
                .isEqualTo(file.toString());
    }

    @Test
    void connectors_are_found_in_folders_flat_or_nested_and_before_the_bundled_ones() throws Exception {
        install(folder, "source-thing", "1.0.0");
        Path nested = install(Files.createDirectory(folder.resolve("test-source")), "test-source", "9.9.9");
        ConnectorCatalog catalog = ConnectorCatalog.of(List.of(folder));
        assertThat(catalog.resolve("source-thing", ConnectorRole.SOURCE)
                        .manifest()
                        .version())
                .isEqualTo("1.0.0");
        assertThat(catalog.resolve("test-source", ConnectorRole.SOURCE).location())
                .isEqualTo(nested.toString());
        assertThat(catalog.resolve("test-source@0.1.0", ConnectorRole.SOURCE).location())
                .isEqualTo("bundled");
    }

    @Test
    void an_unknown_name_is_met_with_a_hint_and_the_places_searched() {
        ConnectorError error = errorOf(ConnectorCatalog.of(List.of(folder)), "test-sorce");
        assertThat(error.category()).isEqualTo(ErrorCategory.CONFIG);
        assertThat(error.code()).isEqualTo("connector.not-found");
        assertThat(error.message())
                .contains("test-sorce")
                .contains("did you mean \"test-source\"?")
                .contains(folder.toString())
                .contains("bundled");
    }

    @Test
    void a_missing_version_is_told_with_the_one_there_is() {
        assertThat(errorOf(ConnectorCatalog.of(List.of()), "test-source@7.0.0").message())
                .contains("rapidbyte/test-source@0.1.0");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Source Postgres", "a/b/c", "../source", "x@", "no-such-file.wasm", "\0.wasm"})
    void malformed_names_and_missing_files_are_config_errors(String use) {
        assertThat(errorOf(ConnectorCatalog.of(List.of()), use).category()).isEqualTo(ErrorCategory.CONFIG);
    }

    @Test
    void a_connector_in_the_wrong_role_is_refused() {
        ConnectorException thrown = catchThrowableOfType(
                ConnectorException.class,
                () -> ConnectorCatalog.of(List.of()).resolve("test-source", ConnectorRole.DESTINATION));
        assertThat(thrown.error().code()).isEqualTo("connector.wrong-role");
        assertThat(thrown.error().message())
                .contains("cannot be used as a destination")
                .contains("it is a source");
    }

    @Test
    void a_module_without_a_manifest_is_refused() throws Exception {
        Path file = install(folder, "source-thing", "1.0.0");
        Files.delete(folder.resolve("source-thing.manifest.json"));
        assertThat(errorOf(ConnectorCatalog.of(List.of()), file.toString()).message())
                .contains("source-thing.manifest.json")
                .contains("nothing is granted");
    }

    /** I29. */
    @Test
    void a_module_that_is_not_the_manifests_is_refused() throws Exception {
        Path file = install(folder, "source-thing", "1.0.0");
        Files.write(file, new byte[] {1, 2, 3});
        ConnectorCatalog catalog = ConnectorCatalog.of(List.of(folder));
        assertThat(errorOf(catalog, "source-thing").message()).contains("sha256");
        assertThat(catalog.list())
                .filteredOn(listing -> listing.name().equals("source-thing"))
                .singleElement()
                .satisfies(listing -> {
                    assertThat(listing.checksum()).isEqualTo(Checksum.MISMATCH);
                    assertThat(listing.problem()).isPresent();
                    assertThat(listing.manifest()).isPresent();
                });
    }

    @Test
    void another_protocol_is_refused() throws Exception {
        install(folder, "source-thing", "1.0.0");
        Path manifest = folder.resolve("source-thing.manifest.json");
        Files.writeString(
                manifest,
                Files.readString(manifest).replace("\"protocol_version\": \"2\"", "\"protocol_version\": \"3\""));
        assertThat(errorOf(ConnectorCatalog.of(List.of(folder)), "source-thing").message())
                .contains("version 3")
                .contains(Protocol.VERSION);
    }

    @Test
    void a_manifest_about_another_file_is_refused() throws Exception {
        Path file = install(folder, "source-thing", "1.0.0");
        Path renamed = Files.move(file, folder.resolve("source-other.wasm"));
        Files.move(folder.resolve("source-thing.manifest.json"), folder.resolve("source-other.manifest.json"));
        assertThat(errorOf(ConnectorCatalog.of(List.of()), renamed.toString()).message())
                .contains("source-thing.wasm");
    }

    @Test
    void a_list_shows_the_unfit_beside_the_fit() throws Exception {
        install(folder, "source-thing", "1.0.0");
        Files.writeString(folder.resolve("source-broken.wasm"), "no module");
        assertThat(ConnectorCatalog.of(List.of(folder)).list())
                .filteredOn(listing -> !listing.bundled())
                .extracting(ConnectorListing::name, ConnectorListing::checksum)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple("source-broken", Checksum.UNKNOWN),
                        org.assertj.core.groups.Tuple.tuple("source-thing", Checksum.VERIFIED));
    }

    @Test
    void everything_bundled_is_fit_for_use() {
        assertThat(ConnectorCatalog.of(List.of()).list())
                .extracting(ConnectorListing::name)
                .contains("test-source", "test-transform", "test-dest");
        assertThat(ConnectorCatalog.of(List.of()).list()).allSatisfy(listing -> {
            assertThat(listing.problem()).as(listing.name()).isEmpty();
            assertThat(listing.checksum()).isEqualTo(Checksum.VERIFIED);
        });
    }

    @Test
    void a_folder_that_is_not_there_holds_nothing() {
        Path missing = folder.resolve("missing");
        assertThat(ConnectorCatalog.of(List.of(missing)).list())
                .hasSameSizeAs(ConnectorCatalog.of(List.of()).list());
    }

    static Path install(Path folder, String name, String version) throws IOException {
        return install(folder, name, version, WASM, "{}");
    }

    static Path install(Path folder, String name, String version, byte[] wasm, String permissions) throws IOException {
        return install(folder, name, version, wasm, permissions, "{\"type\": \"object\"}");
    }

    /** Puts a module with a manifest into {@code folder}. */
    static Path install(Path folder, String name, String version, byte[] wasm, String permissions, String configSchema)
            throws IOException {
        Files.writeString(folder.resolve(name + ".manifest.json"), """
                {
                  "manifest_version": "1.0",
                  "id": "rapidbyte/%s",
                  "name": "%s",
                  "version": "%s",
                  "protocol_version": "2",
                  "artifact": {"entry_point": "%s.wasm", "sha256": "%s"},
                  "permissions": %s,
                  "roles": {"source": {"supported_sync_modes": ["full_refresh"]}},
                  "config_schema": %s
                }
                """.formatted(
                        name, name, version, name, Inspection.sha256(wasm), permissions, configSchema));
        return Files.write(folder.resolve(name + ".wasm"), wasm);
    }

    private static ConnectorError errorOf(ConnectorCatalog catalog, String use) {
        return catchThrowableOfType(ConnectorException.class, () -> catalog.resolve(use, ConnectorRole.SOURCE))
                .error();
    }
}
