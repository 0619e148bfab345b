import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** The benchmark's data files. */
final class Yaml {
    private Yaml() {}

    @SuppressWarnings("unchecked") // the keys of these files are words
    static JsonObject read(Path file) throws IOException {
        LoadSettings settings = LoadSettings.builder().setLabel(file.toString()).build();
        Object content = new Load(settings).loadFromString(Files.readString(file));
        if (content instanceof Map<?, ?> mapping) {
            return new JsonObject((Map<String, Object>) mapping);
        }
        throw new IllegalArgumentException(file + " holds no mapping");
    }

    /** A misspelt key would leave something out without a word. */
    static void allowOnly(JsonObject mapping, Object where, Set<String> keys) {
        for (String key : mapping.fieldNames()) {
            if (!keys.contains(key)) {
                throw new IllegalArgumentException(where + ": no key " + key + " here, only " + keys);
            }
        }
    }
}
