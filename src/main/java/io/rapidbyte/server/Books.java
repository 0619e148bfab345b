package io.rapidbyte.server;

import io.rapidbyte.config.Pipeline;
import io.rapidbyte.config.StateSettings;
import io.rapidbyte.engine.Engine;
import io.rapidbyte.state.RunQuery;
import io.rapidbyte.state.RunRecord;
import io.rapidbyte.state.StateStore;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/** What runs keep, over all states that the folder's pipelines name. */
final class Books {
    /** Newest first; those of the same moment in the order of their ids. */
    private static final Comparator<RunRecord> ORDER =
            Comparator.comparing(RunRecord::startedAt).reversed().thenComparing(RunRecord::runId);

    private final Engine engine;
    private final Shelf shelf;

    Books(Engine engine, Shelf shelf) {
        this.engine = engine;
        this.shelf = shelf;
    }

    Future<StateStore> of(Pipeline pipeline) {
        return engine.state(pipeline.state());
    }

    /** The state of pipelines that name none. */
    Future<StateStore> byDefault() {
        return engine.state(StateSettings.DEFAULT);
    }

    /** Each once; one that cannot be opened fails all. */
    private Future<List<StateStore>> all() {
        return shelf.list().compose(files -> {
            Set<StateSettings> settings = new LinkedHashSet<>(List.of(StateSettings.DEFAULT));
            files.forEach(file -> file.pipeline().ifPresent(pipeline -> settings.add(pipeline.state())));
            List<Future<StateStore>> opening =
                    settings.stream().map(engine::state).toList();
            return Future.all(opening)
                    .map(done -> opening.stream().map(Future::result).distinct().toList());
        });
    }

    /** A page of runs. */
    Future<List<RunRecord>> runs(Optional<Pipeline> pipeline, int limit, Optional<RunQuery.Place> after) {
        RunQuery query = new RunQuery(pipeline.map(Pipeline::name), limit, after);
        Future<List<StateStore>> stores =
                pipeline.isPresent() ? of(pipeline.get()).map(List::of) : all();
        return stores.compose(asked -> {
            List<Future<List<RunRecord>>> pages =
                    asked.stream().map(store -> store.runs(query)).toList();
            return Future.all(pages)
                    .map(done -> pages.stream()
                            .flatMap(page -> page.result().stream())
                            .sorted(ORDER)
                            .limit(limit)
                            .toList());
        });
    }

    /** With its streams. */
    Future<Optional<RunRecord>> run(String runId) {
        return all().compose(stores -> {
            List<Future<Optional<RunRecord>>> found = new ArrayList<>();
            stores.forEach(store -> found.add(store.run(runId)));
            return Future.all(found)
                    .map(done -> found.stream()
                            .flatMap(each -> each.result().stream())
                            .findFirst());
        });
    }

    /** The last runs of pipelines, without their streams. */
    record LastRuns(Map<StateSettings, Map<String, RunRecord>> byState) {
        Optional<RunRecord> of(Pipeline pipeline) {
            return Optional.ofNullable(
                    byState.getOrDefault(pipeline.state(), Map.of()).get(pipeline.name()));
        }
    }

    /** One question to each state, however many pipelines share it. */
    Future<LastRuns> lastRuns(List<Pipeline> pipelines) {
        Map<StateSettings, Set<String>> names = pipelines.stream()
                .collect(
                        Collectors.groupingBy(Pipeline::state, Collectors.mapping(Pipeline::name, Collectors.toSet())));
        Map<StateSettings, Map<String, RunRecord>> last = new HashMap<>();
        List<Future<?>> asked = new ArrayList<>();
        names.forEach((settings, sharing) -> asked.add(engine.state(settings)
                .compose(store -> store.lastRuns(List.copyOf(sharing)))
                .onSuccess(runs -> last.put(
                        settings, runs.stream().collect(Collectors.toMap(RunRecord::pipeline, Function.identity()))))));
        return Future.all(asked).map(done -> new LastRuns(last));
    }

    Future<Optional<RunRecord>> lastRun(Pipeline pipeline) {
        return lastRuns(List.of(pipeline)).map(last -> last.of(pipeline));
    }
}
