import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The pipeline file of a way. JSON is YAML. */
final class PipelineFile {
    private PipelineFile() {}

    /**
     * Writes it.
     *
     * @param name of the pipeline; its state is kept under it
     * @param settings what it has beside the two ends; {@code stream} is the stream's
     */
    static void write(Path file, String name, Databases databases, Table table, JsonObject... settings) throws IOException {
        JsonObject all = new JsonObject()
                .put("version", "1.0")
                .put("pipeline", name)
                .put("stream", new JsonObject().put("name", table.name()).put("sync_mode", "full_refresh"))
                .put("source", end("source-postgres", databases.source()))
                .put("destination", end("dest-postgres", databases.target()).put("write_mode", "append"));
        Table.schema(table.name()).ifPresent(schema ->
                all.getJsonObject("destination").getJsonObject("config").put("schema", schema));
        for (JsonObject more : settings) {
            all.mergeIn(more, true);
        }
        all.getJsonObject("source").put("streams", new JsonArray().add(all.remove("stream")));
        Files.writeString(file, all.encodePrettily());
    }

    private static JsonObject end(String connector, Database database) {
        return new JsonObject().put("use", connector).put("config", database.settings());
    }
}
