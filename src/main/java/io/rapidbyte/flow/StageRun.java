package io.rapidbyte.flow;

import io.rapidbyte.flow.StageOutcome.Account;
import io.rapidbyte.model.ConnectorError;
import io.rapidbyte.model.ConnectorException;
import io.rapidbyte.model.ConnectorRole;
import io.rapidbyte.model.Failure;
import io.rapidbyte.model.StageTrace;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A guest's life in its stage, from start to close, on the guest thread. Tells the neighbours how it
 * ended before it closes the guest, so that they do not wait for that (I4).
 */
final class StageRun {
    private static final Logger LOG = System.getLogger(StageRun.class.getName());

    private final StagePlan plan;
    private final StageGuest.Maker maker;
    private final StagePort port;
    private final Optional<Inlet> inlet;
    private final Optional<Outlet> outlet;
    private final StageStop stop;
    private final StageTrace trace;

    // guarded by this
    private Optional<StageGuest> guest = Optional.empty();
    private boolean cancelled;

    private volatile Account account = Account.NONE;

    StageRun(
            StagePlan plan,
            StageGuest.Maker maker,
            StagePort port,
            Optional<Inlet> inlet,
            Optional<Outlet> outlet,
            StageStop stop,
            StageTrace trace) {
        this.plan = plan;
        this.maker = maker;
        this.port = port;
        this.inlet = inlet;
        this.outlet = outlet;
        this.stop = stop;
        this.trace = trace;
    }

    /** Never throws. */
    StageOutcome live() {
        long start = System.nanoTime();
        Optional<StageGuest.Summary> summary = Optional.empty();
        try {
            StageGuest made = maker.make(port, trace);
            adopt(made);
            StageGuest.Summary told = made.run();
            check(told);
            if (plan.role() == ConnectorRole.SOURCE) {
                port.placeLastBarrier(told.position());
            }
            summary = Optional.of(told);
        } catch (ConnectorException e) {
            failed(e.error());
        } catch (Throwable e) {
            // Whatever a guest or the host does wrong ends this stage and nothing else.
            LOG.log(Level.ERROR, plan.label() + " failed in the host", e);
            failed(FlowErrors.defect("stage.defect", "the host failed while " + plan.label() + " ran: " + e));
        }
        tellNeighbours(summary.isPresent());
        closeGuest();
        account =
                new Account(measured(System.nanoTime() - start), port.metrics().snapshot());
        return outcome(summary);
    }

    private void failed(ConnectorError error) {
        stop.offer(StageFailures.of(plan, error), false);
    }

    private synchronized void adopt(StageGuest made) {
        guest = Optional.of(made);
        if (cancelled) {
            made.cancel();
        }
    }

    /** Stops the guest, now or as soon as there is one. Any thread. */
    synchronized void cancel() {
        cancelled = true;
        guest.ifPresent(StageGuest::cancel);
    }

    /** A guest that says it succeeded must have done what success means. */
    private void check(StageGuest.Summary told) throws ConnectorException {
        EdgeCounts in = in();
        EdgeCounts out = out();
        if (inlet.isPresent() && !inlet.get().ended()) {
            throw defect("stage.input-left", "returned before the end of its stream");
        }
        if (outlet.isPresent() && out.batches() == 0) {
            // Even without rows the destination needs the schema (I2).
            throw defect("stage.no-schema", "emitted no batch; a stream without rows still has a schema");
        }
        if (outlet.isPresent() && told.rowsOut() != out.rows()) {
            throw defect(
                    "stage.rows-differ",
                    "says it emitted " + told.rowsOut() + " rows, but " + out.rows() + " went out");
        }
        if (inlet.isPresent() && told.rowsIn() != in.rows()) {
            throw defect("stage.rows-differ", "says it took " + told.rowsIn() + " rows, but " + in.rows() + " came in");
        }
        if (port.owesConfirmation()) {
            throw defect("stage.unconfirmed", "returned without having made every barrier durable");
        }
        Optional<StageStop.Reason> reason = stop.reason().filter(r -> !r.echo());
        if (reason.isPresent()) {
            // The guest was told and went on all the same.
            throw new ConnectorException(reason.get().failure().error());
        }
    }

