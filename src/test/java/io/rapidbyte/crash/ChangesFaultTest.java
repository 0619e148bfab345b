package io.rapidbyte.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.rapidbyte.crash.Wire.Break;
import io.rapidbyte.e2e.Workload;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A wire that breaks within a transaction of the source, or around a commit of the destination, costs an attempt, never a change and
 * never a change twice (I8, I10, I23).
 */
@Tag("crash")
class ChangesFaultTest {
    /** More than the sockets' buffers and the window hold. */
    private static final String LARGE = "insert into t (id, name, body) select i, 'large', repeat(md5(i::text), 300)"
            + " from generate_series(10000, 11000) i";

    private static final long AMONG_ROWS = 2_000_000;
    private static final int STEPS = 100;

    enum Side {
        SOURCE,
        DESTINATION
    }

    @TempDir
    private Path folder;

    static Stream<Arguments> all() {
        return Stream.of("append", "upsert")
                .flatMap(mode -> Stream.of(
                        Arguments.of(mode, Side.SOURCE, new Break.AfterReceived(AMONG_ROWS)),
                        Arguments.of(mode, Side.DESTINATION, new Break.AfterSent(AMONG_ROWS)),
                        Arguments.of(mode, Side.DESTINATION, new Break.BeforeCommit(2)),
                        Arguments.of(mode, Side.DESTINATION, new Break.AtCommit(2)),
                        Arguments.of(mode, Side.DESTINATION, new Break.BeforeCommitsAnswer(2))));
    }

    @ParameterizedTest
    @MethodSource("all")
    void nothing_is_lost_or_doubled(String mode, Side side, Break moment) throws IOException, InterruptedException {
        try (ChangesScene scene = new ChangesScene(folder, mode, QuickStart.jvm(), "t");
                Workload workload = new Workload(scene.source(), "t", 1)) {
            workload.steps(STEPS);
            workload.settle();
            scene.run(Optional.empty()).succeeded();
            workload.steps(STEPS);
            workload.settle();
            scene.source().execute(LARGE);
            workload.steps(STEPS);
            try (Wire wire = new Wire(scene.source().server().port(), moment)) {
                switch (side) {
                    case SOURCE -> scene.sourceThrough(wire);
                    case DESTINATION -> scene.targetThrough(wire);
                }
                scene.run(Optional.empty()).succeeded();
                assertThat(wire.broken()).as("the wire broke").isTrue();
                workload.settle();
                scene.run(Optional.empty()).succeeded();
                scene.assertEqual();
            }
        }
    }
}
