package io.rapidbyte.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.rapidbyte.conformance.Verdict.Outcome;
import io.rapidbyte.connector.ConnectorCatalog;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Connectors that come as component files, which stock tools made from the module of a scaffold in C. */
class ComponentConnectorTest {
    @TempDir
    Path folder;

    @Test
    void a_component_keeps_every_clause_as_its_module_does() throws Exception {
        assertThat(report("transform.wasm").verdicts())
                .hasSizeGreaterThan(15)
                .allSatisfy(verdict -> assertThat(verdict.outcome())
                        .as(verdict.clause().id() + ": " + verdict.reason())
                        .isEqualTo(Outcome.PASS));
    }

    @Test
    void a_component_that_needs_wasi_is_refused_with_the_imports_name() throws Exception {
        assertThat(report("needs-wasi.wasm").verdicts())
                .filteredOn(verdict -> verdict.clause() == Clause.EXPORT_01)
                .singleElement()
                .satisfies(verdict -> {
                    assertThat(verdict.outcome()).isEqualTo(Outcome.FAIL);
                    assertThat(verdict.reason()).contains("wasi:");
                });
    }

    private ConformanceReport report(String fixture) throws Exception {
        Path module = folder.resolve("transform-fixture.wasm");
        try (InputStream in = Objects.requireNonNull(
                ComponentConnectorTest.class.getResourceAsStream("/wasm/component/" + fixture))) {
            Files.copy(in, module);
        }
        String sum =
                HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(module)));
        Files.writeString(folder.resolve("transform-fixture.manifest.json"), """
                {
                  "manifest_version": "1.0", "id": "example/transform-fixture", "name": "Fixture", "version": "0.1.0",
                  "protocol_version": "2", "artifact": {"entry_point": "transform-fixture.wasm", "sha256": "%s"},
                  "roles": {"transform": {"features": []}},
                  "config_schema": {"type": "object", "additionalProperties": false, "properties": {}}
                }
                """.formatted(sum));
        Subject subject = new Subject(
                JsonNodeFactory.instance.objectNode(), Optional.empty(), Optional.empty(), Optional.empty());
        return new Conformance(Optional.of(subject), Duration.ofMinutes(2), Set.of(Clause.values()))
                .of(ConnectorCatalog.of(List.of()).find(module.toString()));
    }
}
