package io.rapidbyte.config;

import io.rapidbyte.config.Origins.Mark;
import java.util.List;

/** A part of a YAML document and its place, free of the parser that found it. */
sealed interface YamlNode {
    Mark mark();

    /**
     * Text, a number, or whatever else is no collection.
     *
     * @param text as the parser gives it, variables not yet replaced
     * @param plain whether it stood without quotes, so that its form decides its type
     */
    record Scalar(String text, boolean plain, Mark mark) implements YamlNode {}

    record Sequence(List<YamlNode> items, Mark mark) implements YamlNode {}

    /** No key appears twice. */
    record Mapping(List<Entry> entries, Mark mark) implements YamlNode {}

    /** Stands where a problem has been reported already; readers pass over it in silence. */
    record Refused(Mark mark) implements YamlNode {}

    record Entry(String key, Mark keyMark, YamlNode value) {}
}
