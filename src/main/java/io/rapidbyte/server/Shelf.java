package io.rapidbyte.server;

import io.rapidbyte.config.Pipeline;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Predicate;

/** The {@link PipelineFolder} for event loops. */
final class Shelf {
    private final Vertx vertx;
    private final PipelineFolder folder;

    Shelf(Vertx vertx, PipelineFolder folder) {
        this.vertx = vertx;
        this.folder = folder;
    }

    Future<List<PipelineFile>> list() {
        return call(folder::list);
    }

    /** Fails with a problem where there is none. */
    Future<PipelineFile> get(String name) {
        return call(() -> folder.find(name)
                .orElseThrow(() -> HttpProblem.notFound("there is no pipeline " + name
                        + " in the server's folder; /api/v1/pipelines lists those there are")));
    }

    /** Fails with a problem where there is none, or one whose file has problems. */
    Future<Pipeline> sound(String name) {
        return get(name).map(PipelineFile::sound);
    }

    Future<PipelineFile> parse(String name, String text) {
        return call(() -> folder.parse(name, text));
    }

    /** As {@link PipelineFolder#store}. */
    Future<Boolean> store(PipelineFile file, Predicate<Optional<PipelineFile>> expected) {
        return call(() -> folder.store(file, expected));
    }

    private <T> Future<T> call(Callable<T> work) {
        return vertx.executeBlocking(work, false).map(Objects::requireNonNull);
    }
}
