package io.rapidbyte.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rapidbyte.conformance.Verdict.Outcome;
import io.rapidbyte.connector.ConnectorCatalog;
import io.rapidbyte.model.ConnectorException;
import io.rapidbyte.wasm.GuestEngine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Guests that break the contract in one way each fail the clause about it, and the same guests pass it when they behave. */
class BrokenGuestsTest {
    /** A hang is what this catches; the guest that hangs in these tests is given less. */
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    @TempDir
    Path folder;

    private int instancesBefore;

    @BeforeEach
    void count() {
        instancesBefore = GuestEngine.shared().liveInstances();
    }

    @AfterEach
    void leaves_nothing_open() {
        assertThat(GuestEngine.shared().liveInstances()).isEqualTo(instancesBefore);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "LIFE_01 | test-source | {} | {'mode': 'trap', 'when': 'open'}",
                "LIFE_02 | test-source | {} | {'mode': 'trap', 'when': 'close'}",
                "ERR_01 | test-source | {} | {'mode': 'panic', 'when': 'open'}",
                "ERR_03 | test-source | {} | {'ignore_errors': true}",
                "ERR_03 | test-dest | {} | {'ignore_errors': true}",
                "ERR_04 | test-transform | {} | {'mode': 'trap'}",
                "ERR_04 | test-dest | {} | {'mode': 'stack_bomb'}",
                "CHECK_01 | test-source | {} | {'mode': 'trap', 'when': 'validate'}",
                "CHECK_01 | test-dest | {} | {'mode': 'error', 'when': 'validate'}",
                "CHECK_02 | test-source | {} | {'streams': ['rapidbyte_conformance_no_such_stream']}",
                "DISCOVER_01 | test-source | {} | {'streams': ['twice', 'twice']}",
                "SCHEMA_01 | test-source | {'rows': 0} | {'rows': 0, 'silent_when_empty': true}",
                "SCHEMA_01 | test-transform | {} | {'action': 'drop_empty'}",
                "SCHEMA_02 | test-transform | {} | {'action': 'shrink'}",
                "COUNT_01 | test-source | {} | {'mode': 'empty_emit'}",
                "COUNT_01 | test-source | {} | {'mode': 'garbage_emit'}",
                "BATCH_02 | test-transform | {} | {'action': 'drop_odd_batches'}",
                "ROWS_01 | test-transform | {} | {'action': 'drop_odd_rows'}",
                "ROWS_01 | test-transform | {} | {'action': 'double'}",
                "CKPT_02 | test-dest | {} | {'confirm': false}",
                "CANCEL_01 | test-source | {'mode': 'polite_spin'} | {'ignore_errors': true}",
                "CANCEL_01 | test-dest | {} | {'ignore_errors': true}",
            })
    void a_guest_that_breaks_a_clause_fails_it(Clause clause, String guest, String good, String bad) throws Exception {
        assertThat(verdict(clause, guest, good, PATIENCE))
                .satisfies(verdict ->
                        assertThat(verdict.outcome()).as(verdict.reason()).isEqualTo(Outcome.PASS));
        assertThat(verdict(clause, guest, bad, PATIENCE)).satisfies(verdict -> {
            assertThat(verdict.outcome()).as(verdict.reason()).isEqualTo(Outcome.FAIL);
            assertThat(verdict.reason()).isNotBlank();
        });
    }

    /** What no test guest does right, since it keeps nothing; {@code dest-postgres} does. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "RESUME_01 | test-source | {'rows': 100, 'batch_rows': 10, 'barrier_every': 2}",
                "RECEIPT_01 | test-dest | {'receipt_sequence': 7}",
                "RECEIPT_02 | test-dest | {'receipt_sequence': 0}",
                "RECEIPT_04 | test-dest | {'receipt_sequence': 0}",
                "STAGE_01 | test-dest | {'count': true, 'step': 0}",
                "STAGE_02 | test-dest | {'count': true, 'step': 0}",
            })
    void a_guest_that_keeps_nothing_fails_what_it_claims_to_keep(Clause clause, String guest, String bad)
            throws Exception {
        assertThat(verdict(clause, guest, bad, PATIENCE))
                .satisfies(verdict ->
                        assertThat(verdict.outcome()).as(verdict.reason()).isEqualTo(Outcome.FAIL));
    }

    @Test
    void a_guest_that_never_comes_back_is_stopped_and_fails() throws Exception {
        Verdict verdict = verdict(Clause.CANCEL_01, "test-source", "{'mode': 'spin'}", Duration.ofSeconds(3));
        assertThat(verdict.outcome()).isEqualTo(Outcome.FAIL);
        assertThat(verdict.reason()).contains("did not come back within 3 s");
    }

    @Test
    void without_a_system_what_needs_one_is_skipped_and_says_so() throws Exception {
        ConformanceReport report = new Conformance(Optional.empty(), PATIENCE, Set.of(Clause.values()))
                .of(ConnectorCatalog.of(List.of()).find(module("test-source").toString()));
        assertThat(report.passed()).isTrue();
        assertThat(report.verdicts())
                .filteredOn(verdict -> verdict.outcome() == Outcome.SKIPPED)
                .isNotEmpty()
                .allSatisfy(verdict -> assertThat(verdict.reason()).contains("needs --config"));
    }

    @Test
    void settings_that_the_schema_refuses_are_told_and_nothing_is_tried() throws Exception {
        assertThat(report("test-source", "{'rosw': 1}", Set.of(Clause.values()), PATIENCE)
                        .verdicts())
                .filteredOn(verdict -> verdict.role().isPresent())
                .singleElement()
                .satisfies(verdict -> assertThat(verdict.reason()).contains("rosw", "rows"));
    }

    @Test
    void a_module_without_its_manifest_fails_and_is_not_started() throws Exception {
        Path alone = Files.copy(module("test-source"), folder.resolve("alone.wasm"));
        assertThat(outcomes(alone))
                .containsEntry(Clause.MANIFEST_01, Outcome.FAIL)
                .containsEntry(Clause.LIFE_01, Outcome.SKIPPED);
    }

    @Test
    void a_manifest_with_an_unknown_field_fails() throws Exception {
        Path copy = copied("\"id\"", "\"surprise\": 1, \"id\"");
        assertThat(outcomes(copy)).containsEntry(Clause.MANIFEST_01, Outcome.FAIL);
    }

    @Test
    void a_module_that_was_altered_fails() throws Exception {
        Path copy = copied("\"sha256\": \"", "\"sha256\": \"0000");
        Path manifest = folder.resolve("test-source.manifest.json");
        Files.writeString(manifest, Files.readString(manifest).replaceAll("(0000[0-9a-f]{60})[0-9a-f]{4}", "$1"));
        assertThat(outcomes(copy))
                .containsEntry(Clause.MANIFEST_02, Outcome.FAIL)
                .containsEntry(Clause.MANIFEST_03, Outcome.SKIPPED);
    }

    @Test
    void a_protocol_that_the_host_does_not_speak_fails() throws Exception {
        assertThat(outcomes(copied("\"protocol_version\": \"2\"", "\"protocol_version\": \"3\"")))
                .containsEntry(Clause.MANIFEST_02, Outcome.PASS)
                .containsEntry(Clause.MANIFEST_03, Outcome.FAIL);
    }

    @Test
    void a_role_that_the_module_does_not_export_fails() throws Exception {
        Path copy = copied(
                "\"source\": {\n      \"supported_sync_modes\"", "\"destination\": {\n      \"supported_write_modes\"");
        Path manifest = folder.resolve("test-source.manifest.json");
        Files.writeString(manifest, Files.readString(manifest).replace("\"full_refresh\"", "\"append\""));
        assertThat(outcomes(copy)).containsEntry(Clause.EXPORT_01, Outcome.FAIL);
    }

    @Test
    void a_schema_that_takes_any_key_fails() throws Exception {
        Path copy = copied("\"additionalProperties\": false", "\"additionalProperties\": true");
        assertThat(outcomes(copy)).containsEntry(Clause.CONFIG_01, Outcome.FAIL);
    }

    private static java.util.Map<Clause, Outcome> outcomes(Path module) throws ConnectorException {
        Set<Clause> some = Set.of(
                Clause.MANIFEST_01,
                Clause.MANIFEST_02,
                Clause.MANIFEST_03,
                Clause.EXPORT_01,
                Clause.CONFIG_01,
                Clause.LIFE_01);
        return new Conformance(Optional.empty(), PATIENCE, some)
                .of(ConnectorCatalog.of(List.of()).find(module.toString())).verdicts().stream()
                        .collect(java.util.stream.Collectors.toMap(Verdict::clause, Verdict::outcome));
    }

    /** The test source with something else in its manifest. */
    private Path copied(String from, String to) throws IOException {
        Path module = Files.copy(module("test-source"), folder.resolve("test-source.wasm"));
        String manifest = Files.readString(Path.of("connectors/test-source/test-source.manifest.json"));
        assertThat(manifest).contains(from);
        Files.writeString(folder.resolve("test-source.manifest.json"), manifest.replace(from, to));
        return module;
    }

    private static Verdict verdict(Clause clause, String guest, String config, Duration patience)
            throws ConnectorException, JsonProcessingException {
        return report(guest, config, Set.of(clause), patience).verdicts().getFirst();
    }

    private static ConformanceReport report(String guest, String config, Set<Clause> wanted, Duration patience)
            throws ConnectorException, JsonProcessingException {
        ObjectNode settings = (ObjectNode) new JsonMapper().readTree(config.replace('\'', '"'));
        Subject subject = new Subject(settings, Optional.empty(), Optional.empty(), Optional.empty());
        return new Conformance(Optional.of(subject), patience, wanted)
                .of(ConnectorCatalog.of(List.of()).find(module(guest).toString()));
    }

    private static Path module(String guest) {
        return Path.of("connectors", guest, guest + ".wasm");
    }
}
