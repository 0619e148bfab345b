package io.rapidbyte.server;

import io.rapidbyte.engine.RunHandle;
import io.rapidbyte.model.RunEvent;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Cancels each run once all its streams that are under way have saved a checkpoint: then the next has nothing to read again. */
final class Draining {
    private record Waiting(RunHandle run, Set<String> saved) {}

    private final FeedHub hub;
    private final Map<String, Waiting> waiting = new HashMap<>();

    Draining(FeedHub hub, List<RunHandle> active) {
        this.hub = hub;
        active.forEach(run -> waiting.put(run.runId(), new Waiting(run, new HashSet<>())));
    }

    void begin() {
        hub.listen(this::hear);
    }

    private void hear(RunEvent event) {
        Waiting run = waiting.get(event.runId());
        if (run == null) {
            return;
        }
        if (event instanceof RunEvent.FrontierCommitted frontier && !frontier.last()) {
            run.saved().add(frontier.streamName());
        }
        boolean settled = event instanceof RunEvent.FrontierCommitted || event instanceof RunEvent.StreamFinished;
        if (settled
                && !run.saved().isEmpty()
                && hub.progress(event.runId())
                        .filter(progress -> progress.onlyRuns(run.saved()))
                        .isPresent()) {
            waiting.remove(event.runId());
            run.run().cancel();
        }
    }
}
