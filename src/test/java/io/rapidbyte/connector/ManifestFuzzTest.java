package io.rapidbyte.connector;

import io.rapidbyte.fuzz.Fuzz;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("fuzz")
class ManifestFuzzTest {
    @Test
    void a_manifest_is_read_or_refused() throws IOException {
        Fuzz.of("manifest")
                .sample(Files.readAllBytes(Path.of("connectors/source-postgres/source-postgres.manifest.json")))
                .sample(Files.readAllBytes(Path.of("connectors/test-source/test-source.manifest.json")))
                .sample("[".repeat(5_000).getBytes(StandardCharsets.UTF_8))
                .sample("{\"a\":".repeat(5_000).getBytes(StandardCharsets.UTF_8))
                .sample("1e999999999".getBytes(StandardCharsets.UTF_8))
                .feed(5_000, bytes -> {
                    try {
                        ConnectorManifest manifest = ManifestReader.read(bytes);
                        // A manifest that is read has a schema that can be used.
                        new ConfigCheck(manifest.configSchema()).issues(manifest.configSchema());
                    } catch (ManifestException e) {
                        // as declared
                    }
                });
    }
}
