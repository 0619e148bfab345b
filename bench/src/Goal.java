import io.vertx.core.json.JsonObject;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * What a way has to reach in the median.
 *
 * @param to the way of the same round that it is compared with; without one the limit is in seconds
 */
record Goal(String way, Optional<String> to, double atMost) {
    static Goal read(JsonObject yaml) {
        Yaml.allowOnly(yaml, "goals", Set.of("way", "to", "at_most"));
        return new Goal(yaml.getString("way"), Optional.ofNullable(yaml.getString("to")), yaml.getDouble("at_most"));
    }

    String verdict(Results results) {
        Figures figures = to.map(other -> results.ratio(way, other)).orElseGet(() -> results.wall(way));
        String word = figures.median() <= atMost ? "reached" : "MISSED ";
        return String.format(
                Locale.ROOT, "%s  %s%s: %s, goal %.2f", word, way, to.map(" / "::concat).orElse(", s"), figures, atMost);
    }
}
