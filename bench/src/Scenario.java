import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * One thing that is measured: a file of {@code bench/scenarios}.
 *
 * @param name the file's
 * @param about what it measures, in a line
 * @param table which one; empty where the user names one of theirs
 * @param rows how many it has
 * @param sourceAfterFill SQL at the source, once, after the table was filled
 * @param target how each way finds the target, where it does not say so itself
 * @param targetAfterStart SQL at the target after each start that is not {@code KEPT}
 * @param pipeline what every pipeline file has beside the two ends
 * @param reference the way that all are compared with
 * @param parity what has to hold after each way; equal tables if not said
 */
record Scenario(
        String name,
        String about,
        Optional<String> table,
        long rows,
        String sourceAfterFill,
        Way.Start target,
        String targetAfterStart,
        JsonObject pipeline,
        String reference,
        Optional<Parity> parity,
        List<Way> ways,
        List<Goal> goals) {

    private static final Path FOLDER = Path.of("bench", "scenarios");
    private static final Set<String> KEYS = Set.of(
            "about", "table", "rows", "source_after_fill", "target", "target_after_start", "pipeline", "reference", "parity", "ways", "goals");

    static List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(FOLDER)) {
            return files.map(file -> file.getFileName().toString().replaceFirst("\\.yaml$", "")).sorted().toList();
        }
    }

    static Scenario read(String name) throws IOException {
        Path file = FOLDER.resolve(name + ".yaml");
        if (!Files.exists(file)) {
            throw new IllegalArgumentException("no scenario " + name + "; there are " + String.join(", ", names()));
        }
        JsonObject yaml = Yaml.read(file);
        Yaml.allowOnly(yaml, file, KEYS);
        JsonObject shared = Yaml.read(Path.of("bench", "ways.yaml"));
        return new Scenario(
                name,
                yaml.getString("about"),
                Optional.ofNullable(yaml.getString("table")),
                yaml.getLong("rows", 0L),
                yaml.getString("source_after_fill", ""),
                Way.Start.read(yaml).orElse(Way.Start.EMPTY),
                yaml.getString("target_after_start", ""),
                yaml.getJsonObject("pipeline", new JsonObject()),
                yaml.getString("reference"),
                Parity.read(yaml),
                yaml.getJsonArray("ways").stream().map(way -> Way.read(way, shared)).toList(),
                yaml.getJsonArray("goals", new JsonArray()).stream().map(goal -> Goal.read((JsonObject) goal)).toList());
    }

    Parity parityOf(Way way, Table copied) {
        return way.parity().or(() -> parity).orElse(new Parity(copied.fingerprint(), copied.fingerprint()));
    }
}
