package io.rapidbyte.model;

import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What held a stream up: the stage that waited least for the others, and what that stage did most of the time.
 *
 * @param stage such as {@code destination}
 * @param activity what the stage did, by its name in the timings, such as {@code copy}
 * @param share of the stage's whole time, from 0 to 1, that went to it
 */
public record Bottleneck(String stage, String activity, double share) {
    /** All of a stage's time, of which the others are parts. */
    private static final String TOTAL = "total";

    /** A measure of its own, no part of the total. */
    private static final String CPU = "cpu";

    /** A stage that waits for its neighbours is not what holds the stream up. */
    private static final Set<String> WAITS = Set.of("emit-wait", "next-wait");

    private static final double PERCENT = 100;

    private record Stage(String name, Duration total, Map<String, Duration> busy) {
        double share(Duration part) {
            return (double) part.toNanos() / total.toNanos();
        }

        double busyShare() {
            return share(busy.values().stream().reduce(Duration.ZERO, Duration::plus));
        }
    }

    /** The bottleneck in timings by stage and activity, such as {@code source.fetch}; empty if no stage took any time. */
    public static Optional<Bottleneck> of(Map<String, Duration> timings) {
        Map<String, Map<String, Duration>> byStage = new HashMap<>();
        timings.forEach((key, time) -> {
            int dot = key.indexOf('.');
            if (dot > 0) {
                byStage.computeIfAbsent(key.substring(0, dot), stage -> new HashMap<>())
                        .put(key.substring(dot + 1), time);
            }
        });
        return byStage.entrySet().stream()
                .map(stage -> stage(stage.getKey(), stage.getValue()))
                .filter(stage -> stage.total().isPositive() && !stage.busy().isEmpty())
                .max(Comparator.comparingDouble(Stage::busyShare).thenComparing(Stage::name))
                .map(Bottleneck::of);
    }

    private static Stage stage(String name, Map<String, Duration> times) {
        Map<String, Duration> busy = new HashMap<>(times);
        Duration total = Optional.ofNullable(busy.remove(TOTAL)).orElse(Duration.ZERO);
        busy.remove(CPU);
        busy.keySet().removeAll(WAITS);
        return new Stage(name, total, busy);
    }

    private static Bottleneck of(Stage stage) {
        return stage.busy().entrySet().stream()
                .max(Map.Entry.<String, Duration>comparingByValue().thenComparing(Map.Entry.comparingByKey()))
                .map(most -> new Bottleneck(stage.name(), most.getKey(), stage.share(most.getValue())))
                .orElseThrow();
    }

    /** In words, such as {@code destination-bound: 81 % in COPY}. */
    @Override
    public String toString() {
        return stage + "-bound: " + Math.round(share * PERCENT) + " % " + words();
    }

    private String words() {
        return switch (activity) {
            case "module-load" -> "loading the connector";
            case "cpu-wait" -> "waiting for a processor";
            case "guest" -> "in the connector's own code";
            case "connect" -> "connecting";
            case "query" -> "in statements";
            case "fetch", "socket-read" -> "waiting for rows";
            case "copy" -> "in COPY";
            case "socket-write" -> "sending";
            case "flush" -> "waiting until the rows were taken";
            case "merge" -> "merging staged rows";
            case "index" -> "building indexes";
            case "commit" -> "in COMMIT";
            case "emit", "next" -> "copying batches";
            case "compress" -> "compressing";
            case "decompress" -> "decompressing";
            case "checkpoint" -> "saving checkpoints";
            case "state" -> "in the connector's state";
            default -> "in " + activity.toLowerCase(Locale.ROOT);
        };
    }
}
