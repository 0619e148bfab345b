package io.rapidbyte.engine;

import io.rapidbyte.connector.ConnectorState;
import io.rapidbyte.flow.EdgeAddress;
import io.rapidbyte.flow.EdgeWindow;
import io.rapidbyte.flow.StageGuest;
import io.rapidbyte.flow.StagePlan;
import io.rapidbyte.model.Compression;
import io.rapidbyte.model.ConnectorRole;
import io.rapidbyte.model.Receipt;
import io.rapidbyte.model.StreamContext;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;

/** Guests in plain Java at the stages of a stream, and a destination that answers as it is told. */
final class FakeCrew implements Crew {
    private static final StagePlan.Patience SHORT =
            new StagePlan.Patience(Duration.ofMillis(300), Duration.ofMillis(500));

    private final int index;
    private final List<StageGuest.Maker> makers;

    /** What each attempt was told, in order. */
    final List<StreamContext> attempts = new CopyOnWriteArrayList<>();

    /** What the destination was asked with, in order. */
    final List<StreamContext> asked = new CopyOnWriteArrayList<>();

    /** Answers for the destination; by default it keeps no receipts. */
    Function<StreamContext, Future<Optional<Receipt>>> receipts = context -> Future.succeededFuture(Optional.empty());

    FakeCrew(int index, List<StageGuest.Maker> makers) {
        this.index = index;
        this.makers = makers;
    }

    @Override
    public List<Stage> stages(StreamContext stream, ConnectorState state) {
        attempts.add(stream);
        List<Stage> stages = new ArrayList<>();
        int last = makers.size() - 1;
        for (int i = 0; i <= last; i++) {
            ConnectorRole role =
                    i == 0 ? ConnectorRole.SOURCE : i == last ? ConnectorRole.DESTINATION : ConnectorRole.TRANSFORM;
            stages.add(new Stage(
                    new StagePlan(
                            i == 0 ? "source" : i == last ? "destination" : "transform-" + i,
                            "fake",
                            role,
                            stream,
                            i == 0 ? Optional.empty() : Optional.of(edge(stream, i - 1)),
                            i == last ? Optional.empty() : Optional.of(edge(stream, i)),
                            new EdgeWindow(4, 1 << 20),
                            Compression.NONE,
                            SHORT),
                    makers.get(i)));
        }
        return stages;
    }

    private EdgeAddress edge(StreamContext stream, int edgeIndex) {
        return new EdgeAddress(stream.run().runId(), index, stream.run().attempt(), edgeIndex);
    }

    @Override
    public Inquiry inquiry(StreamContext stream, ConnectorState state) {
        asked.add(stream);
        return new Inquiry() {
            @Override
            public Future<Optional<Receipt>> ask(Vertx vertx, Context context) {
                return receipts.apply(stream);
            }

            @Override
            public void cancel() {}
        };
    }
}
