package io.rapidbyte.flow;

import io.rapidbyte.flow.PooledBytes.Slab;
import java.lang.foreign.Arena;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/**
 * Off-heap memory for frames. Memory comes in powers of two, so that what one batch leaves fits the
 * next; given back, it is kept for reuse up to a cap and freed beyond it. What is on lease is bounded
 * by the edges' windows. Safe on any thread; never blocks, since a stage that waited for memory could
 * be the one whose progress frees it.
 */
public final class FramePool implements AutoCloseable {

    /** 64 MiB of idle memory: two full windows, so a run in full flow allocates nothing. */
    public static final long DEFAULT_KEPT_BYTES = 64L << 20;

    /** 4 KiB: smaller pieces save nothing. */
    static final int SMALLEST_BYTES = 4 << 10;

    /** 64 MiB: rounding up larger ones to a power of two would waste more than reuse saves. */
    static final int LARGEST_KEPT_BYTES = 64 << 20;

    /** Cache lines, and what the wide copy instructions like. */
    private static final long ALIGNMENT = 64;

    private static final Deque<Slab> NO_SLABS = new ArrayDeque<>(0);

    private final long keptLimit;
    private final Set<PooledBytes> leased = ConcurrentHashMap.newKeySet();

    // guarded by this
    private final Map<Integer, Deque<Slab>> idle = new TreeMap<>();
    private long idleBytes;
    private boolean closed;

    /**
     * A pool without memory yet.
     *
     * @param keptLimit the most bytes kept idle for reuse
     */
    public FramePool(long keptLimit) {
        this.keptLimit = keptLimit;
    }

    /** What a frame of {@code length} bytes occupies. */
    static int capacityFor(int length) {
        if (length > LARGEST_KEPT_BYTES) {
            return length;
        }
        return Math.max(SMALLEST_BYTES, Integer.highestOneBit(Math.max(length, 1) * 2 - 1));
    }

    /**
     * Leases {@code length} bytes of undefined content.
     *
     * @param owner named in leak reports
     * @throws OutOfMemoryError if the process has no off-heap memory left
     */
    PooledBytes lease(int length, String owner) {
        int capacity = capacityFor(length);
        Slab slab = reuse(capacity).orElseGet(() -> allocate(capacity));
        PooledBytes bytes = new PooledBytes(this, owner, slab, length);
        leased.add(bytes);
        return bytes;
    }

    void takeBack(PooledBytes bytes) {
        leased.remove(bytes);
        keep(bytes.slab()).forEach(Slab::free);
    }

    private static Slab allocate(int capacity) {
        Arena arena = Arena.ofShared();
        return new Slab(arena, arena.allocate(capacity, ALIGNMENT).asByteBuffer());
    }

    private synchronized Optional<Slab> reuse(int capacity) {
        Slab slab = idle.getOrDefault(capacity, NO_SLABS).pollLast();
        if (slab == null) {
            return Optional.empty();
        }
        idleBytes -= capacity;
        return Optional.of(slab);
    }

    /** Keeps {@code slab} in place of idle ones of other sizes, which are out of use by then; gives what is to be freed. */
    private synchronized List<Slab> keep(Slab slab) {
        int capacity = slab.memory().capacity();
        List<Slab> surplus = new ArrayList<>();
        if (closed || capacity > LARGEST_KEPT_BYTES || capacity > keptLimit) {
            surplus.add(slab);
            return surplus;
        }
        idle.computeIfAbsent(capacity, c -> new ArrayDeque<>()).addLast(slab);
        idleBytes += capacity;
        while (idleBytes > keptLimit) {
            Deque<Slab> victims = idle.entrySet().stream()
                    .filter(e -> e.getKey() != capacity && !e.getValue().isEmpty())
                    .map(Map.Entry::getValue)
                    .findFirst()
                    .orElseGet(() -> idle.getOrDefault(capacity, NO_SLABS));
            Slab victim = victims.removeFirst();
            idleBytes -= victim.memory().capacity();
            surplus.add(victim);
        }
        return surplus;
    }

    /** Owners of what is on lease, with the bytes they hold; empty once every run has ended. */
    public Map<String, Long> leased() {
        return leased.stream()
                .collect(Collectors.groupingBy(
                        PooledBytes::owner, TreeMap::new, Collectors.summingLong(PooledBytes::capacity)));
    }

    /** Pieces on lease. */
    public int leasedCount() {
        return leased.size();
    }

    public long leasedBytes() {
        return leased.stream().mapToLong(PooledBytes::capacity).sum();
    }

    public synchronized long idleBytes() {
        return idleBytes;
    }

    /** Frees what is idle now, and what is on lease as it comes back. */
    @Override
    public void close() {
        List<Slab> slabs;
        synchronized (this) {
            closed = true;
            slabs = idle.values().stream().flatMap(Deque::stream).toList();
            idle.clear();
            idleBytes = 0;
        }
        slabs.forEach(Slab::free);
    }
}
