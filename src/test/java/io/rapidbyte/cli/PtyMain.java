package io.rapidbyte.cli;

import io.rapidbyte.model.RunEvent;
import io.rapidbyte.model.RunStatus;
import io.rapidbyte.model.StreamReport;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;

/**
 * Shows progress on the terminal that it is started on, in windows of several sizes, one after the other. Its clock is turned
 * by hand, so that it always shows the same.
 */
final class PtyMain {
    /** Stands between one window's output and the next one's. */
    static final String NEXT_WINDOW = "== next window";

    private static final int STREAMS = 30;
    private static final Instant AT = Instant.EPOCH;

    private final AtomicLong clock = new AtomicLong();
    private final Terminal terminal = new Terminal(
            System.out, System.err, Tty.errorIsTerminal(), true, false, WindowSize::ofStandardError, LogFormat.TEXT);
    private final Progress progress = new Progress(terminal, LogLevel.WARN, clock::get);

    private PtyMain() {}

    /** Arguments are windows, each as columns, {@code x} and rows. */
    public static void main(String[] windows) throws Exception {
        for (String window : windows) {
            int x = window.indexOf('x');
            resize(window.substring(0, x), window.substring(x + 1));
            new PtyMain().show();
            System.err.print(NEXT_WINDOW + "\n");
        }
    }

    private static void resize(String columns, String rows) throws IOException, InterruptedException {
        int code = new ProcessBuilder("stty", "cols", columns, "rows", rows)
                .inheritIO()
                .start()
                .waitFor();
        if (code != 0) {
            throw new IOException("stty failed: " + code);
        }
    }

    private void show() {
        List<String> names =
                IntStream.range(0, STREAMS).mapToObj(i -> "table_" + i).toList();
        progress.accept(new RunEvent.RunStarted("r", 1, AT, "p", names));
        names.forEach(name -> progress.accept(new RunEvent.StreamStarted("r", 2, AT, name)));
        progress.paint();
        turn(1);
        for (String name : names) {
            progress.accept(new RunEvent.StreamProgress(
                    "r",
                    3,
                    AT,
                    name,
                    500_000,
                    60_000_000,
                    400_000,
                    3,
                    Optional.of(1_000_000L),
                    Optional.of("destination"),
                    List.of()));
        }
        progress.accept(new RunEvent.StreamRetrying("r", 4, AT, "table_0", 1, "x.y", "gone", Duration.ZERO));
        progress.paint();
        names.subList(2, STREAMS).forEach(this::finish);
        progress.paint();
        turn(1);
        progress.paint();
    }

    private void turn(long seconds) {
        clock.addAndGet(TimeUnit.SECONDS.toNanos(seconds));
    }

    private void finish(String name) {
        progress.accept(new RunEvent.StreamFinished(
                "r",
                5,
                AT,
                new StreamReport(
                        name,
                        RunStatus.SUCCEEDED,
                        1_000_000,
                        1_000_000,
                        0,
                        120_000_000,
                        1,
                        1,
                        Optional.empty(),
                        Duration.ofSeconds(1),
                        List.of(),
                        List.of(),
                        Map.of(),
                        Map.of(),
                        Optional.empty())));
    }
}
