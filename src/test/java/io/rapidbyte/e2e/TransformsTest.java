package io.rapidbyte.e2e;

import static io.rapidbyte.e2e.Runs.fail;
import static io.rapidbyte.e2e.Runs.succeed;
import static org.assertj.core.api.Assertions.assertThat;

import io.rapidbyte.model.FailureKind;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Rows are chosen, checked and shaped between two real servers. */
class TransformsTest {
    private Postgres.Database source;
    private Postgres.Database target;

    @BeforeEach
    void databases() {
        source = Postgres.shared().database();
        target = Postgres.shared().database();
        source.execute(
                "create table t (id int primary key, email text, amount text, day date)",
                "insert into t select i, case when i % 10 > 0 then 'user' || i || '@shop.test' end, (i * 0.25)::text,"
                        + " date '2024-01-01' + i from generate_series(1, 1000) i");
    }

    private PipelineText pipeline() {
        return new PipelineText(source, target).stream("t");
    }

    @Test
    void only_rows_that_satisfy_the_predicate_arrive() {
        succeed(pipeline()
                .transform(
                        "transform-filter",
                        "{where: {all: [{column: day, op: '>=', value: '2024-06-01'}, {column: email, op: is_not_null},"
                                + " {not: {column: email, op: matches, value: '^user5'}}]}}"));
        assertThat(target.values("select id from t order by id"))
                .isEqualTo(source.values("select id from t where day >= '2024-06-01' and email is not null"
                        + " and not email ~ '^user5' order by id"));
    }

    @Test
    void a_table_of_which_nothing_passes_arrives_with_its_columns() {
        succeed(pipeline().transform("transform-filter", "{where: {column: id, op: '<', value: 0}}"));
        assertThat(target.value("select count(*) from t")).isEqualTo("0");
        assertThat(target.columns("t")).isEqualTo(source.columns("t"));
    }

    @Test
    void rows_that_break_a_rule_are_left_out() {
        succeed(pipeline()
                .transform(
                        "transform-validate",
                        "{rules: [{column: email, not_null: true}, {column: id, max: 500}], on_violation: skip}"));
        assertThat(target.value("select count(*) from t")).isEqualTo("450");
    }

    @Test
    void a_row_that_breaks_a_rule_fails_the_run_by_default() {
        assertThat(fail(
                                pipeline()
                                        .transform("transform-validate", "{rules: [{column: email, not_null: true}]}"),
                                FailureKind.TRANSFORM)
                        .error()
                        .code())
                .isEqualTo("validate.not-null");
    }

    @Test
    void columns_are_selected_renamed_cast_and_added() {
        succeed(pipeline()
                .transform(
                        "transform-cast-rename",
                        "{select: [id, amount], rename: {id: key}, cast: {amount: 'numeric(9,2)', id: bigint},"
                                + " constant: {origin: {type: text, value: shop}}}"));
        assertThat(target.columns("t"))
                .containsExactly("key bigint not null", "amount numeric(9,2)", "origin text not null");
        assertThat(target.value("select count(*) || ' ' || sum(amount) || ' ' || max(origin) from t"))
                .isEqualTo(source.value("select count(*) || ' ' || sum(amount::numeric(9,2)) || ' shop' from t"));
    }
}
