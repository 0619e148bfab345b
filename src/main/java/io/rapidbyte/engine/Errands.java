package io.rapidbyte.engine;

import io.rapidbyte.config.Pipeline;
import io.rapidbyte.config.PipelineException;
import io.rapidbyte.connector.ConnectorInstance;
import io.rapidbyte.connector.MemoryConnectorState;
import io.rapidbyte.flow.GuestDialog;
import io.rapidbyte.flow.GuestErrand;
import io.rapidbyte.model.ConnectorError;
import io.rapidbyte.model.ConnectorException;
import io.rapidbyte.model.DiscoveredStream;
import io.rapidbyte.model.ErrorCategory;
import io.rapidbyte.model.Failure;
import io.rapidbyte.model.FailureException;
import io.rapidbyte.model.Finding;
import io.rapidbyte.model.LogSlot;
import io.rapidbyte.model.RunStatus;
import io.rapidbyte.model.StreamContext;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/** What connectors are asked outside of runs. Any thread; futures complete on {@code context}. */
final class Errands {
    private final Vertx vertx;
    private final Context context;
    private final Players players;
    private final StateStores stores;
    private final Set<GuestErrand<?>> underWay = ConcurrentHashMap.newKeySet();
    private final Set<GuestTables> compared = ConcurrentHashMap.newKeySet();

    Errands(Vertx vertx, Context context, Players players, StateStores stores) {
        this.vertx = vertx;
        this.context = context;
        this.players = players;
        this.stores = stores;
    }

    Future<CheckReport> check(Pipeline pipeline) {
        return OffLoop.call(vertx, () -> Preflight.check(players, pipeline))
                .compose(cast -> validate(cast, pipeline))
                .recover(cause -> cause instanceof PipelineException e
                        ? Future.succeededFuture(new CheckReport(e.problems(), Map.of()))
                        : Future.failedFuture(cause));
    }

    private Future<CheckReport> validate(Cast cast, Pipeline pipeline) {
        List<StreamContext> streams = ConnectorPlanner.contexts(pipeline, RunIds.next());
        List<Future<List<Finding>>> answers = new ArrayList<>();
        for (Part part : cast.parts()) {
            answers.add(
                    switch (part) {
                        case GuestPart guest ->
                            ask(guest, instance -> instance.validate(streams)).recover(Errands::finding);
                        // That it answers is all that can be known; it has done so just now.
                        case BusPart verticle -> Future.succeededFuture(List.of(there(verticle)));
                    });
        }
        return Future.all(answers).map(done -> {
            Map<String, List<Finding>> findings = new LinkedHashMap<>();
            for (int i = 0; i < answers.size(); i++) {
                findings.put(cast.parts().get(i).label(), answers.get(i).result());
            }
            return new CheckReport(List.of(), findings);
        });
    }

    private static Finding there(BusPart part) {
        return new Finding(
                Finding.Level.OK,
                Optional.empty(),
                "bus.verticle",
                "a verticle listens at " + part.verticle().address()
                        + "; it looks at its system itself, when it is opened");
    }

    /** A connector that cannot even answer has found an error. */
    private static Future<List<Finding>> finding(Throwable cause) {
        if (cause instanceof ConnectorException e) {
            return Future.succeededFuture(List.of(new Finding(
                    Finding.Level.ERROR,
                    Optional.empty(),
                    e.error().code(),
                    e.error().message())));
        }
        return Future.failedFuture(cause);
    }

    Future<List<DiscoveredStream>> discover(Pipeline pipeline) {
        return askSource(pipeline, ConnectorInstance::discover);
    }

    Future<List<LogSlot>> slots(Pipeline pipeline) {
        return stores.open(pipeline.state())
                .compose(store -> store.cursors(pipeline.name()))
                .recover(cause -> Future.failedFuture(StateFailures.explain(cause)))
                .compose(cursors -> askSource(pipeline, Slots.all(pipeline, cursors)));
    }

    /** A run beside it would find its slot gone. */
    Future<List<LogSlot>> dropSlots(Pipeline pipeline, Optional<String> named) {
        return stores.open(pipeline.state())
                .compose(store -> ErrandLease.take(vertx, store, pipeline.name(), "slots")
                        .compose(lease -> {
                            Future<List<LogSlot>> dropped = store.cursors(pipeline.name())
                                    .compose(cursors -> askSource(pipeline, Slots.drop(pipeline, cursors, named)));
                            return dropped.eventually(
                                    () -> lease.giveBack(dropped.failed() ? RunStatus.FAILED : RunStatus.SUCCEEDED));
                        }));
    }

