package io.rapidbyte.engine;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rapidbyte.config.Origins;
import io.rapidbyte.config.Pipeline;
import io.rapidbyte.config.PipelineException;
import io.rapidbyte.config.StreamSettings;
import io.rapidbyte.config.TransformSettings;
import io.rapidbyte.connector.ConfigIssue;
import io.rapidbyte.connector.Connector;
import io.rapidbyte.flow.BusVerticle;
import io.rapidbyte.model.ConnectorException;
import io.rapidbyte.model.ConnectorRole;
import io.rapidbyte.model.DataErrorPolicy;
import io.rapidbyte.model.Narrowing;
import io.rapidbyte.model.Problem;
import io.rapidbyte.model.WriteMode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Everything about a pipeline and its connectors that can be seen without starting a guest; all of
 * it at once. Blocks on files, and for the answers of verticles.
 */
final class Preflight {
    private final Players players;
    private final Pipeline pipeline;
    private final List<Problem> problems = new ArrayList<>();
    private final List<Part> parts = new ArrayList<>();

    private Preflight(Players players, Pipeline pipeline) {
        this.players = players;
        this.pipeline = pipeline;
    }

    /** The pipeline's connectors, found fit for it. */
    static Cast check(Players players, Pipeline pipeline) throws PipelineException {
        Preflight preflight = new Preflight(players, pipeline);
        preflight.source();
        preflight.transforms();
        preflight.destination(pipeline.destination().writeMode());
        preflight.targets();
        return preflight.finish();
    }

    /** The pipeline's source alone. */
    static Part checkSource(Players players, Pipeline pipeline) throws PipelineException {
        Preflight preflight = new Preflight(players, pipeline);
        preflight.resolve(
                "source",
                ConnectorRole.SOURCE,
                pipeline.source().use(),
                pipeline.source().config(),
                pipeline.source().narrowing(),
                "/source");
        return preflight.finish().parts().getFirst();
    }

    /** The pipeline's destination alone, to be written in {@code mode}. */
    static Part checkDestination(Players players, Pipeline pipeline, WriteMode mode) throws PipelineException {
        Preflight preflight = new Preflight(players, pipeline);
        preflight.destination(mode);
        return preflight.finish().parts().getFirst();
    }

    private Cast finish() throws PipelineException {
        if (!problems.isEmpty()) {
            throw new PipelineException(problems);
        }
        return new Cast(parts);
    }

    private void source() {
        Optional<Part> source = resolve(
                "source",
                ConnectorRole.SOURCE,
                pipeline.source().use(),
                pipeline.source().config(),
                pipeline.source().narrowing(),
                "/source");
        List<StreamSettings> streams = pipeline.source().streams();
        for (int i = 0; i < streams.size(); i++) {
            String mode = ReportJson.word(streams.get(i).syncMode());
            String pointer = "/source/streams/" + i + "/sync_mode";
            source.ifPresent(part -> requireMode(part, mode, pointer));
        }
    }

    private void transforms() {
        List<TransformSettings> transforms = pipeline.transforms();
        for (int i = 0; i < transforms.size(); i++) {
            TransformSettings transform = transforms.get(i);
            resolve(
                    "transform-" + (i + 1),
                    ConnectorRole.TRANSFORM,
                    transform.use(),
                    transform.config(),
                    transform.narrowing(),
                    "/transforms/" + i);
        }
    }

    private void destination(WriteMode writeMode) {
        Optional<Part> destination = resolve(
                "destination",
                ConnectorRole.DESTINATION,
                pipeline.destination().use(),
                pipeline.destination().config(),
                pipeline.destination().narrowing(),
                "/destination");
        String mode = ReportJson.word(writeMode);
        destination.ifPresent(part -> {
            requireMode(part, mode, "/destination/write_mode");
            if (part instanceof BusPart && pipeline.destination().policies().onDataError() != DataErrorPolicy.FAIL) {
                report(
                        "/destination/on_data_error",
                        "a verticle rejects no single rows, so none can be skipped or kept",
                        Optional.of("use on_data_error: fail"));
            }
        });
    }

    /** Two streams that land in one table would overwrite or mix each other's rows. */
    private void targets() {
        Map<String, String> streamByTable = new HashMap<>();
        List<StreamSettings> streams = pipeline.source().streams();
        for (int i = 0; i < streams.size(); i++) {
            String name = streams.get(i).name();
            String table = TargetTable.of(name);
            String other = streamByTable.putIfAbsent(table, name);
            if (other != null) {
                report(
                        "/source/streams/" + i + "/name",
                        "stream " + name + " lands in the same table as stream " + other + ": " + table,
                        Optional.of("put one of them into a pipeline of its own, with another destination schema"));
            }
        }
    }

    private Optional<Part> resolve(
            String stage, ConnectorRole role, String use, ObjectNode config, Narrowing narrowing, String pointer) {
        try {
            Part part = Players.isVerticle(use)
                    ? verticle(stage, role, use, config, narrowing, pointer)
                    : connector(stage, role, use, config, narrowing, pointer);
            parts.add(part);
            return Optional.of(part);
        } catch (ConnectorException e) {
            report(pointer + "/use", e.error().message(), Optional.empty());
            return Optional.empty();
        }
    }

    private Part connector(
            String stage, ConnectorRole role, String use, ObjectNode config, Narrowing narrowing, String pointer)
            throws ConnectorException {
        List<ConfigIssue> widened = new ArrayList<>();
        Connector connector = players.connector(use, role).narrow(narrowing, widened);
        for (ConfigIssue issue : widened) {
            report(
                    pointer + issue.pointer(),
                    issue.message(),
                    Optional.of("a pipeline can only narrow what a manifest grants"));
        }
        for (ConfigIssue issue : connector.checkConfig(config)) {
            report(pointer + "/config" + issue.pointer(), issue.message(), Optional.empty());
        }
        return new GuestPart(stage, role, connector, config);
    }

    /** It is there and can do this: found out before anything is touched. */
    private Part verticle(
            String stage, ConnectorRole role, String use, ObjectNode config, Narrowing narrowing, String pointer)
            throws ConnectorException {
        if (!narrowing.equals(Narrowing.NONE)) {
            report(
                    pointer + "/use",
                    "a verticle has no sandbox that could be narrowed",
                    Optional.of("remove permissions and limits"));
        }
        BusVerticle verticle = players.verticle(use);
        return new BusPart(stage, role, verticle, verticle.describe(role), config);
    }

    private void requireMode(Part part, String mode, String pointer) {
        if (!part.modes().contains(mode)) {
            report(
                    pointer,
                    part.name() + " does not support " + mode,
                    Optional.of("it supports " + String.join(", ", part.modes())));
        }
    }

    private void report(String pointer, String message, Optional<String> hint) {
        Origins origins = pipeline.origins();
        Origins.Mark mark = origins.locate(pointer);
        problems.add(new Problem(origins.file(), mark.line(), mark.column(), dotted(pointer), message, hint));
    }

    /** {@code /source/streams/0/name} as {@code source.streams[0].name}. */
    private static String dotted(String pointer) {
        StringBuilder key = new StringBuilder();
        for (String part : pointer.substring(1).split("/", -1)) {
            if (!part.isEmpty() && part.chars().allMatch(c -> c >= '0' && c <= '9')) {
                key.append('[').append(part).append(']');
            } else {
                key.append(key.isEmpty() ? "" : ".")
                        .append(part.replace("~1", "/").replace("~0", "~"));
            }
        }
        return key.toString();
    }
}
