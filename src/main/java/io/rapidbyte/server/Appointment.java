package io.rapidbyte.server;

import io.rapidbyte.config.Schedule;
import io.rapidbyte.config.Schedule.Missed;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** When a scheduled pipeline is to be run next. Knows no clock: it is told the time. */
final class Appointment {
    /** One minute: later than that a time has been missed, because the server was down or its host asleep. */
    static final Duration PUNCTUAL = Duration.ofMinutes(1);

    private final Schedule schedule;
    private Optional<Instant> next;
    private Optional<Instant> waiting = Optional.empty();

    /** @param lastRun when the pipeline was last begun to run; empty if never */
    Appointment(Schedule schedule, Instant now, Optional<Instant> lastRun) {
        this.schedule = schedule;
        this.next = schedule.times().after(now);
        if (schedule.missed() == Missed.RUN_ONCE) {
            waiting = lastRun.flatMap(schedule.times()::after).filter(time -> !time.isAfter(now));
        }
    }

    Schedule schedule() {
        return schedule;
    }

    /** The time for which a run is to be started now. The same again until it is {@link #kept} or {@link #refused} for good. */
    Optional<Instant> due(Instant now) {
        Optional<Instant> come = next.filter(time -> !time.isAfter(now));
        if (come.isPresent()) {
            boolean missed = come.get().isBefore(now.minus(PUNCTUAL));
            if (waiting.isEmpty() && (!missed || schedule.missed() == Missed.RUN_ONCE)) {
                waiting = come;
            }
            next = schedule.times().after(now);
        }
        return waiting;
    }

    /** A run was started. */
    void kept() {
        waiting = Optional.empty();
    }

    /**
     * No run could be started.
     *
     * @param forNow whether another attempt may succeed
     * @return whether there will be one
     */
    boolean refused(boolean forNow) {
        if (!forNow || schedule.missed() == Missed.SKIP) {
            waiting = Optional.empty();
        }
        return waiting.isPresent();
    }
}