    private <T> Future<T> askSource(Pipeline pipeline, GuestDialog.Question<T> question) {
        return OffLoop.call(vertx, () -> Preflight.checkSource(players, pipeline))
                .compose(part -> switch (part) {
                    case GuestPart guest -> ask(guest, question).recover(cause -> failed(guest, cause));
                    case BusPart verticle ->
                        Future.failedFuture(unable(verticle, "bus.no-questions", "is asked what its system holds"));
                });
    }

    private static FailureException unable(BusPart part, String code, String what) {
        return new FailureException(part.failure(
                ConnectorError.permanent(ErrorCategory.CONFIG, code, part.name() + " is a verticle, and none " + what),
                Optional.empty()));
    }

    private static <T> Future<T> failed(GuestPart part, Throwable cause) {
        if (cause instanceof ConnectorException e) {
            return Future.failedFuture(new FailureException(part.failure(e.error(), Optional.empty()), e));
        }
        return Future.failedFuture(cause);
    }

    Future<VerifyReport> verify(Pipeline pipeline, VerifyOptions options) {
        Optional<Failure> refusal = Verification.refusal(pipeline, options);
        if (refusal.isPresent()) {
            return Future.failedFuture(new FailureException(refusal.get()));
        }
        return options.repair() == VerifyOptions.Repair.NONE
                ? compare(pipeline, options, guests -> {})
                : repair(pipeline, options);
    }

    /** A run beside it would write what the repair compares. */
    private Future<VerifyReport> repair(Pipeline pipeline, VerifyOptions options) {
        return stores.open(pipeline.state())
                .compose(store -> ErrandLease.take(vertx, store, pipeline.name(), "repair"))
                .compose(lease -> {
                    Future<VerifyReport> compared = compare(pipeline, options, guests -> lease.onLost(guests::cancel));
                    // What the comparison fails with is told, whatever becomes of the lease.
                    return compared.eventually(() -> lease.giveBack(status(compared)))
                            .recover(cause -> Future.failedFuture(compared.failed() ? compared.cause() : cause));
                });
    }

    private static RunStatus status(Future<VerifyReport> done) {
        boolean failed = done.failed()
                || done.result().streams().stream().anyMatch(stream -> stream.status() == StreamVerdict.Status.FAILED);
        return failed ? RunStatus.FAILED : RunStatus.SUCCEEDED;
    }

    /** @param onStart told of the guests before they are asked anything */
    private Future<VerifyReport> compare(Pipeline pipeline, VerifyOptions options, Consumer<GuestTables> onStart) {
        return OffLoop.call(vertx, () -> Preflight.check(players, pipeline)).compose(cast -> {
            for (Part part : List.of(cast.source(), cast.destination())) {
                if (part instanceof BusPart verticle) {
                    return Future.failedFuture(unable(verticle, "verify.verticle", "can compare its rows"));
                }
            }
            GuestPart source = (GuestPart) cast.source();
            GuestPart target = (GuestPart) cast.destination();
            Promise<VerifyReport> report = Promise.promise();
            // It waits for guests most of its life, for minutes if tables are large.
            Thread.ofPlatform()
                    .daemon()
                    .name("verification of " + pipeline.name())
                    .start(() -> compare(new GuestTables(source, target), pipeline, options, onStart, report));
            return report.future();
        });
    }

    private void compare(
            GuestTables guests,
            Pipeline pipeline,
            VerifyOptions options,
            Consumer<GuestTables> onStart,
            Promise<VerifyReport> report) {
        compared.add(guests);
        onStart.accept(guests);
        Future<VerifyReport> done;
        try (guests) {
            VerifyReport found = new Verification(pipeline, options, guests).run();
            done = Future.succeededFuture(found);
        } catch (RuntimeException e) {
            done = Future.failedFuture(e);
        } finally {
            compared.remove(guests);
        }
        Future<VerifyReport> told = done;
        context.runOnContext(v -> told.onComplete(report));
    }

    private <T> Future<T> ask(GuestPart part, GuestDialog.Question<T> question) {
        GuestErrand<T> errand =
                new GuestErrand<>(part.connector(), part.role(), part.config(), new MemoryConnectorState(), question);
        underWay.add(errand);
        return errand.run(vertx, context).onComplete(done -> underWay.remove(errand));
    }

    void cancelAll() {
        underWay.forEach(GuestErrand::cancel);
        compared.forEach(GuestTables::cancel);
    }
}
