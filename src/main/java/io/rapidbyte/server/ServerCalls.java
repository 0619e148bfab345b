package io.rapidbyte.server;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rapidbyte.connector.ConnectorListing;
import io.rapidbyte.engine.Engine;
import io.rapidbyte.engine.ListingJson;
import io.rapidbyte.engine.ReportJson;
import io.rapidbyte.telemetry.Telemetry;
import io.vertx.core.Future;
import java.util.List;
import java.util.Optional;

/** What can be asked of the server itself. */
final class ServerCalls {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private final Engine engine;
    private final Books books;
    private final RunDesk desk;
    private final ApiDescription description;
    private final Telemetry telemetry;

    private final Lately<Engine, ObjectNode> connectors = new Lately<>();

    ServerCalls(Engine engine, Books books, RunDesk desk, ApiDescription description, Telemetry telemetry) {
        this.telemetry = telemetry;
        this.engine = engine;
        this.books = books;
        this.desk = desk;
        this.description = description;
    }

    Future<Answer> live(Call call) {
        return Future.succeededFuture(up());
    }

    private static Answer up() {
        return Answer.ok(NODES.objectNode().put("status", "up"));
    }

    Future<Answer> ready(Call call) {
        if (desk.closed()) {
            throw HttpProblem.unavailable("the server is shutting down");
        }
        return books.byDefault()
                .map(store -> up())
                .recover(cause -> Future.failedFuture(HttpProblem.unavailable("the state cannot be opened")));
    }

    Future<Answer> describe(Call call) {
        return Future.succeededFuture(new Answer.Text("application/yaml", description.text()));
    }

    Future<Answer> metrics(Call call) {
        return Future.succeededFuture(new Answer.Text(Telemetry.MEDIA_TYPE, telemetry.scrape()));
    }

    Future<Answer> version(Call call) {
        boolean compiler = ModuleLayer.boot().findModule("jdk.graal.compiler").isPresent();
        return Future.succeededFuture(Answer.ok(NODES.objectNode()
                .put(
                        "version",
                        Optional.ofNullable(ServerCalls.class.getPackage().getImplementationVersion())
                                .orElse("development"))
                .put("api", "v1")
                .put("java", System.getProperty("java.vendor") + " " + Runtime.version())
                .put("wasm", compiler ? "compiled" : "interpreted")
                .put("role", ReportJson.word(call.role()))));
    }

    /** Each module is read whole for its checksum, so not for everybody who asks. */
    Future<Answer> connectors(Call call) {
        return connectors
                .get(engine, () -> engine.connectors().map(ServerCalls::json))
                .map(Answer::ok);
    }

    private static ObjectNode json(List<ConnectorListing> listings) {
        ObjectNode json = NODES.objectNode();
        ArrayNode connectors = json.putArray("connectors");
        listings.forEach(listing -> connectors.add(ListingJson.connector(listing)));
        return json;
    }
}
