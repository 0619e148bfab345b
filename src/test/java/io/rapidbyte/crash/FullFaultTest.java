package io.rapidbyte.crash;

import io.rapidbyte.e2e.Postgres;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every {@link Fault} in every mode (I8, I10, I11). */
@Tag("crash")
class FullFaultTest {
    @TempDir
    private static Path servers;

    private static Postgres mortal;

    @TempDir
    private Path folder;

    @BeforeAll
    static void start() {
        mortal = Postgres.start(servers.resolve("mortal"));
    }

    @AfterAll
    static void stop() {
        mortal.close();
    }

    static Stream<Arguments> all() {
        return Arrays.stream(Fault.values())
                .flatMap(fault -> Arrays.stream(Mode.values()).map(mode -> Arguments.of(fault, mode)));
    }

    @ParameterizedTest
    @MethodSource("all")
    void nothing_is_lost_or_doubled(Fault fault, Mode mode) throws IOException, InterruptedException {
        fault.happen(folder, mode, mortal);
    }
}
