package io.rapidbyte.e2e;

import static io.rapidbyte.e2e.Runs.succeed;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.rapidbyte.model.RunReport;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a run alters in the destination's schema is told, and recorded with the run. */
class SchemaChangeTest {
    private static final String MADE = "CREATE TABLE \"public\".\"t\" (\"id\" integer NOT NULL, \"a\" numeric(12,2))";
    private static final String KEYED = "ALTER TABLE \"public\".\"t\" ADD PRIMARY KEY (\"id\")";

    private Postgres.Database source;
    private Postgres.Database target;

    @BeforeEach
    void databases() {
        source = Postgres.shared().database();
        target = Postgres.shared().database();
        source.execute("create table t (id int primary key, a numeric(12,2))", "insert into t values (1, 1.5)");
    }

    private PipelineText pipeline(String mode) {
        PipelineText text = new PipelineText(source, target).stream("t");
        return switch (mode) {
            case "append" -> text.append();
            case "upsert" -> text.upsert();
            default -> text;
        };
    }

    private static List<String> altered(RunReport report) {
        return report.streams().getFirst().schemaChanges();
    }

    @ParameterizedTest
    @ValueSource(strings = {"append", "replace", "upsert"})
    void each_statement_once(String mode) {
        assertThat(altered(succeed(pipeline(mode)))).containsExactly(MADE, KEYED);
        source.execute("delete from t", "insert into t values (2)");
        assertThat(altered(succeed(pipeline(mode)))).isEmpty();
        source.execute("delete from t", "alter table t add b text", "insert into t values (3, 1, 'b')");
        assertThat(altered(succeed(pipeline(mode)))).singleElement().asString().contains("ALTER TABLE", "\"b\" text");
        assertThat(target.value("select b from t where id = 3")).isEqualTo("b");
    }

    @Test
    void a_table_that_is_filled_anew_instead_of_swapped() {
        succeed(pipeline("replace"));
        target.execute("create view v as select id from t");
        source.execute("alter table t add b text");
        assertThat(altered(succeed(pipeline("replace"))))
                .singleElement()
                .asString()
                .contains("\"b\" text");
    }

    @Test
    void runs_show_tells_it(@TempDir Path folder) throws IOException {
        Command command = new Command(folder, pipeline("append"));
        RunReport report = succeed(pipeline("append"));
        JsonNode changes = command.about("runs", "show", report.runId()).at("/run/streams/0/schema_changes");
        List<String> shown = new ArrayList<>();
        changes.forEach(change -> shown.add(change.asText()));
        assertThat(shown).containsExactly(MADE, KEYED);
    }
}
