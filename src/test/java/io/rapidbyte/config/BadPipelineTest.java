package io.rapidbyte.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What people read when they got a file wrong, word by word. */
class BadPipelineTest {

    @Test
    void everything_wrong_is_said_at_once_in_the_order_of_the_file() {
        String text = """
                version: 1.0
                pipline: shop
                source:
                  use: source-postgres
                  config: [host]
                  colums: [id]
                  streams:
                    - name: users
                      sync_mode: full-refresh
                      columns: [id, id, 7]
                    - name: users
                    - sync_mode: incremental
                      cursor_lag: 5
                transforms:
                  - mask
                destination:
                  use:
                  write_mode: upsert
                  primary_key: []
                  on_data_error: skip
                  max_dead_letters: 5
                  schema_evolution:
                    new_column: add
                    type_change: coerced
                state:
                  backend: postgres
                resources:
                  parallelism: 0
                  max_batch_bytes: 64 megs
                  max_inflight_batches: "16"
                  checkpoint_interval_rows: -5
                  max_retries: -1
                  compression: gzip
                """;
        assertThat(Samples.problems(text))
                .containsExactly(
                        "p.yaml:1:1: pipeline: is missing",
                        "p.yaml:1:10: version: must be text, not a number with a fraction (put it in quotes)",
                        "p.yaml:2:1: pipline: unknown key (did you mean pipeline?)",
                        "p.yaml:5:3: source.config: must be a mapping of the connector's settings",
                        "p.yaml:6:3: source.colums: unknown key (known here: use, config, permissions, limits, follow, flush_interval, streams)",
                        "p.yaml:9:18: source.streams[0].sync_mode: \"full-refresh\" is not one of full_refresh, incremental, cdc (did you mean full_refresh?)",
                        "p.yaml:10:21: source.streams[0].columns[1]: \"id\" is listed twice",
                        "p.yaml:10:25: source.streams[0].columns[2]: must be text, not a whole number (put it in quotes)",
                        "p.yaml:11:13: source.streams[1].name: the stream \"users\" is listed twice (the first is on line 8)",
                        "p.yaml:12:7: source.streams[2].name: is missing",
                        "p.yaml:12:7: source.streams[2].cursor_field: is missing, which sync_mode: incremental needs to tell new rows from old (name a column that grows, such as updated_at or id)",
                        "p.yaml:13:19: source.streams[2].cursor_lag: \"5\" is not a time from 0s to 31d (write a whole number of s, m, h or d such as 5m)",
                        "p.yaml:15:5: transforms[0]: must be a mapping (with the keys use, config, permissions, limits)",
                        "p.yaml:17:7: destination.use: must be text, not empty (give it a value or remove it)",
                        "p.yaml:19:3: destination.primary_key: lists no column (remove it to take the source's own key)",
                        "p.yaml:21:21: destination.max_dead_letters: belongs to on_data_error: dlq, without which no row is kept as a dead letter (add on_data_error: dlq, or remove it)",
                        "p.yaml:24:18: destination.schema_evolution.type_change: \"coerced\" is not one of coerce, fail, null (did you mean coerce?)",
                        "p.yaml:25:1: state.connection: is needed with backend: postgres (write postgresql://user:password@host:port/database)",
                        "p.yaml:28:16: resources.parallelism: \"0\" is not a whole number from 1 to 64",
                        "p.yaml:29:20: resources.max_batch_bytes: \"64 megs\" is not a size from 64kb to 256mb (write bytes, or a whole number of kb, mb or gb such as 64mb)",
                        "p.yaml:30:25: resources.max_inflight_batches: \"16\" is not a whole number from 1 to 1024 (remove the quotes)",
                        "p.yaml:31:29: resources.checkpoint_interval_rows: \"-5\" is not a whole number from 0 to 1000000000000",
                        "p.yaml:32:16: resources.max_retries: \"-1\" is not a whole number from 0 to 100",
                        "p.yaml:33:16: resources.compression: \"gzip\" is not one of lz4, zstd, null");
    }

    @Test
    void a_server_is_no_file_for_the_state() {
        String text = Samples.GOOD + "state: {connection: postgresql://u:hunter2@h/d}\n";

        assertThat(Samples.problems(text))
                .singleElement()
                .asString()
                .contains("state.connection: is a PostgreSQL server, not a file (write backend: postgres beside it)")
                .doesNotContain("hunter2");
    }

    @Test
    void changes_never_replace_a_table() {
        assertThat(Samples.problems(Samples.good("sync_mode: full_refresh", "sync_mode: cdc")))
                .containsExactly(
                        "p.yaml:10:18: source.streams[0].sync_mode: cdc cannot go with write_mode: replace, which would"
                                + " leave nothing but the newest changes (use upsert to keep a table, or append to keep a log of its"
                                + " changes)");
    }

    @ParameterizedTest
    @CsvSource({"cursor_field, id", "tie_breaker_field, id", "cursor_nulls, fail", "cursor_lag, 5m"})
    void keys_of_incremental_reads_are_refused_elsewhere(String key, String value) {
        assertThat(Samples.problems(Samples.good("sync_mode: full_refresh", key + ": " + value)))
                .containsExactly("p.yaml:10:" + (9 + key.length()) + ": source.streams[0]." + key
                        + ": belongs to incremental reads, and this stream is read in full"
                        + " (add sync_mode: incremental, or remove it)");
    }

