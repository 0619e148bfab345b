package io.rapidbyte;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The engine's promises are numbered I1 to I33. Each has a test that names it, in a comment or in its own name. */
class InvariantsTest {
    private static final int LAST = 33;

    /** Those of change data capture: no connector does that yet. */
    private static final Set<Integer> NOT_YET = Set.of(23, 24, 25, 26);

    /** {@code I6}, and {@code .._I6()}. */
    private static final Pattern IN_JAVA = Pattern.compile("(?<![A-Za-z0-9])I(\\d{1,2})(?!\\w)");

    /** {@code I6} in a comment, {@code fn i6_..()}, {@code fn .._i6()}; but not Rust's own {@code i32}. */
    private static final Pattern IN_RUST =
            Pattern.compile("(?i)(?:(?<=//.{0,150})(?<!\\w)|(?<=fn \\w{0,150})(?<![a-z0-9]))I(\\d{1,2})(?=\\b|_)");

    private static final Path JAVA = Path.of("src/test/java");
    private static final Path RUST = Path.of("connectors");
    private static final Pattern RUST_TESTS = Pattern.compile("#\\[cfg\\(test\\)\\]\\s*mod \\w+ \\{");

    @Test
    void every_invariant_has_a_test_that_names_it() throws IOException {
        Set<Integer> named = new TreeSet<>();
        for (String text : javaTests()) {
            collect(IN_JAVA, text, named);
        }
        for (String text : rustTests()) {
            collect(IN_RUST, text, named);
        }
        Set<Integer> missing = IntStream.rangeClosed(1, LAST).boxed().collect(Collectors.toCollection(TreeSet::new));
        missing.removeAll(named);
        missing.removeAll(NOT_YET);
        assertThat(missing).as("invariants that no test names").isEmpty();
    }

    private static void collect(Pattern pattern, String text, Set<Integer> named) {
        pattern.matcher(text).results().forEach(match -> named.add(Integer.valueOf(match.group(1))));
    }

    private static List<String> javaTests() throws IOException {
        try (Stream<Path> files = Files.walk(JAVA)) {
            return files.filter(file -> file.toString().endsWith(".java"))
                    .filter(file -> !file.endsWith("InvariantsTest.java"))
                    .map(InvariantsTest::read)
                    .toList();
        }
    }

    private static List<String> rustTests() throws IOException {
        try (Stream<Path> files = Files.walk(RUST)) {
            return files.filter(file -> file.toString().endsWith(".rs"))
                    .filter(file -> !RUST.relativize(file).toString().contains("target"))
                    .map(InvariantsTest::rustTests)
                    .toList();
        }
    }

    /** All of a file of tests, and of another the part that is compiled for tests alone. */
    private static String rustTests(Path file) {
        String text = read(file);
        if (file.toString().contains("/tests/") || file.endsWith("tests.rs")) {
            return text;
        }
        Matcher tests = RUST_TESTS.matcher(text);
        return tests.find() ? text.substring(tests.start()) : "";
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
