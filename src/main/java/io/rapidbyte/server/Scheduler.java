package io.rapidbyte.server;

import io.rapidbyte.config.Pipeline;
import io.rapidbyte.config.Schedule;
import io.rapidbyte.state.RunRecord;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Runs pipelines when their schedules say so. A run's id is made of the pipeline and the time it was due at: servers that share
 * a state start one run together, and the pipeline's lease keeps runs from overlapping.
 */
final class Scheduler {
    /** Once a second; files that have not changed are not read again. */
    private static final Duration TICK = Duration.ofSeconds(1);

    private static final Logger LOG = System.getLogger(Scheduler.class.getName());
    private static final String TRIGGER = "schedule";
    private static final String ALL = "every pipeline";

    private final Vertx vertx;
    private final InstantSource clock;
    private final Shelf shelf;
    private final Books books;
    private final RunDesk desk;
    private final Audit audit;

    /** By the names of files. */
    private final Map<String, Appointment> appointments = new HashMap<>();

    /** Those whose last start was refused for now: said once. */
    private final Set<String> waiting = new HashSet<>();

    /** Of which nothing can be known at present, by the names of files, or the folder itself: said once. */
    private final Set<String> troubled = new HashSet<>();

    private boolean ticking;
    private long timer;

    Scheduler(Vertx vertx, InstantSource clock, Shelf shelf, Books books, RunDesk desk, Audit audit) {
        this.vertx = vertx;
        this.clock = clock;
        this.shelf = shelf;
        this.books = books;
        this.desk = desk;
        this.audit = audit;
    }

    void open() {
        timer = vertx.setPeriodic(TICK.toMillis(), t -> tick());
    }

    void close() {
        vertx.cancelTimer(timer);
    }

    private void tick() {
        if (ticking) {
            return;
        }
        ticking = true;
        hopeful(ALL, shelf.list().compose(this::look)).onComplete(done -> ticking = false);
    }

    /** What fails now, such as a state that cannot be opened, is tried again at the next tick, and told once. */
    private Future<?> hopeful(String what, Future<?> look) {
        return look.transform(done -> {
            if (done.succeeded()) {
                troubled.remove(what);
            } else if (troubled.add(what)) {
                LOG.log(
                        Level.WARNING,
                        () -> "the schedule of " + what + " waits: "
                                + done.cause().getMessage());
            }
            return Future.succeededFuture();
        });
    }

    private Future<?> look(List<PipelineFile> files) {
        Set<String> names = new HashSet<>();
        List<Future<?>> looks = new ArrayList<>();
        for (PipelineFile file : files) {
            Optional<Schedule> schedule = file.pipeline().flatMap(Pipeline::schedule);
            if (schedule.isPresent()) {
                names.add(file.name());
                looks.add(hopeful(
                        "pipeline " + file.name(),
                        appointment(file.name(), file.sound(), schedule.get())
                                .compose(appointment -> keep(file.name(), file.sound(), appointment))));
            }
        }
        appointments.keySet().retainAll(names);
        return Future.join(looks);
    }

    private Future<Appointment> appointment(String name, Pipeline pipeline, Schedule schedule) {
        Appointment known = appointments.get(name);
        if (known != null && known.schedule().equals(schedule)) {
            return Future.succeededFuture(known);
        }
        return books.lastRun(pipeline).map(last -> {
            Appointment made = new Appointment(schedule, clock.instant(), last.map(RunRecord::startedAt));
            appointments.put(name, made);
            return made;
        });
    }

    private Future<Void> keep(String name, Pipeline pipeline, Appointment appointment) {
        Optional<Instant> due = appointment.due(clock.instant());
        if (due.isEmpty()) {
            return Future.succeededFuture();
        }
        String key = TRIGGER + " " + pipeline.name() + " " + due.get();
        return desk.start(pipeline, TRIGGER, Optional.of(key)).transform(done -> {
            if (done.succeeded()) {
                appointment.kept();
                waiting.remove(name);
                audit.act("started run " + done.result() + " of " + pipeline.name() + ", due at " + due.get());
            } else {
                refused(name, appointment, due.get(), Refusals.of(done.cause()));
            }
            return Future.succeededFuture();
        });
    }

    private void refused(String name, Appointment appointment, Instant due, HttpProblem problem) {
        boolean again = appointment.refused(problem.passing());
        if (!again || waiting.add(name)) {
            LOG.log(
                    Level.WARNING,
                    () -> "pipeline " + name + ", due at " + due + ", " + (again ? "has to wait" : "is not run") + ": "
                            + problem.getMessage());
        }
        if (!again) {
            waiting.remove(name);
        }
    }
}
