package io.rapidbyte.connector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rapidbyte.connector.net.TlsRequest;
import io.rapidbyte.model.BackoffClass;
import io.rapidbyte.model.Column;
import io.rapidbyte.model.CommitState;
import io.rapidbyte.model.ComparableColumn;
import io.rapidbyte.model.ComparableTable;
import io.rapidbyte.model.ComparedColumn;
import io.rapidbyte.model.Comparison;
import io.rapidbyte.model.ConnectorError;
import io.rapidbyte.model.Cursor;
import io.rapidbyte.model.CursorNulls;
import io.rapidbyte.model.CursorValue;
import io.rapidbyte.model.DataErrorPolicy;
import io.rapidbyte.model.DiscoveredStream;
import io.rapidbyte.model.ErrorCategory;
import io.rapidbyte.model.ErrorScope;
import io.rapidbyte.model.Finding;
import io.rapidbyte.model.KeyRange;
import io.rapidbyte.model.LogSlot;
import io.rapidbyte.model.Partition;
import io.rapidbyte.model.RangeDigest;
import io.rapidbyte.model.ReadSummary;
import io.rapidbyte.model.Receipt;
import io.rapidbyte.model.RejectedRecord;
import io.rapidbyte.model.RepairSummary;
import io.rapidbyte.model.RowDigest;
import io.rapidbyte.model.RunIdentity;
import io.rapidbyte.model.SchemaEvolution;
import io.rapidbyte.model.SlotReader;
import io.rapidbyte.model.StreamContext;
import io.rapidbyte.model.StreamLimits;
import io.rapidbyte.model.StreamPolicies;
import io.rapidbyte.model.StreamSchema;
import io.rapidbyte.model.SyncMode;
import io.rapidbyte.model.TransformSummary;
import io.rapidbyte.model.WriteMode;
import io.rapidbyte.model.WriteSummary;
import io.rapidbyte.wasm.abi.WitRecord;
import io.rapidbyte.wasm.abi.WitType;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class TwinsTest {
    /** No field has the value that another of its type has, so that none can be mistaken for another. */
    static final StreamContext CONTEXT = new StreamContext(
            "zoo.\"All Types\"",
            SyncMode.INCREMENTAL,
            WriteMode.UPSERT,
            List.of("id", "region"),
            Optional.of(List.of("id", "näme")),
            Optional.of(new Cursor(
                    "updated_at",
                    Optional.of("tie"),
                    Optional.of(new CursorValue("timestamptz", "2026-01-02 03:04:05+00", Optional.of("42"))),
                    CursorNulls.INCLUDE_ONCE,
                    107,
                    List.of(new CursorValue("pg_lsn", "0/108", Optional.empty())),
                    Optional.of(109L))),
            Optional.of("position"),
            Optional.of(new StreamSchema(
                    List.of(new Column("id", "bigint", "int64", false), new Column("näme", "text", "utf8", true)),
                    List.of("id"))),
            new StreamLimits(101, 102, 103, 104, 105, 106),
            new StreamPolicies(
                    DataErrorPolicy.DLQ,
                    new SchemaEvolution(
                            SchemaEvolution.NewColumn.IGNORE,
                            SchemaEvolution.RemovedColumn.FAIL,
                            SchemaEvolution.TypeChange.COERCE,
                            SchemaEvolution.NullabilityChange.FAIL)),
            Optional.of(new Partition(2, 7, Partition.Strategy.CTID)),
            new RunIdentity("pipe", "run-1", "load-1", "state-1", 1L << 40, 3));

    static List<Record> examples() {
        return List.of(
                CONTEXT,
                new ConnectorError(
                        ErrorCategory.TRANSIENT_DB,
                        ErrorScope.PER_BATCH,
                        "pg.deadlock",
                        "message",
                        true,
                        Optional.of(1500L),
                        BackoffClass.SLOW,
                        true,
                        Optional.of(CommitState.AFTER_COMMIT_UNKNOWN),
                        Optional.of("{}")),
                ConnectorError.permanent(ErrorCategory.AUTH, "a", "b"),
                new Finding(Finding.Level.WARNING, Optional.of("s"), "c", "m"),
                new DiscoveredStream(
                        "s",
                        new StreamSchema(List.of(), List.of()),
                        Optional.of(10L),
                        Optional.empty(),
                        List.of(SyncMode.FULL_REFRESH, SyncMode.CDC)),
                new LogSlot("s", SlotReader.EARLIER, true, false, 17, Optional.of("0/1")),
                new ReadSummary(1, 2, 3, Optional.of("here")),
                new WriteSummary(4, 5, 6, 7),
                new Receipt("l", 5, "p", 6, true),
                new TransformSummary(7, 8),
                new ComparableTable(
                        "scheme",
                        List.of(new ComparableColumn("c", "t", List.of("f", "g"))),
                        List.of("k"),
                        Optional.of(11L)),
                new Comparison(CONTEXT, List.of(new ComparedColumn("c", "f")), List.of(new ComparedColumn("k", "g"))),
                new KeyRange(Optional.of(List.of("a", "b")), Optional.empty()),
                new RangeDigest(12, "hash"),
                new RowDigest(List.of("a", "b"), 13, "hash"),
                new RepairSummary(14, 15, 16),
                new RejectedRecord("s", "{\"a\":1}", ErrorCategory.DATA, "c", "m"));
    }

    @ParameterizedTest
    @MethodSource("examples")
    void every_record_comes_back_as_it_went(Record value) {
        Object wit = Twins.toWit(twin(value.getClass()), value);
        assertThat(Twins.fromWit(value.getClass(), wit)).isEqualTo(value);
    }

    @Test
    void the_limits_of_a_stream_keep_their_names() {
        WitRecord limits = ((WitRecord) Twins.toWit(Contract.type("stream-context"), CONTEXT)).record("limits");
        assertThat(limits.integer("max-batch-bytes")).isEqualTo(101);
        assertThat(limits.integer("max-record-bytes")).isEqualTo(102);
        assertThat(limits.integer("max-inflight-batches")).isEqualTo(103);
        assertThat(limits.integer("checkpoint-interval-bytes")).isEqualTo(104);
        assertThat(limits.integer("checkpoint-interval-rows")).isEqualTo(105);
        assertThat(limits.integer("checkpoint-interval-seconds")).isEqualTo(106);
    }

    @Test
    void every_enum_has_the_cases_of_its_twin() {
        assertSameCases("error-category", ErrorCategory.values());
        assertSameCases("error-scope", ErrorScope.values());
        assertSameCases("backoff-class", BackoffClass.values());
        assertSameCases("commit-state", CommitState.values());
        assertSameCases("sync-mode", SyncMode.values());
        assertSameCases("write-mode", WriteMode.values());
        assertSameCases("data-error-policy", DataErrorPolicy.values());
        assertSameCases("new-column-policy", SchemaEvolution.NewColumn.values());
        assertSameCases("removed-column-policy", SchemaEvolution.RemovedColumn.values());
        assertSameCases("type-change-policy", SchemaEvolution.TypeChange.values());
        assertSameCases("nullability-change-policy", SchemaEvolution.NullabilityChange.values());
        assertSameCases("cursor-nulls", CursorNulls.values());
        assertSameCases("partition-strategy", Partition.Strategy.values());
        assertSameCases("finding-level", Finding.Level.values());
        assertSameCases("slot-reader", SlotReader.values());
        assertSameCases("tls-verify", TlsRequest.Verify.values());
    }

    @Test
    void a_record_that_drifted_from_its_twin_is_refused() {
        assertThatThrownBy(() -> Twins.toWit(Contract.type("read-summary"), new TransformSummary(1, 2)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("read-summary");
    }

    @Test
    void counts_beyond_a_long_are_cut_to_the_largest() {
        Object wit = WitRecord.builder(Contract.type("read-summary"))
                .set("rows", -1L)
                .set("bytes", 0L)
                .set("batches", Long.MIN_VALUE)
                .set("position", Optional.empty())
                .build();
        assertThat(Twins.fromWit(ReadSummary.class, wit))
                .isEqualTo(new ReadSummary(Long.MAX_VALUE, 0, Long.MAX_VALUE, Optional.empty()));
    }

    private static WitType.RecordOf twin(Class<?> type) {
        return Contract.type(
                Twins.kebab(Character.toLowerCase(type.getSimpleName().charAt(0))
                        + type.getSimpleName().substring(1)));
    }

    private static void assertSameCases(String name, Enum<?>[] constants) {
        Set<String> cases = new HashSet<>();
        for (Enum<?> constant : constants) {
            cases.add(Twins.kebab(constant.name()));
        }
        assertThat(Objects.requireNonNull(Contract.document().interfaces().get("types"))
                        .types()
                        .get(name))
                .isInstanceOfSatisfying(
                        WitType.EnumOf.class,
                        type -> assertThat(type.cases()).as(name).hasSameElementsAs(cases));
    }
}
