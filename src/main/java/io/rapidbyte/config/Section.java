package io.rapidbyte.config;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rapidbyte.config.Origins.Mark;
import io.rapidbyte.config.YamlNode.Entry;
import io.rapidbyte.config.YamlNode.Mapping;
import io.rapidbyte.config.YamlNode.Refused;
import io.rapidbyte.config.YamlNode.Scalar;
import io.rapidbyte.config.YamlNode.Sequence;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * One mapping of the file, read key by key. Whatever is wrong is reported and read as if it were missing, so
 * that reading goes on to the next problem.
 */
final class Section {
    private final Reading reading;
    private final KeyPath path;
    private final Mark mark;
    private final SectionKeys keys;
    private final Map<String, YamlNode> values = new LinkedHashMap<>();

    /** Reports the keys that are not among {@code keys}. */
    Section(Reading reading, KeyPath path, Mapping mapping, SectionKeys keys) {
        this.reading = reading;
        this.path = path;
        this.mark = mapping.mark();
        this.keys = keys;
        for (Entry entry : mapping.entries()) {
            if (keys.names().contains(entry.key())) {
                values.put(entry.key(), entry.value());
            } else {
                reading.problems()
                        .add(entry.keyMark(), path.key(entry.key()), "unknown key", keys.hintFor(entry.key()));
            }
        }
    }

    /** Text that must be there; empty where it is not, which has then been reported. */
    Optional<String> requiredText(String key) {
        require(key);
        Optional<String> text = text(key);
        if (text.isPresent() && text.get().isBlank()) {
            problem(key, "is empty");
            return Optional.empty();
        }
        return text;
    }

    Optional<String> text(String key) {
        return value(key).flatMap(node -> Values.text(reading, node, path.key(key)));
    }

    <E extends Enum<E>> Optional<E> choice(String key, Class<E> type) {
        return value(key).flatMap(node -> Values.choice(reading, node, path.key(key), type));
    }

    /** A whole number within the range, or {@code fallback} where there is none. */
    long number(String key, long fallback, long min, long max) {
        return value(key)
                .flatMap(node -> Values.number(reading, node, path.key(key), min, max))
                .orElse(fallback);
    }

    /** A size in bytes within the range, or {@code fallback} where there is none. */
    long bytes(String key, long fallback, long min, long max) {
        return value(key)
                .flatMap(node -> Values.bytes(reading, node, path.key(key), min, max))
                .orElse(fallback);
    }

    /** A time in seconds within the range, or {@code fallback} where there is none. */
    long seconds(String key, long fallback, long min, long max) {
        return value(key)
                .flatMap(node -> Values.seconds(reading, node, path.key(key), min, max))
                .orElse(fallback);
    }

    /** A time that may be shorter than a second, within the range, or {@code fallback} where there is none. */
    Duration time(String key, Duration fallback, Duration min, Duration max) {
        return value(key)
                .flatMap(node -> Values.time(reading, node, path.key(key), min, max))
                .orElse(fallback);
    }

    /** {@code true} or {@code false}, or {@code fallback} where there is none. */
    boolean flag(String key, boolean fallback) {
        return value(key)
                .flatMap(node -> Values.flag(reading, node, path.key(key)))
                .orElse(fallback);
    }

    /** An environment variable. */
    Optional<String> environment(String name) {
        return reading.variables().value(name);
    }

    /** Whether the file's author has a say over this machine's files. */
    boolean mayNameFiles() {
        return reading.variables().mayNameFiles();
    }

    boolean has(String key) {
        return value(key).isPresent();
    }

