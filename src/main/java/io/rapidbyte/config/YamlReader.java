package io.rapidbyte.config;

import io.rapidbyte.config.Origins.Mark;
import io.rapidbyte.config.YamlNode.Entry;
import io.rapidbyte.config.YamlNode.Mapping;
import io.rapidbyte.config.YamlNode.Refused;
import io.rapidbyte.config.YamlNode.Scalar;
import io.rapidbyte.config.YamlNode.Sequence;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.common.Anchor;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.MappingStartEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.ReaderException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.parser.ParserImpl;
import org.snakeyaml.engine.v2.scanner.StreamReader;

/**
 * YAML 1.2 text to a tree with places. Reads the parser's events itself, so that nesting is bounded before
 * it is followed and nothing is ever multiplied: anchors, aliases, merge keys and tags are refused, which a
 * pipeline file has no use for.
 */
final class YamlReader {
    /** The description needs 4 levels; the rest is for connectors' own settings. */
    static final int MAX_DEPTH = 32;

    private final ParserImpl events;
    private final Problems problems;
    private final Map<String, Mark> marks = new HashMap<>();
    private int depth;

    private YamlReader(String text, Problems problems) {
        LoadSettings settings = LoadSettings.builder().setUseMarks(true).build();
        this.events = new ParserImpl(settings, new StreamReader(settings, text));
        this.problems = problems;
    }

    /** The document and where its parts stand, by JSON pointer. */
    record Document(Mapping root, Map<String, Mark> marks) {}

    /** Empty where no document could be had, with the reason among {@code problems}. */
    static Optional<Document> read(String text, Problems problems) {
        try {
            return new YamlReader(text, problems).document();
        } catch (MarkedYamlEngineException e) {
            Mark at = e.getProblemMark()
                    .or(e::getContextMark)
                    .map(YamlReader::mark)
                    .orElse(new Mark(1, 1));
            problems.add(at, KeyPath.ROOT, "not YAML: " + e.getProblem(), "look at indentation, quotes and colons");
        } catch (ReaderException e) {
            problems.add(
                    place(text, e.getPosition()),
                    KeyPath.ROOT,
                    String.format("not YAML: the character U+%04X cannot stand in a text file", e.getCodePoint()));
        } catch (TooDeep e) {
            problems.add(e.at, KeyPath.ROOT, "nested more than " + MAX_DEPTH + " levels deep");
        } catch (YamlEngineException e) {
            problems.addForFile("not YAML", "check the file with a YAML linter");
        }
        return Optional.empty();
    }

    private Optional<Document> document() {
        events.next();
        if (events.checkEvent(Event.ID.StreamEnd)) {
            problems.add(new Mark(1, 1), KeyPath.ROOT, "the file is empty", "see conf/minimal.yaml for the least");
            return Optional.empty();
        }
        events.next();
        Mark start = mark(events.peekEvent());
        YamlNode root = node(KeyPath.ROOT, start);
        events.next();
        if (!events.checkEvent(Event.ID.StreamEnd)) {
            problems.add(mark(events.peekEvent()), KeyPath.ROOT, "a second document", "one file, one pipeline");
        }
        return switch (root) {
            case Mapping mapping -> Optional.of(new Document(mapping, marks));
            case Refused refused -> Optional.empty();
            case Scalar scalar -> notAPipeline(start);
            case Sequence sequence -> notAPipeline(start);
        };
    }

    private Optional<Document> notAPipeline(Mark start) {
        problems.add(start, KeyPath.ROOT, "not a mapping of keys", "see conf/minimal.yaml for the least");
        return Optional.empty();
    }

    /** Reads one node, {@code key} being the place of the key it belongs to, or its own. */
    private YamlNode node(KeyPath path, Mark key) {
        Event event = events.next();
        return switch (event) {
            case AliasEvent alias ->
                refuse(alias, path, "an alias (*" + alias.getAlias() + ")", "write the value out here");
            case ScalarEvent scalar -> {
                Mark at = mark(scalar);
                marks.put(path.pointer(), at);
                yield decorated(scalar.getAnchor(), scalar.getTag(), scalar, path)
                        .orElseGet(() -> new Scalar(scalar.getValue(), scalar.isPlain(), at));
            }
            case CollectionStartEvent start -> {
                marks.put(path.pointer(), key);
                YamlNode read = collection(start, path, key);
                yield decorated(start.getAnchor(), start.getTag(), start, path).orElse(read);
            }
            default -> throw new IllegalStateException("no node begins with " + event);
        };
    }

