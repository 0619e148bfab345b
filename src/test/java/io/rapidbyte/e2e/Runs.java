package io.rapidbyte.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.rapidbyte.config.Pipeline;
import io.rapidbyte.config.PipelineException;
import io.rapidbyte.config.PipelineLoader;
import io.rapidbyte.engine.CheckReport;
import io.rapidbyte.engine.Engine;
import io.rapidbyte.engine.EngineOptions;
import io.rapidbyte.engine.ReplayOptions;
import io.rapidbyte.engine.ReplayPreview;
import io.rapidbyte.engine.RunHandle;
import io.rapidbyte.engine.VerifyOptions;
import io.rapidbyte.engine.VerifyReport;
import io.rapidbyte.model.DiscoveredStream;
import io.rapidbyte.model.Failure;
import io.rapidbyte.model.FailureKind;
import io.rapidbyte.model.Problem;
import io.rapidbyte.model.RunEvent;
import io.rapidbyte.model.RunReport;
import io.rapidbyte.model.RunStatus;
import io.rapidbyte.state.StateLocation;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/** One engine for all end-to-end tests of the JVM, so that its guests are warm after the first. */
final class Runs {
    private static final int PATIENCE_SECONDS = 120;
    private static final Vertx VERTX = Vertx.vertx();
    /** Where the pipelines of all tests keep their state. */
    static final Path STATE_FILE = stateFile();

    private static final Engine ENGINE = await(Engine.start(
            VERTX,
            new EngineOptions(
                    List.of(Path.of("src/test/connectors"), Path.of("connectors")),
                    new StateLocation.SqliteFile(STATE_FILE))));

    private Runs() {}

    private static Path stateFile() {
        try {
            Path folder = Files.createTempDirectory("rapidbyte-state");
            folder.toFile().deleteOnExit();
            return folder.resolve("state.db");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static <T> T await(Future<T> future) {
        try {
            return future.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw new AssertionError("no answer within " + PATIENCE_SECONDS + " s", e);
        }
    }

    /** Looks again and again. */
    static void waitUntil(BooleanSupplier condition) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("did not happen within " + PATIENCE_SECONDS + " s");
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
        }
    }

    static Pipeline parse(PipelineText text) {
        try {
            return PipelineLoader.parse(text.text(), "pipeline.yaml", Map.of());
        } catch (PipelineException e) {
            throw new AssertionError(e);
        }
    }

    static RunReport run(PipelineText text) {
        return await(start(text).report());
    }

    static RunHandle start(PipelineText text) {
        return start(text, event -> {});
    }

    static RunHandle start(PipelineText text, Consumer<RunEvent> listener) {
        return ENGINE.run(parse(text), listener);
    }

    /** What is told of a run that succeeds. */
    static List<RunEvent> events(PipelineText text) {
        List<RunEvent> events = new CopyOnWriteArrayList<>();
        RunReport report = await(ENGINE.run(parse(text), events::add).report());
        assertThat(report.failure()).isEmpty();
        return events;
    }

    /** The first value of a query to a state file. */
    static String read(Path stateFile, String query) {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + stateFile);
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            assertThat(rows.next()).as(query).isTrue();
            return String.valueOf(rows.getString(1));
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    static RunReport succeed(PipelineText text) {
        RunReport report = run(text);
        assertThat(report.failure()).isEmpty();
        assertThat(report.status()).isEqualTo(RunStatus.SUCCEEDED);
        return report;
    }

    /** Runs to a failure of that kind and gives it back for a look at its words. */
    static Failure fail(PipelineText text, FailureKind kind) {
        return failure(run(text), kind);
    }

    static Failure failure(RunReport report, FailureKind kind) {
        assertThat(report.status()).isEqualTo(RunStatus.FAILED);
        Failure failure = report.failure().orElseThrow();
        assertThat(failure.kind()).as(failure.error().message()).isEqualTo(kind);
        return failure;
    }

    /** The problems that keep a run from starting. */
    static List<Problem> refuse(PipelineText text) {
        Throwable refusal = catchThrowable(() -> start(text).report().await());
        assertThat(refusal).isInstanceOf(PipelineException.class);
        return ((PipelineException) refusal).problems();
    }

    static CheckReport check(PipelineText text) {
        return await(ENGINE.check(parse(text)));
    }

    static VerifyReport verify(PipelineText text, VerifyOptions options) {
        return await(ENGINE.verify(parse(text), options));
    }

    static RunReport replay(PipelineText text, ReplayOptions options) {
        return await(ENGINE.replay(parse(text), options, event -> {}).report());
    }

    static ReplayPreview preview(PipelineText text, ReplayOptions options) {
        return await(ENGINE.previewReplay(parse(text), options));
    }

    static List<DiscoveredStream> discover(PipelineText text) {
        return await(ENGINE.discover(parse(text)));
    }
}
