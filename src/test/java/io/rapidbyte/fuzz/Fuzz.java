package io.rapidbyte.fuzz;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/**
 * Changes samples at random and hands them to a parser, which may accept them or refuse them in the way it declares,
 * and may neither think nor allocate without bound. By default always the same changes; with {@code -Dfuzz.minutes=n} new ones
 * for so long, from {@code -Dfuzz.seed} or the clock.
 *
 * <p>What was found once lies in {@code src/test/resources/fuzz/<parser>} and comes first, unchanged and as a sample.
 */
public final class Fuzz {
    private static final long SEED = 20_261_121L;

    /** Of processor time, which does not grow with what else the machine does. */
    private static final Duration MOST_TIME = Duration.ofSeconds(5);

    private static final int MOST_CHANGES = 6;
    private static final int MOST_INSERTED_BYTES = 16;

    /** Numbers that lie beside limits, in the sizes that formats have. */
    private static final long[] TELLING = {0, 1, -1, 0x7f, 0x80, 0xff, 0x7fff, 0xffff, 0x7fff_ffffL, 0x8000_0000L, -8};

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private final String parser;
    private final List<byte[]> samples = new ArrayList<>();
    private final List<byte[]> found;
    private long mostAllocatedBytes = 64L << 20;

    /** What is fed. Returns if it accepts or properly refuses; whatever it throws is a find. */
    @FunctionalInterface
    public interface Parser {
        void eat(byte[] bytes) throws Exception;
    }

    private Fuzz(String parser) {
        this.parser = parser;
        this.found = found(Path.of("src/test/resources/fuzz", parser));
        samples.addAll(found);
    }

    /**
     * Begins without a sample, but for what was found before.
     *
     * @param parser names it in messages and in the folder of what was found
     */
    public static Fuzz of(String parser) {
        return new Fuzz(parser);
    }

    public Fuzz sample(byte[] bytes) {
        samples.add(bytes);
        return this;
    }

    /** The most that one input may make the parser allocate on the heap. */
    public Fuzz allocating(long mostBytes) {
        mostAllocatedBytes = mostBytes;
        return this;
    }

    private static List<byte[]> found(Path folder) {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            List<byte[]> all = new ArrayList<>();
            for (Path file : files.sorted().toList()) {
                all.add(Files.readAllBytes(file));
            }
            return all;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Feeds what was found before, then {@code rounds} changed samples, or more where minutes were asked for. */
    public void feed(int rounds, Parser parser) {
        found.forEach(bytes -> eat(parser, bytes, "found before"));
        long minutes = Long.getLong("fuzz.minutes", 0);
        long seed = Long.getLong("fuzz.seed", minutes == 0 ? SEED : System.nanoTime());
        long end = System.nanoTime() + Duration.ofMinutes(minutes).toNanos();
        for (long round = 0; minutes == 0 ? round < rounds : System.nanoTime() < end; round++) {
            Random random = new Random(seed * 1_000_003 + round);
            eat(parser, changed(random), "seed " + seed + ", round " + round);
        }
    }

    private void eat(Parser target, byte[] bytes, String label) {
        long cpu = THREADS.getCurrentThreadCpuTime();
        long allocated = THREADS.getCurrentThreadAllocatedBytes();
        try {
            target.eat(bytes);
        } catch (Throwable e) {
            throw find(bytes, label + ": " + e, e);
        }
        long time = THREADS.getCurrentThreadCpuTime() - cpu;
        if (time > MOST_TIME.toNanos()) {
            throw find(bytes, label + ": took " + Duration.ofNanos(time), null);
        }
        long memory = THREADS.getCurrentThreadAllocatedBytes() - allocated;
        if (memory > mostAllocatedBytes) {
            throw find(bytes, label + ": allocated " + memory + " bytes", null);
        }
    }

    private AssertionError find(byte[] bytes, String message, @org.jspecify.annotations.Nullable Throwable cause) {
        try {
            Path file = Files.createDirectories(Path.of("target/fuzz", parser))
                    .resolve(Integer.toHexString(java.util.Arrays.hashCode(bytes)));
            Files.write(file, bytes);
            return new AssertionError(parser + ", " + message + "; the input is in " + file, cause);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private byte[] changed(Random random) {
        byte[] bytes = samples.get(random.nextInt(samples.size()));
        for (int left = 1 + random.nextInt(MOST_CHANGES); left > 0; left--) {
            bytes = change(bytes, random);
        }
        return bytes;
    }

    private byte[] change(byte[] bytes, Random random) {
        int at = random.nextInt(bytes.length + 1);
        int end = Math.min(bytes.length, at + random.nextInt(MOST_INSERTED_BYTES));
        return switch (random.nextInt(8)) {
            case 0 -> joined(bytes, at, new byte[0], end);
            case 1 -> joined(bytes, at, some(random), at);
            case 2 -> joined(bytes, at, some(random), end);
            case 3 -> joined(bytes, end, java.util.Arrays.copyOfRange(bytes, at, end), end);
            case 4 -> java.util.Arrays.copyOf(bytes, at);
            case 5 -> spliced(bytes, at, random);
            case 6 -> flipped(bytes, random);
            default -> withNumber(bytes, at, random);
        };
    }

    private static byte[] some(Random random) {
        byte[] some = new byte[1 + random.nextInt(MOST_INSERTED_BYTES)];
        random.nextBytes(some);
        return some;
    }

    private byte[] spliced(byte[] bytes, int at, Random random) {
        byte[] other = samples.get(random.nextInt(samples.size()));
        int from = random.nextInt(other.length + 1);
        return joined(bytes, at, java.util.Arrays.copyOfRange(other, from, other.length), bytes.length);
    }

    private static byte[] flipped(byte[] bytes, Random random) {
        byte[] flipped = bytes.clone();
        if (bytes.length > 0) {
            flipped[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
        }
        return flipped;
    }

    private static byte[] withNumber(byte[] bytes, int at, Random random) {
        byte[] changed = bytes.clone();
        long number = TELLING[random.nextInt(TELLING.length)];
        int size = 1 << random.nextInt(4);
        for (int i = 0; i < size && at + i < changed.length; i++) {
            changed[at + i] = (byte) (number >> (8 * i));
        }
        return changed;
    }

    /** The bytes before {@code until}, others, and the bytes from {@code from} on. */
    private static byte[] joined(byte[] bytes, int until, byte[] middle, int from) {
        byte[] joined = new byte[until + middle.length + bytes.length - from];
        System.arraycopy(bytes, 0, joined, 0, until);
        System.arraycopy(middle, 0, joined, until, middle.length);
        System.arraycopy(bytes, from, joined, until + middle.length, bytes.length - from);
        return joined;
    }
}
