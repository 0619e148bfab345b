package io.rapidbyte.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.rapidbyte.model.DurableSteps;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a run comes by where something gets durable, as the crash tests listen to it. */
class DurableStepsTest {
    private Postgres.Database source;
    private Postgres.Database target;

    @BeforeEach
    void databases() {
        source = Postgres.shared().database();
        target = Postgres.shared().database();
        source.execute(
                "create table t (id int primary key, note text)",
                "insert into t select i, repeat('x', 800) from generate_series(1, 400) i");
    }

    @AfterEach
    void nobody_listens() {
        DurableSteps.listen(step -> {});
    }

    private PipelineText pipeline() {
        return new PipelineText(source, target)
                        .append()
                        .sourceConfig("resume: key")
                        .resource("max_batch_bytes: 64kb")
                        .resource("checkpoint_interval_rows: 50")
                        .stream("t");
    }

    @Test
    void the_state_saves_a_frontier_after_the_destination_has_committed_it_I6() {
        List<String> steps = new CopyOnWriteArrayList<>();
        DurableSteps.listen(step -> {
            if (step.equals("destination.committed") || step.startsWith("state.frontier")) {
                steps.add(step);
            }
        });

        Runs.succeed(pipeline());

        assertThat(steps.size()).isGreaterThanOrEqualTo(6);
        for (int i = 0; i < steps.size(); i += 3) {
            assertThat(steps.subList(i, i + 3))
                    .containsExactly("destination.committed", "state.frontier.saving", "state.frontier.saved");
        }
    }

    /** The destination tells its steps as metrics. */
    @Test
    void a_metric_that_cannot_be_delivered_fails_nothing_I32() {
        DurableSteps.listen(step -> {
            if (step.startsWith("destination.")) {
                throw new IllegalStateException("nobody takes metrics");
            }
        });

        Runs.succeed(pipeline());

        assertThat(target.fingerprint("t")).isEqualTo(source.fingerprint("t"));
    }
}
