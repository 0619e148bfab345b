package io.rapidbyte.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Progress on a real pseudo terminal, which util-linux's {@code script} makes. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ProgressPtyTest {
    private static final String[] WINDOWS = {"20x10", "80x24", "200x50", "80x5", "3x2"};

    private String[] outputs = {};

    @BeforeAll
    void show_in_all_windows() throws Exception {
        outputs = inTerminal(PtyMain.class, WINDOWS).split(PtyMain.NEXT_WINDOW + "\\R");
    }

    /** What a program writes on a terminal of its own. */
    private static String inTerminal(Class<?> main, String... args) throws IOException, InterruptedException {
        List<String> java = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:TieredStopAtLevel=1",
                "-Dfile.encoding=UTF-8",
                "-Dstderr.encoding=UTF-8",
                "-cp",
                "'" + System.getProperty("java.class.path") + "'",
                main.getName()));
        java.addAll(List.of(args));
        ProcessBuilder script = new ProcessBuilder("script", "-q", "-e", "-c", String.join(" ", java), "/dev/null")
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                .redirectErrorStream(true);
        script.environment().put("TERM", "xterm");
        Process process = script.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output;
    }

    private Screen screen(int window) {
        String size = WINDOWS[window];
        int x = size.indexOf('x');
        Screen screen = new Screen(Integer.parseInt(size.substring(0, x)), Integer.parseInt(size.substring(x + 1)));
        screen.write(outputs[window]);
        return screen;
    }

    @Test
    void a_usual_window_shows_what_matters_of_each_stream() {
        assertThat(screen(1).text()).isEqualTo("""
                running p: 30 streams
                retrying: table_0 in 0 ms, for attempt 1 failed: gone [x.y]
                  table_0  500,000 rows  50 %  250,000/s  eta 2s  retry 1  3 rejected
                  table_1  500,000 rows  50 %  250,000/s  eta 2s           3 rejected
                  28 of 30 streams done, 29,000,000 rows, 96 %, 500,000 rows/s, eta 2s""");
    }

    @Test
    void a_wide_window_shows_everything() {
        assertThat(screen(2).text())
                .contains(
                        "  table_0  500,000 rows  50 %  250,000/s  30.0 MB/s  eta 2s  destination-bound  retry 1  3 rejected\n")
                .contains("60.0 MB/s, 1 retry, 6 rejected, 3.5 GB, 2.0 s");
    }

    @Test
    void a_narrow_window_shows_less_and_nothing_breaks() {
        Screen screen = screen(0);
        assertThat(screen.text()).endsWith("\n  table_0  50 %\n  table_1  50 %\n  28 of 3…eams done");
    }

    @Test
    void a_low_window_counts_what_it_cannot_show() {
        assertThat(outputs[3]).contains("and 28 more under way");
        assertThat(screen(3).text()).endsWith("28 of 30 streams done, 29,000,000 rows, 96 %, 500,000 rows/s, eta 2s");
    }

    @Test
    void a_frame_replaces_the_one_before_whatever_the_window() {
        for (int i = 0; i < WINDOWS.length - 1; i++) {
            assertThat(screen(i).text()).as(WINDOWS[i]).containsOnlyOnce("28 of 3");
        }
        assertThat(screen(1).wraps() + screen(2).wraps()).isZero();
    }
}