    @Test
    void an_incremental_stream_cannot_replace_the_table() {
        assertThat(Samples.problems(incremental("replace", "")))
                .containsExactly(
                        "p.yaml:10:18: source.streams[0].sync_mode: incremental cannot go with write_mode: replace,"
                                + " which would leave nothing but the newest rows (use append or upsert)");
        assertThat(Samples.problems(incremental("append", ""))).isEmpty();
    }

    @Test
    void a_lag_is_refused_where_it_would_double_rows() {
        String lag = "\n      cursor_lag: 1h";
        assertThat(Samples.problems(incremental("append", lag)))
                .containsExactly(
                        "p.yaml:12:19: source.streams[0].cursor_lag: reads rows again that earlier runs have delivered,"
                                + " and only write_mode: upsert writes them once (use upsert, or remove it)");
        assertThat(Samples.problems(incremental("upsert", lag))).isEmpty();
    }

    private static String incremental(String writeMode, String more) {
        return Samples.good("sync_mode: full_refresh", "sync_mode: incremental\n      cursor_field: id" + more)
                .replace("write_mode: replace", "write_mode: " + writeMode);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "version: \"1.0\"          | version: \"2.0\" | 1:10: version: is not a version of the file format that is read here (write version: \"1.0\")",
                "pipeline: shop            | pipeline: my shop! | 2:11: pipeline: must be at most 128 letters, digits, _, - and ., and begin with neither - nor .",
                "pipeline: shop            | pipeline: 2024 | 2:11: pipeline: must be text, not a whole number (put it in quotes)",
                "pipeline: shop            | pipeline: '' | 2:11: pipeline: is empty",
                "pipeline: shop            | pipeline: [a] | 2:1: pipeline: must be text, not a list",
                "columns: [id, email]      | columns: [] | 11:7: source.streams[0].columns: lists no column (remove it to read every column)",
                "columns: [id, email]      | columns: id | 11:16: source.streams[0].columns: must be a list",
                "columns: [id, email]      | columns: [''] | 11:17: source.streams[0].columns[0]: is empty",
                "columns: [id, email]      | columms: [id] | 11:7: source.streams[0].columms: unknown key (did you mean columns?)",
                "write_mode: replace       | parallelism: 2 | 16:1: destination.write_mode: is missing",
                "parallelism: 2            | parallelism: 65 | 24:16: resources.parallelism: \"65\" is not a whole number from 1 to 64",
                "parallelism: 2            | parallelism: 99999999999999999999 | 24:16: resources.parallelism: \"99999999999999999999\" is not a whole number from 1 to 64",
                "parallelism: 2            | parallelism: 1.5 | 24:16: resources.parallelism: \"1.5\" is not a whole number from 1 to 64",
                "max_batch_bytes: 1mb      | max_batch_bytes: 0 | 25:20: resources.max_batch_bytes: \"0\" is not a size from 64kb to 256mb",
                "max_batch_bytes: 1mb      | max_batch_bytes: 999999999999999999gb | 25:20: resources.max_batch_bytes: \"999999999999999999gb\" is not a size from 64kb to 256mb",
                "max_batch_bytes: 1mb      | max_batch_bytes: 65535 | 25:20: resources.max_batch_bytes: \"65535\" is not a size from 64kb to 256mb",
            })
    void a_wrong_value_is_told_with_what_would_be_right(String part, String replacement, String problem) {
        assertThat(Samples.problems(Samples.good(part, replacement))).contains("p.yaml:" + problem);
    }

    @Test
    void a_source_without_streams_is_refused() {
        String head = Samples.GOOD.substring(0, Samples.GOOD.indexOf("  streams:"));
        String tail = Samples.GOOD.substring(Samples.GOOD.indexOf("transforms:"));

        assertThat(Samples.problems(head + tail)).containsExactly("p.yaml:3:1: source.streams: is missing");
        assertThat(Samples.problems(head + "  streams: []\n" + tail))
                .containsExactly("p.yaml:8:3: source.streams: lists no stream (name at least one: - name: my_table)");
    }

    @Test
    void a_key_in_the_wrong_place_is_sent_where_it_belongs() {
        assertThat(Samples.problems(Samples.good("write_mode: replace", "write_mode: replace\n  parallelism: 2")))
                .containsExactly("p.yaml:20:3: destination.parallelism: unknown key (it belongs under resources)");
        assertThat(Samples.problems(Samples.good("  use: dest-postgres", "  use: dest-postgres\n  version: '1.0'")))
                .containsExactly("p.yaml:18:3: destination.version: unknown key (it belongs at the top level)");
    }

    @Test
    void odd_keys_and_values_are_shown_on_one_line_and_cut() {
        String key = "a\\u001b[31m\\n" + "x".repeat(100);
        List<String> problems = Samples.problems(Samples.GOOD + "\"" + key + "\": 1\n");

        assertThat(problems)
                .singleElement()
                .asString()
                .startsWith("p.yaml:27:1: \"a\\u001b[31m\\u000axxx")
                .contains("…\": unknown key")
                .doesNotContain("\u001b", "\n");
    }

    @Test
    void no_more_problems_are_shown_than_anybody_reads() {
        StringBuilder text = new StringBuilder(Samples.GOOD);
        for (int i = 0; i < 250; i++) {
            text.append("nonsense").append(i).append(": 1\n");
        }
        assertThat(Samples.problems(text.toString()))
                .hasSize(101)
                .last()
                .isEqualTo("p.yaml: 150 more problems not shown");
    }
}
