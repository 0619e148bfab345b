import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A table that is copied.
 *
 * @param name as SQL has it
 * @param create makes it
 * @param fill puts {@code :rows} rows into it; empty for a table of a user's
 */
record Table(String name, String create, String fill) {
    static Table read(String name) throws IOException {
        Path file = Path.of("bench", "tables", name + ".yaml");
        JsonObject yaml = Yaml.read(file);
        Yaml.allowOnly(yaml, file, Set.of("create", "fill"));
        return new Table(name, yaml.getString("create"), yaml.getString("fill"));
    }

    /**
     * One that the source has, with its keys and indexes.
     *
     * @throws IllegalArgumentException if the target has it as well and {@code overwrite} does not allow to drop it
     */
    static Table existing(Databases databases, String name, boolean overwrite)
            throws IOException, InterruptedException {
        String there = databases.target().sql(Map.of("table", name), "select to_regclass(:'table');");
        if (!there.isEmpty() && !overwrite) {
            throw new IllegalArgumentException(
                    "the target has a table " + name + ", which would be dropped: name another target, or say --overwrite");
        }
        String create = Shell.run(List.of(
                "pg_dump", "--schema-only", "--no-owner", "--no-privileges", "--table=" + name, databases.source().address()));
        String schema = schema(name).map(it -> "create schema if not exists " + it + ";\n").orElse("");
        return new Table(name, schema + create, "");
    }

    /** What stands before the point of its name. */
    static Optional<String> schema(String name) {
        int point = name.indexOf('.');
        return point < 0 ? Optional.empty() : Optional.of(name.substring(0, point));
    }

    /** A query of the number of its rows and a hash of all their values, in no order. */
    String fingerprint() {
        return "select count(*), coalesce(sum(hashtextextended(t::text, 0)::numeric), 0) from " + name + " t;";
    }
}