    /** A list of distinct, non-empty names. */
    Optional<List<String>> names(String key, int max) {
        return list(key, max).map(items -> {
            List<String> names = new ArrayList<>();
            Set<String> seen = new HashSet<>();
            for (int i = 0; i < items.size(); i++) {
                KeyPath at = path.key(key).item(i);
                Mark itemMark = items.get(i).mark();
                Values.text(reading, items.get(i), at).ifPresent(name -> {
                    if (name.isEmpty()) {
                        reading.problems().add(itemMark, at, "is empty");
                    } else if (!seen.add(name)) {
                        reading.problems().add(itemMark, at, Quote.of(name) + " is listed twice");
                    }
                    names.add(name);
                });
            }
            return names;
        });
    }

    Optional<Section> section(String key, SectionKeys inner) {
        return value(key).flatMap(node -> mapping(node, path.key(key), inner));
    }

    /** A section that must be there. */
    Optional<Section> requiredSection(String key, SectionKeys inner) {
        require(key);
        return section(key, inner);
    }

    /** The sections in a list of mappings. */
    List<Section> sections(String key, int max, SectionKeys inner) {
        List<Section> sections = new ArrayList<>();
        List<YamlNode> items = list(key, max).orElse(List.of());
        for (int i = 0; i < items.size(); i++) {
            mapping(items.get(i), path.key(key).item(i), inner).ifPresent(sections::add);
        }
        return sections;
    }

    /** A connector's own settings; an empty object where there are none. */
    ObjectNode settings(String key) {
        return value(key)
                .flatMap(node -> switch (node) {
                    case Mapping mapping -> Optional.of(JsonValues.object(reading, mapping, path.key(key)));
                    case Scalar scalar -> wrong(key, "must be a mapping of the connector's settings");
                    case Sequence sequence -> wrong(key, "must be a mapping of the connector's settings");
                    case Refused refused -> Optional.empty();
                })
                .orElseGet(JsonNodeFactory.instance::objectNode);
    }

    boolean isEmptyList(String key) {
        return value(key)
                .filter(node -> node instanceof Sequence list && list.items().isEmpty())
                .isPresent();
    }

    int line() {
        return mark.line();
    }

    /** Reports {@code message} at the value of {@code key}, or at the section where there is none. */
    void problem(String key, String message) {
        reading.problems().add(markOf(key), path.key(key), message);
    }

    void problem(String key, String message, String hint) {
        reading.problems().add(markOf(key), path.key(key), message, hint);
    }

    void require(String key) {
        if (value(key).isEmpty()) {
            problem(key, "is missing");
        }
    }

    private Optional<List<YamlNode>> list(String key, int max) {
        return value(key).flatMap(node -> switch (node) {
            case Sequence sequence
            when sequence.items().size() > max ->
                wrong(key, "has " + sequence.items().size() + " items; " + max + " is the most");
            case Sequence sequence -> Optional.of(sequence.items());
            case Scalar scalar -> wrong(key, "must be a list");
            case Mapping mapping -> wrong(key, "must be a list");
            case Refused refused -> Optional.empty();
        });
    }

    private Optional<Section> mapping(YamlNode node, KeyPath at, SectionKeys inner) {
        return switch (node) {
            case Mapping mapping -> Optional.of(new Section(reading, at, mapping, inner));
            case Refused refused -> Optional.empty();
            case Scalar scalar -> notAMapping(node, at, inner);
            case Sequence sequence -> notAMapping(node, at, inner);
        };
    }

    private Optional<Section> notAMapping(YamlNode node, KeyPath at, SectionKeys inner) {
        reading.problems()
                .add(node.mark(), at, "must be a mapping", "with the keys " + String.join(", ", inner.names()));
        return Optional.empty();
    }

    private <T> Optional<T> wrong(String key, String message) {
        problem(key, message);
        return Optional.empty();
    }

    private Mark markOf(String key) {
        return value(key).map(YamlNode::mark).orElse(mark);
    }

    private Optional<YamlNode> value(String key) {
        if (!keys.names().contains(key)) {
            throw new IllegalArgumentException(key + " is not a key of " + keys);
        }
        return Optional.ofNullable(values.get(key));
    }
}