    private YamlNode collection(CollectionStartEvent start, KeyPath path, Mark key) {
        if (++depth > MAX_DEPTH) {
            throw new TooDeep(mark(start));
        }
        YamlNode read = start instanceof MappingStartEvent ? mapping(path, key) : sequence(path, key);
        depth--;
        return read;
    }

    private Sequence sequence(KeyPath path, Mark at) {
        List<YamlNode> items = new ArrayList<>();
        while (!events.checkEvent(Event.ID.SequenceEnd)) {
            items.add(node(path.item(items.size()), mark(events.peekEvent())));
        }
        events.next();
        return new Sequence(items, at);
    }

    private Mapping mapping(KeyPath path, Mark at) {
        List<Entry> entries = new ArrayList<>();
        Map<String, Mark> seen = new HashMap<>();
        while (!events.checkEvent(Event.ID.MappingEnd)) {
            Event keyEvent = events.peekEvent();
            Mark keyMark = mark(keyEvent);
            Optional<String> key = key(path);
            YamlNode value = node(path.key(key.orElse("?")), keyMark);
            key.ifPresent(name -> {
                Mark first = seen.putIfAbsent(name, keyMark);
                if (first == null) {
                    entries.add(new Entry(name, keyMark, value));
                } else {
                    problems.add(
                            keyMark, path.key(name), "appears a second time", "the first is on line " + first.line());
                }
            });
        }
        events.next();
        return new Mapping(entries, at);
    }

    private Optional<String> key(KeyPath path) {
        Event peeked = events.peekEvent();
        if (!(peeked instanceof ScalarEvent scalar)) {
            node(path.key("?"), mark(peeked));
            problems.add(mark(peeked), path, "a key that is not plain text");
            return Optional.empty();
        }
        events.next();
        if (decorated(scalar.getAnchor(), scalar.getTag(), scalar, path).isPresent()) {
            return Optional.empty();
        }
        if (scalar.getValue().isEmpty()) {
            problems.add(mark(scalar), path, "a key without a name");
            return Optional.empty();
        }
        if (scalar.isPlain() && scalar.getValue().equals("<<")) {
            refuse(scalar, path, "a merge key (<<)", "write the keys out here");
            return Optional.empty();
        }
        return Optional.of(scalar.getValue());
    }

    private Optional<YamlNode> decorated(Optional<Anchor> anchor, Optional<String> tag, Event event, KeyPath path) {
        if (anchor.isPresent()) {
            return Optional.of(refuse(event, path, "an anchor (&" + anchor.get() + ")", "write values out instead"));
        }
        return tag.map(name -> refuse(
                event, path, "a tag (" + Quote.of(name) + ")", "quotes make a value text; nothing else is needed"));
    }

    private Refused refuse(Event event, KeyPath path, String what, String hint) {
        problems.add(mark(event), path, what + " is not allowed", hint);
        return new Refused(mark(event));
    }

    private static Mark mark(Event event) {
        return event.getStartMark().map(YamlReader::mark).orElse(new Mark(1, 1));
    }

    private static Mark mark(org.snakeyaml.engine.v2.exceptions.Mark mark) {
        return new Mark(mark.getLine() + 1, mark.getColumn() + 1);
    }

    private static Mark place(String text, int codePoints) {
        int line = 1;
        int column = 1;
        int[] before = text.codePoints().limit(codePoints).toArray();
        for (int c : before) {
            column = c == '\n' ? 1 : column + 1;
            line += c == '\n' ? 1 : 0;
        }
        return new Mark(line, column);
    }

    /** Leaves the recursion at once; caught where it began. */
    private static final class TooDeep extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final transient Mark at;

        TooDeep(Mark at) {
            super(null, null, false, false);
            this.at = at;
        }
    }
}
