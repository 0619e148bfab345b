import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Whether all is there that a way needs. */
final class Needs {
    private static final Path JAR = Path.of("target", "rapidbyte.jar");
    private static final Path IMAGE = Path.of("target", "image", "lib", "rapidbyte.aot");

    private Needs() {}

    static boolean met(Way way) throws IOException, InterruptedException {
        for (String need : way.needs()) {
            if (!(need.equals("image") ? imageFits() : Shell.has(need))) {
                Shell.note("NOT MEASURED: " + way.name() + ", since there is no " + need
                        + (need.equals("image") ? " of this build (mvn -Pdist -DskipTests package)" : " on this machine"));
                return false;
            }
        }
        return true;
    }

    /** An older one would be made anew inside of what is measured. */
    private static boolean imageFits() throws IOException {
        return Files.exists(IMAGE)
                && Files.getLastModifiedTime(IMAGE).compareTo(Files.getLastModifiedTime(JAR)) > 0;
    }
}
