import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * A way to do what a scenario is about, ours or another's. Read from {@code ways.yaml}, which holds what scenarios share, or from the scenario, which may
 * {@code use} one of those and say what is different.
 *
 * @param name in the figures
 * @param needs programs without which it is left out, loudly; {@code image} is the runtime image of this build
 * @param action what is timed
 * @param pipeline what its pipeline file has beside the scenario's settings
 * @param primed whether its pipeline runs once before, untimed
 * @param target how it finds the target
 * @param before SQL at the target, just before it
 * @param parity what has to hold after it, if not what the scenario says
 */
record Way(
        String name,
        List<String> needs,
        Action action,
        JsonObject pipeline,
        boolean primed,
        Optional<Start> target,
        String before,
        Optional<Parity> parity) {

    private static final Set<String> KEYS = Set.of(
            "use", "name", "needs", "shell", "warm", "pipeline", "primed", "target", "before", "parity");

    /** The target table before a way. */
    enum Start {
        /** just made */
        EMPTY,
        /** just made and filled as the source was */
        FILLED,
        /** as the way before left it */
        KEPT;

        static Optional<Start> read(JsonObject yaml) {
            return Optional.ofNullable(yaml.getString("target")).map(word -> valueOf(word.toUpperCase(Locale.ROOT)));
        }
    }

    sealed interface Action {}

    /** A process, from start to exit. {@code $SOURCE}, {@code $TARGET}, {@code $TABLE}, {@code $PIPELINE} and others say where. */
    record Command(String shell) implements Action {}

    /** A request to an engine that stays up: {@code run}, or the verdict that a verification has to come to. */
    record Request(String word) implements Action {}

    static Way read(Object entry, JsonObject shared) {
        JsonObject yaml = entry instanceof String name ? new JsonObject().put("use", name) : (JsonObject) entry;
        Yaml.allowOnly(yaml, yaml.getString("name"), KEYS);
        String use = yaml.getString("use");
        if (use != null) {
            JsonObject base = shared.getJsonObject(use);
            if (base == null) {
                throw new IllegalArgumentException("bench/ways.yaml has no " + use);
            }
            yaml = new JsonObject().put("name", use).mergeIn(base, true).mergeIn(yaml, true);
        }
        String shell = yaml.getString("shell");
        return new Way(
                yaml.getString("name"),
                yaml.getJsonArray("needs", new JsonArray()).stream().map(String::valueOf).toList(),
                shell != null ? new Command(shell) : new Request(yaml.getString("warm")),
                yaml.getJsonObject("pipeline", new JsonObject()),
                yaml.getBoolean("primed", false),
                Start.read(yaml),
                yaml.getString("before", ""),
                Parity.read(yaml));
    }
}
