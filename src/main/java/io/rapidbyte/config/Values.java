package io.rapidbyte.config;

import io.rapidbyte.config.Variables.Resolved;
import io.rapidbyte.config.YamlNode.Mapping;
import io.rapidbyte.config.YamlNode.Refused;
import io.rapidbyte.config.YamlNode.Scalar;
import io.rapidbyte.config.YamlNode.Sequence;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Scalars to typed values; empty where a problem has been reported. Problems show a value as it stands in the
 * file, never with its variables replaced, because those carry secrets (I31).
 */
final class Values {
    private Values() {}

    static Optional<String> text(Reading reading, YamlNode node, KeyPath path) {
        return scalar(reading, node, path, "text").flatMap(value -> {
            if (value.type() == CoreSchema.TEXT || value.variable()) {
                return Optional.of(value.text());
            }
            String hint = value.type() == CoreSchema.NULL ? "give it a value or remove it" : "put it in quotes";
            return wrong(
                    reading, node, path, "must be text, not " + value.type().words(), Optional.of(hint));
        });
    }

    static <E extends Enum<E>> Optional<E> choice(Reading reading, YamlNode node, KeyPath path, Class<E> type) {
        List<String> names =
                Arrays.stream(type.getEnumConstants()).map(Values::name).toList();
        String oneOf = "one of " + String.join(", ", names);
        return scalar(reading, node, path, oneOf).flatMap(value -> {
            int index = names.indexOf(value.text());
            if (index >= 0 && isNameOf(value)) {
                return Optional.of(type.getEnumConstants()[index]);
            }
            Optional<String> near = value.variable() ? Optional.empty() : NearestName.of(value.text(), names);
            return wrong(
                    reading,
                    node,
                    path,
                    shown(node) + " is not " + oneOf,
                    near.map(name -> "did you mean " + name + "?"));
        });
    }

    static Optional<Long> number(Reading reading, YamlNode node, KeyPath path, long min, long max) {
        String range = "a whole number from " + min + " to " + max;
        return scalar(reading, node, path, range).flatMap(value -> {
            if (value.type() != CoreSchema.INT) {
                return wrong(reading, node, path, shown(node) + " is not " + range, unquote(value));
            }
            OptionalLong number = JsonValues.integer(value.text());
            if (number.isEmpty() || number.getAsLong() < min || number.getAsLong() > max) {
                return wrong(reading, node, path, shown(node) + " is not " + range, Optional.empty());
            }
            return Optional.of(number.getAsLong());
        });
    }

    static Optional<Long> bytes(Reading reading, YamlNode node, KeyPath path, long min, long max) {
        String range = "a size from " + ByteSize.format(min) + " to " + ByteSize.format(max);
        return scalar(reading, node, path, range).flatMap(value -> {
            OptionalLong size = ByteSize.parse(value.text());
            if (size.isEmpty()) {
                return wrong(
                        reading,
                        node,
                        path,
                        shown(node) + " is not " + range,
                        Optional.of("write bytes, or a whole number of kb, mb or gb such as 64mb"));
            }
            if (size.getAsLong() < min || size.getAsLong() > max) {
                return wrong(reading, node, path, shown(node) + " is not " + range, Optional.empty());
            }
            return Optional.of(size.getAsLong());
        });
    }

    /** A time as of {@link #seconds}, or in milliseconds. */
    static Optional<Duration> time(Reading reading, YamlNode node, KeyPath path, Duration min, Duration max) {
        String range =
                "a time from " + Seconds.formatMillis(min.toMillis()) + " to " + Seconds.formatMillis(max.toMillis());
        return scalar(reading, node, path, range).flatMap(value -> {
            OptionalLong millis = Seconds.parseMillis(value.text());
            if (millis.isEmpty() || millis.getAsLong() < min.toMillis() || millis.getAsLong() > max.toMillis()) {
                return wrong(
                        reading,
                        node,
                        path,
                        shown(node) + " is not " + range,
                        Optional.of("write a whole number of ms, s, m or h such as 200ms"));
            }
            return Optional.of(Duration.ofMillis(millis.getAsLong()));
        });
    }

    static Optional<Boolean> flag(Reading reading, YamlNode node, KeyPath path) {
        return scalar(reading, node, path, "true or false").flatMap(value -> switch (value.text()
                .toLowerCase(Locale.ROOT)) {
            case "true" -> Optional.of(true);
            case "false" -> Optional.of(false);
            default -> wrong(reading, node, path, shown(node) + " is not true or false", Optional.empty());
        });
    }

    static Optional<Long> seconds(Reading reading, YamlNode node, KeyPath path, long min, long max) {
        String range = "a time from " + Seconds.format(min) + " to " + Seconds.format(max);
        return scalar(reading, node, path, range).flatMap(value -> {
            OptionalLong seconds = Seconds.parse(value.text());
            if (seconds.isEmpty()) {
                return wrong(
                        reading,
                        node,
                        path,
                        shown(node) + " is not " + range,
                        Optional.of("write a whole number of s, m, h or d such as 5m"));
            }
            if (seconds.getAsLong() < min || seconds.getAsLong() > max) {
                return wrong(reading, node, path, shown(node) + " is not " + range, Optional.empty());
            }
            return Optional.of(seconds.getAsLong());
        });
    }

    /** Lower case, as files have it. */
    static String name(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    private static Optional<Resolved> scalar(Reading reading, YamlNode node, KeyPath path, String expected) {
        return switch (node) {
            case Scalar scalar -> reading.variables().resolve(scalar, path);
            case Refused refused -> Optional.empty();
            case Mapping mapping ->
                wrong(reading, node, path, "must be " + expected + ", not a mapping", Optional.empty());
            case Sequence sequence ->
                wrong(reading, node, path, "must be " + expected + ", not a list", Optional.empty());
        };
    }

    /** {@code null} is a choice of its own in {@code type_change}, and nobody should have to quote it there. */
    private static boolean isNameOf(Resolved value) {
        return value.type() == CoreSchema.TEXT
                || value.variable()
                || value.text().equals("null");
    }

    private static Optional<String> unquote(Resolved value) {
        return CoreSchema.of(value.text()) == CoreSchema.INT && !value.variable()
                ? Optional.of("remove the quotes")
                : Optional.empty();
    }

    private static String shown(YamlNode node) {
        return node instanceof Scalar scalar ? Quote.of(scalar.text()) : "this";
    }

    private static <T> Optional<T> wrong(
            Reading reading, YamlNode node, KeyPath path, String message, Optional<String> hint) {
        reading.problems().add(node.mark(), path, message, hint);
        return Optional.empty();
    }
}
