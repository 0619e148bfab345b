package io.rapidbyte.engine;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rapidbyte.config.Pipeline;
import io.rapidbyte.config.PipelineException;
import io.rapidbyte.config.PipelineLoader;
import io.rapidbyte.model.FailureException;
import io.rapidbyte.model.Problem;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.json.JsonObject;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Answers requests that come over the event bus. On the orchestrator's event loop; every request gets an answer. */
final class BusApi {
    /** How problems name a pipeline that came as a message. */
    private static final String FILE = "pipeline";

    private final Vertx vertx;
    private final Orchestrator orchestrator;
    private final Map<String, MessageConsumer<?>> commands = new HashMap<>();

    BusApi(Vertx vertx, Orchestrator orchestrator) {
        this.vertx = vertx;
        this.orchestrator = orchestrator;
    }

    Future<Void> open() {
        return vertx.eventBus()
                .<Object>consumer(RunAddresses.START, this::start)
                .completion();
    }

    private void start(Message<Object> request) {
        Optional<String> text = text(request, RunAddresses.PIPELINE);
        if (text.isEmpty()) {
            request.fail(RunAddresses.CODE_BAD_REQUEST, "a JSON object with a text under \"pipeline\" is needed");
            return;
        }
        if (request.body() instanceof JsonObject asked
                && !Integer.valueOf(RunAddresses.VERSION)
                        .equals(asked.getValue(RunAddresses.PROTOCOL, RunAddresses.VERSION))) {
            request.fail(
                    RunAddresses.CODE_BAD_REQUEST,
                    "this Rapidbyte speaks version " + RunAddresses.VERSION
                            + " of the bus API; send that as \"protocol\"");
            return;
        }
        String runId = RunIds.next();
        // A sender of messages has no say over this process's environment.
        OffLoop.call(vertx, () -> PipelineLoader.parse(text.get(), FILE, Map.of()))
                .compose(pipeline -> begin(runId, pipeline))
                .onComplete(done -> {
                    if (done.succeeded()) {
                        request.reply(new JsonObject()
                                .put(RunAddresses.PROTOCOL, RunAddresses.VERSION)
                                .put(RunAddresses.RUN_ID, runId));
                    } else {
                        refuse(request, done.cause());
                    }
                });
    }

    private Future<Void> begin(String runId, Pipeline pipeline) {
        ActiveRun run = orchestrator.begin(runId, pipeline, "message", event -> {});
        return run.accepted();
    }

    private static void refuse(Message<Object> request, Throwable cause) {
        if (cause instanceof PipelineException e) {
            request.fail(RunAddresses.CODE_PROBLEMS, problems(e.problems()).toString());
        } else if (cause instanceof FailureException e) {
            request.fail(
                    RunAddresses.CODE_REFUSED, ReportJson.encode(e.failure()).toString());
        } else {
            request.fail(RunAddresses.CODE_INTERNAL, "the run could not be started: " + cause);
        }
    }

    private static ArrayNode problems(List<Problem> problems) {
        ArrayNode all = JsonNodeFactory.instance.arrayNode();
        for (Problem problem : problems) {
            ObjectNode json = all.addObject();
            json.put("line", problem.line())
                    .put("column", problem.column())
                    .put("key", problem.key())
                    .put("message", problem.message());
            problem.hint().ifPresent(hint -> json.put("hint", hint));
        }
        return all;
    }

    /** Takes commands for this run until it is forgotten. */
    void listenTo(ActiveRun run) {
        commands.put(
                run.runId(),
                vertx.eventBus().<Object>consumer(RunAddresses.command(run.runId()), request -> command(run, request)));
    }

    void forget(String runId) {
        Optional.ofNullable(commands.remove(runId)).ifPresent(MessageConsumer::unregister);
    }

    private static void command(ActiveRun run, Message<Object> request) {
        String word = text(request, RunAddresses.COMMAND).orElse("");
        switch (word) {
            case RunAddresses.COMMAND_CANCEL -> {
                run.cancel();
                request.reply(status(run));
            }
            case RunAddresses.COMMAND_STATUS -> request.reply(status(run));
            default ->
                request.fail(
                        RunAddresses.CODE_BAD_REQUEST,
                        "a JSON object with \"command\": \"cancel\" or \"status\" is needed");
        }
    }

    private static JsonObject status(ActiveRun run) {
        return new JsonObject()
                .put(RunAddresses.RUN_ID, run.runId())
                .put(RunAddresses.STATUS, ReportJson.word(run.state()));
    }

    private static Optional<String> text(Message<Object> request, String key) {
        return request.body() instanceof JsonObject json && json.getValue(key) instanceof String text
                ? Optional.of(text)
                : Optional.empty();
    }
}
