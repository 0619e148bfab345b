package io.rapidbyte.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.rapidbyte.model.RunEvent;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ProgressTest {
    private static final Instant AT = Instant.EPOCH;

    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final AtomicLong clock = new AtomicLong();
    private WindowSize window = WindowSize.USUAL;

    private Progress progress(boolean live, String stream) {
        PrintStream stderr = new PrintStream(err, true, StandardCharsets.UTF_8);
        Terminal terminal = new Terminal(stderr, stderr, live, false, false, () -> window, LogFormat.TEXT);
        Progress progress = new Progress(terminal, LogLevel.WARN, clock::get);
        progress.accept(new RunEvent.RunStarted("r", 1, AT, "p", List.of(stream)));
        progress.accept(new RunEvent.StreamStarted("r", 2, AT, stream));
        return progress;
    }

    private static RunEvent at(String stream, long rows, Optional<Long> expected) {
        return new RunEvent.StreamProgress(
                "r", 3, AT, stream, rows, rows * 100, rows, 0, expected, Optional.of("source"), List.of());
    }

    private List<String> lines() {
        return err.toString(StandardCharsets.UTF_8).lines().toList();
    }

    @Test
    void without_a_terminal_a_line_tells_where_the_run_is() {
        Progress progress = progress(false, "users");
        clock.addAndGet(TimeUnit.SECONDS.toNanos(2));
        progress.accept(at("users", 200_000, Optional.of(800_000L)));
        progress.paint();
        progress.close();
        assertThat(lines())
                .containsExactly(
                        "running p: 1 stream",
                        "  0 of 1 stream done, 200,000 rows, 25 %, 100,000 rows/s, eta 6s, 10.0 MB/s, 20.0 MB, 2.0 s, source-bound");
    }

    @Test
    void an_estimate_that_was_wrong_is_forgotten_and_a_stream_is_never_done_before_it_is() {
        Progress progress = progress(false, "users");
        clock.addAndGet(TimeUnit.SECONDS.toNanos(1));
        progress.accept(at("users", 1_050, Optional.of(1_000L)));
        progress.paint();
        progress.accept(at("users", 1_200, Optional.of(1_000L)));
        progress.paint();
        assertThat(lines().get(1)).contains("1,050 rows, 99 %", "eta 0s");
        assertThat(lines().get(2)).contains("1,200 rows, 1,200 rows/s").doesNotContain("%", "eta");
    }

    @Test
    void a_stream_that_stands_still_has_no_pace() {
        Progress progress = progress(false, "users");
        clock.addAndGet(TimeUnit.SECONDS.toNanos(1));
        progress.accept(at("users", 1_000, Optional.empty()));
        clock.addAndGet(TimeUnit.SECONDS.toNanos(20));
        progress.paint();
        assertThat(lines().get(1)).contains(" 0 rows/s");
    }

    @Test
    void names_from_foreign_databases_break_no_line() {
        window = new WindowSize(40, 10);
        String stream = "\u001b[31m表の名前がとても長いので切られます".repeat(3) + "\n";
        Progress progress = progress(true, stream);
        progress.accept(at(stream, 5, Optional.empty()));
        progress.paint();
        assertThat(lines()).noneMatch(line -> line.contains("\u001b[31m"));
        assertThat(lines().get(1)).contains("5 rows");
        assertThat(Cells.of(lines().get(1).replace("\u001b[K", ""))).isLessThan(40);
    }
}
