package io.rapidbyte.flow;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What a guest has told of itself in numbers. Written by the guest thread, read by any. Names are few: the host drops
 * what is beyond its bounds before it gets here (I32).
 */
final class GuestMetrics {
    private record Observations(long count, double sum, double least, double most) {
        static Observations of(double value) {
            return new Observations(1, value, value, value);
        }

        Observations plus(Observations more) {
            return new Observations(
                    count + more.count, sum + more.sum, Math.min(least, more.least), Math.max(most, more.most));
        }
    }

    private final Map<String, Double> numbers = new ConcurrentHashMap<>();
    private final Map<String, Observations> observations = new ConcurrentHashMap<>();

    /** {@code kind} as in the contract: a counter adds up, a gauge replaces, a histogram observes. */
    void tell(String name, String kind, double value) {
        switch (kind) {
            case "counter" -> numbers.merge(name, value, Double::sum);
            case "histogram" -> observations.merge(name, Observations.of(value), Observations::plus);
            default -> numbers.put(name, value);
        }
    }

    /** The numbers so far; an observed one as its {@code .count}, {@code .sum}, {@code .min} and {@code .max}. */
    Map<String, Double> snapshot() {
        Map<String, Double> all = new TreeMap<>(numbers);
        observations.forEach((name, seen) -> {
            all.put(name + ".count", (double) seen.count());
            all.put(name + ".sum", seen.sum());
            all.put(name + ".min", seen.least());
            all.put(name + ".max", seen.most());
        });
        return all;
    }

    /** One number, or {@code otherwise} if it was not told. */
    double get(String name, double otherwise) {
        return numbers.getOrDefault(name, otherwise);
    }
}
