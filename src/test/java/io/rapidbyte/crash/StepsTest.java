package io.rapidbyte.crash;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The registry has every step that the program has, so that a new one is swept as well. */
class StepsTest {
    private static final Path STORE = Path.of("src/main/java/io/rapidbyte/state/StateStore.java");
    private static final Path DESTINATION = Path.of("connectors/dest-postgres/src/steps.rs");

    @Test
    void it_has_each_transaction_of_a_run() throws IOException {
        Set<String> transactions = found(STORE, "(?:write\\(\\s*run,|database\\.step\\()\\s*\"([a-z-]+)\"");
        assertThat(Steps.transactions()).isEqualTo(transactions);
    }

    @Test
    void it_has_each_step_of_the_destination() throws IOException {
        assertThat(Steps.writes()).isEqualTo(found(DESTINATION, "pub const [A-Z_]+: &str = \"([a-z.]+)\""));
    }

    private static Set<String> found(Path source, String pattern) throws IOException {
        return Pattern.compile(pattern)
                .matcher(Files.readString(source))
                .results()
                .map((MatchResult match) -> match.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
