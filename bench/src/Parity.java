import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Two queries, one at each end, that have to have the same answer after a way. Empty ones hold always. */
record Parity(String source, String target) {
    static Optional<Parity> read(JsonObject yaml) {
        JsonObject parity = yaml.getJsonObject("parity");
        if (parity == null) {
            return Optional.empty();
        }
        Yaml.allowOnly(parity, "parity", Set.of("source", "target"));
        return Optional.of(new Parity(parity.getString("source", ""), parity.getString("target", "")));
    }

    void check(String way, Databases databases, Map<String, String> variables) throws IOException, InterruptedException {
        String there = databases.source().sql(variables, source);
        String here = databases.target().sql(variables, target);
        if (!there.equals(here)) {
            throw new IllegalStateException(way + " is not at par: the source has " + there + ", the target " + here);
        }
    }
}
