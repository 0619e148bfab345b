package io.rapidbyte.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each case is a process of its own: a library is loaded once. */
class SqliteLibraryTest {
    @TempDir
    Path folder;

    /** Opens a state. */
    static final class Opener {
        public static void main(String[] arguments) {
            Vertx vertx = Vertx.vertx();
            StateLocation state = new StateLocation.SqliteFile(Path.of(arguments[0]));
            StateContract.get(StateContract.get(StateStore.open(vertx, state)).close());
            StateContract.get(vertx.close());
        }
    }

    private void open(Path cache) throws IOException, InterruptedException {
        ProcessBuilder process = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Opener.class.getName(),
                        folder.resolve("state.db").toString())
                .redirectErrorStream(true);
        process.environment().put("XDG_CACHE_HOME", cache.toString());
        Process opener = process.start();
        String said = new String(opener.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(opener.waitFor()).as(said).isZero();
    }

    private static List<Path> kept(Path cache) throws IOException {
        try (Stream<Path> files = Files.list(cache.resolve("rapidbyte").resolve("sqlite"))) {
            return files.toList();
        }
    }

    @Test
    void the_library_is_kept_and_a_damaged_copy_is_replaced() throws IOException, InterruptedException {
        Path cache = folder.resolve("cache");
        open(cache);
        Path library = kept(cache).getFirst();
        byte[] whole = Files.readAllBytes(library);
        Files.write(library, new byte[whole.length]);
        open(cache);
        assertThat(kept(cache)).containsExactly(library);
        assertThat(Files.readAllBytes(library)).isEqualTo(whole);
    }

    @Test
    void without_a_cache_folder_the_driver_goes_its_own_way() throws IOException, InterruptedException {
        open(Files.createFile(folder.resolve("no-folder")));
        assertThat(folder.resolve("state.db")).exists();
    }
}
