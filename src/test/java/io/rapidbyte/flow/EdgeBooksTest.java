package io.rapidbyte.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.rapidbyte.model.ConnectorException;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The two ends' books, without a bus between them. */
class EdgeBooksTest {
    private static final EdgeAddress EDGE = new EdgeAddress("r", 0, 1, 0);

    @Test
    void nothing_is_sent_before_the_first_grant() {
        assertThat(new CreditLedger(EDGE, new EdgeWindow(4, 100)).admits(1)).isFalse();
    }

    @Test
    void the_window_bounds_frames() throws ConnectorException {
        CreditLedger ledger = new CreditLedger(EDGE, new EdgeWindow(2, 100));
        ledger.grantThrough(2);
        assertThat(ledger.take(1)).isEqualTo(1);
        assertThat(ledger.take(1)).isEqualTo(2);
        assertThat(ledger.admits(1)).isFalse();
        assertThatIllegalStateException().isThrownBy(() -> ledger.take(1));
        ledger.grantThrough(3);
        assertThat(ledger.take(1)).isEqualTo(3);
    }

    @Test
    void the_window_bounds_bytes() throws ConnectorException {
        CreditLedger ledger = new CreditLedger(EDGE, new EdgeWindow(8, 100));
        ledger.grantThrough(8);
        ledger.take(60);
        assertThat(ledger.admits(40)).isTrue();
        assertThat(ledger.admits(41)).isFalse();
        ledger.grantThrough(9);
        assertThat(ledger.admits(100)).isTrue();
    }

    @Test
    void a_frame_larger_than_the_window_passes_alone() throws ConnectorException {
        CreditLedger ledger = new CreditLedger(EDGE, new EdgeWindow(8, 100));
        ledger.grantThrough(8);
        ledger.take(10);
        assertThat(ledger.admits(500)).isFalse();
        ledger.grantThrough(9);
        assertThat(ledger.admits(500)).isTrue();
        ledger.take(500);
        assertThat(ledger.admits(0)).isFalse();
    }

    @Test
    void a_later_grant_makes_up_for_a_lost_one() throws ConnectorException {
        CreditLedger ledger = new CreditLedger(EDGE, new EdgeWindow(2, 100));
        ledger.grantThrough(2);
        ledger.take(50);
        ledger.take(50);
        assertThat(ledger.grantThrough(4)).isTrue();
        assertThat(ledger.inflightBytes()).isZero();
        assertThat(ledger.grantThrough(3)).isFalse();
    }

    @Test
    void a_grant_for_frames_never_sent_is_refused() throws ConnectorException {
        CreditLedger ledger = new CreditLedger(EDGE, new EdgeWindow(2, 100));
        ledger.grantThrough(2);
        assertThatExceptionOfType(ConnectorException.class)
                .isThrownBy(() -> ledger.grantThrough(3))
                .satisfies(e -> assertThat(e.error().code()).isEqualTo("flow.grant-beyond-sent"));
    }

    /** I3. */
    @Test
    void a_gap_a_repeat_an_overrun_and_a_late_frame_are_errors() throws ConnectorException {
        InletQueue queue = new InletQueue(EDGE, new EdgeWindow(2, 100));
        queue.offer(barrier(1));
        assertRefused(queue, barrier(3), "flow.sequence-gap");
        assertRefused(queue, barrier(1), "flow.sequence-gap");
        queue.offer(barrier(2));
        assertRefused(queue, barrier(3), "flow.window-overrun");
        queue.offer(new Frame.End(3, EdgeCounts.NONE));
        assertRefused(queue, barrier(4), "flow.frame-after-end");
        assertRefused(queue, new Frame.End(4, EdgeCounts.NONE), "flow.frame-after-end");
    }

    @Test
    void a_frame_lost_while_the_upstream_waits_is_noticed() throws ConnectorException {
        InletQueue queue = new InletQueue(EDGE, new EdgeWindow(2, 100));
        queue.offer(barrier(1));
        queue.requireArrived(1);
        assertThatExceptionOfType(ConnectorException.class).isThrownBy(() -> queue.requireArrived(2));
    }

    @Test
    void an_end_whose_counts_differ_is_an_error() {
        InletQueue queue = new InletQueue(EDGE, new EdgeWindow(2, 100));
        assertRefused(queue, new Frame.End(1, new EdgeCounts(1, 10, 100)), "flow.counts-differ");
    }

    /** Random schedules with lost grants: order holds, no bound is passed, and everything arrives. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 5, 8, 13, 21, 34, 55, 89})
    void every_schedule_delivers_in_order_within_the_window(long seed) throws ConnectorException {
        Random random = new Random(seed);
        EdgeWindow window = new EdgeWindow(1 + random.nextInt(6), 1 + random.nextInt(200));
        CreditLedger ledger = new CreditLedger(EDGE, window);
        InletQueue queue = new InletQueue(EDGE, window);
        ArrayDeque<Frame> wire = new ArrayDeque<>();
        ArrayDeque<Long> sizes = new ArrayDeque<>();
        long inflight = 0;
        long taken = 0;
        int total = 500;
        int sent = 0;
        long nextSize = random.nextInt(120);
        Optional<Frame> held = Optional.empty();
        while (taken < total) {
            switch (random.nextInt(5)) {
                case 0 -> {
                    if (sent < total && ledger.admits(nextSize)) {
                        wire.add(barrier(ledger.take(nextSize)));
                        sizes.add(nextSize);
                        inflight += nextSize;
                        sent++;
                        assertThat(sizes).as("seed %d", seed).hasSizeLessThanOrEqualTo(window.frames());
                        assertThat(inflight <= window.bytes() || sizes.size() == 1)
                                .as("seed %d: %d bytes under way", seed, inflight)
                                .isTrue();
                        nextSize = random.nextInt(120);
                    }
                }
                case 1 -> {
                    if (!wire.isEmpty()) {
                        queue.offer(wire.remove());
                    }
                }
                case 2 -> held = held.isEmpty() ? queue.poll() : held;
                case 3 -> {
                    if (held.isPresent()) {
                        assertThat(held.get().sequence()).as("seed %d", seed).isEqualTo(++taken);
                        queue.consumed(held.get());
                        held = Optional.empty();
                        inflight -= sizes.remove();
                        if (random.nextBoolean()) {
                            ledger.grantThrough(queue.grantedThrough());
                        }
                    }
                }
                default -> ledger.grantThrough(queue.grantedThrough());
            }
        }
        assertThat(ledger.grantThrough(queue.grantedThrough()) || ledger.inflightBytes() == 0)
                .isTrue();
        assertThat(ledger.inflightBytes()).isZero();
    }

    private static void assertRefused(InletQueue queue, Frame frame, String code) {
        assertThatExceptionOfType(ConnectorException.class)
                .isThrownBy(() -> queue.offer(frame))
                .satisfies(e -> assertThat(e.error().code()).isEqualTo(code));
    }

    private static Frame barrier(long sequence) {
        return new Frame.Barrier(sequence, sequence, "", false);
    }
}