    private ConnectorException defect(String code, String what) {
        return new ConnectorException(FlowErrors.defect(code, plan.label() + " " + what));
    }

    private void tellNeighbours(boolean succeeded) {
        port.releaseTaken();
        if (succeeded) {
            outlet.ifPresent(Outlet::end);
            return;
        }
        Failure failure = stop.reason().orElseThrow().failure();
        inlet.ifPresent(i -> {
            i.stop(failure.error());
            i.refuse(failure);
        });
        outlet.ifPresent(o -> o.abort(failure));
    }

    private void closeGuest() {
        Optional<StageGuest> alive;
        synchronized (this) {
            alive = guest;
        }
        try {
            if (alive.isPresent()) {
                alive.get().close();
            }
        } catch (ConnectorException e) {
            // The stream's fate is sealed; a failing close changes neither rows nor report.
            LOG.log(Level.DEBUG, () -> plan.label() + " failed to close: " + e.getMessage());
        } catch (RuntimeException | Error e) {
            LOG.log(Level.ERROR, plan.label() + " failed in the host while closing", e);
        }
    }

    private Map<String, Duration> measured(long runNanos) {
        Map<String, Duration> all = new TreeMap<>();
        synchronized (this) {
            guest.ifPresent(g -> all.putAll(g.timings()));
        }
        outlet.ifPresent(o -> part(all, "emit", Map.of("emit-wait", o.waitTime(), "compress", o.compressTime())));
        inlet.ifPresent(i -> part(all, "next", Map.of("next-wait", i.waitTime(), "decompress", port.decompressTime())));
        all.put("total", Duration.ofNanos(runNanos));
        // The thread lives as long as the guest.
        Duration cpu = ThreadCpu.used();
        Duration stood = all.getOrDefault("guest", Duration.ZERO).minus(cpu);
        if (cpu.isPositive() && stood.isPositive()) {
            // At least so long it was ready to go on and had no processor.
            part(all, "guest", Map.of("cpu-wait", stood));
        }
        all.put("cpu", cpu);
        all.values().removeIf(time -> !time.isPositive());
        return all;
    }

    /** Tells the parts of a time, and of the time itself only what is in none of them. */
    private static void part(Map<String, Duration> all, String whole, Map<String, Duration> parts) {
        all.putAll(parts);
        all.computeIfPresent(whole, (what, time) -> parts.values().stream().reduce(time, Duration::minus));
    }

    /** Time that the guest has waited for its neighbours so far. Any thread. */
    Duration waitTime() {
        return outlet.map(Outlet::waitTime)
                .orElse(Duration.ZERO)
                .plus(inlet.map(Inlet::waitTime).orElse(Duration.ZERO));
    }

    /** What the guest has told so far. Any thread. */
    GuestMetrics metrics() {
        return port.metrics();
    }

    private StageOutcome outcome(Optional<StageGuest.Summary> summary) {
        return summary.<StageOutcome>map(told -> new StageOutcome.Succeeded(told, in(), out(), account))
                .orElseGet(this::failure);
    }

    /** The outcome as far as it is known, for a guest that failed or does not end. */
    StageOutcome failure() {
        StageStop.Reason reason = stop.reason().orElseThrow();
        return new StageOutcome.Failed(reason.failure(), reason.echo(), in(), out(), account);
    }

    private EdgeCounts in() {
        return inlet.map(Inlet::taken).orElse(EdgeCounts.NONE);
    }

    private EdgeCounts out() {
        return outlet.map(Outlet::sent).orElse(EdgeCounts.NONE);
    }
}
