package io.rapidbyte.engine;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rapidbyte.config.Origins;
import io.rapidbyte.config.Pipeline;
import io.rapidbyte.config.PipelineException;
import io.rapidbyte.config.StreamSettings;
import io.rapidbyte.config.TransformSettings;
import io.rapidbyte.connector.ConfigIssue;
import io.rapidbyte.connector.Connector;
import io.rapidbyte.connector.ConnectorCatalog;
import io.rapidbyte.model.ConnectorException;
import io.rapidbyte.model.ConnectorRole;
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
 * it at once. Blocks on files.
 */
final class Preflight {
    private final ConnectorCatalog catalog;
    private final Pipeline pipeline;
    private final List<Problem> problems = new ArrayList<>();
    private final List<Cast.Part> parts = new ArrayList<>();

    private Preflight(ConnectorCatalog catalog, Pipeline pipeline) {
        this.catalog = catalog;
        this.pipeline = pipeline;
    }

    /** The pipeline's connectors, found fit for it. */
    static Cast check(ConnectorCatalog catalog, Pipeline pipeline) throws PipelineException {
        Preflight preflight = new Preflight(catalog, pipeline);
        preflight.source();
        preflight.transforms();
        preflight.destination(pipeline.destination().writeMode());
        preflight.targets();
        return preflight.finish();
    }

    /** The pipeline's source alone. */
    static Cast.Part checkSource(ConnectorCatalog catalog, Pipeline pipeline) throws PipelineException {
        Preflight preflight = new Preflight(catalog, pipeline);
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
    static Cast.Part checkDestination(ConnectorCatalog catalog, Pipeline pipeline, WriteMode mode)
            throws PipelineException {
        Preflight preflight = new Preflight(catalog, pipeline);
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
        Optional<Connector> source = resolve(
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
            source.ifPresent(connector -> requireMode(connector, ConnectorRole.SOURCE, mode, pointer));
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
        Optional<Connector> destination = resolve(
                "destination",
                ConnectorRole.DESTINATION,
                pipeline.destination().use(),
                pipeline.destination().config(),
                pipeline.destination().narrowing(),
                "/destination");
        String mode = ReportJson.word(writeMode);
        destination.ifPresent(
                connector -> requireMode(connector, ConnectorRole.DESTINATION, mode, "/destination/write_mode"));
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

    private Optional<Connector> resolve(
            String stage, ConnectorRole role, String use, ObjectNode config, Narrowing narrowing, String pointer) {
        try {
            List<ConfigIssue> widened = new ArrayList<>();
            Connector connector = catalog.resolve(use, role).narrow(narrowing, widened);
            for (ConfigIssue issue : widened) {
                report(
                        pointer + issue.pointer(),
                        issue.message(),
                        Optional.of("a pipeline can only narrow what a manifest grants"));
            }
            for (ConfigIssue issue : connector.checkConfig(config)) {
                report(pointer + "/config" + issue.pointer(), issue.message(), Optional.empty());
            }
            parts.add(new Cast.Part(stage, role, connector, config));
            return Optional.of(connector);
        } catch (ConnectorException e) {
            report(pointer + "/use", e.error().message(), Optional.empty());
            return Optional.empty();
        }
    }

    private void requireMode(Connector connector, ConnectorRole role, String mode, String pointer) {
        List<String> modes = Optional.ofNullable(connector.manifest().roles().get(role))
                .orElseThrow()
                .modes();
        if (!modes.contains(mode)) {
            report(
                    pointer,
                    connector.manifest().shortName() + " does not support " + mode,
                    Optional.of("it supports " + String.join(", ", modes)));
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
