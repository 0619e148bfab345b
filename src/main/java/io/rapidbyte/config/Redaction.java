package io.rapidbyte.config;

import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.MappingStartEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.parser.ParserImpl;
import org.snakeyaml.engine.v2.scanner.StreamReader;

/**
 * A pipeline's text for the eyes of others (I31): what is secret in it is replaced, and everything else stands as it was written, references
 * to variables included. Comments stay as they are.
 */
public final class Redaction {
    /** Stands for a value that is not shown. */
    public static final String MARK = "***";

    private static final String SCALAR = "\"" + MARK + "\"";

    /** The whole value is a reference, without a default, which might be the secret. */
    private static final Pattern REFERENCE = Pattern.compile("\\$\\{[A-Za-z_][A-Za-z0-9_]*}");

    private final String text;
    private final Predicate<String> secret;
    private final ParserImpl events;
    private final StringBuilder shown = new StringBuilder();
    private int copied;

    private Redaction(String text, Predicate<String> secret) {
        this.text = text;
        this.secret = secret;
        LoadSettings settings = LoadSettings.builder().setUseMarks(true).build();
        this.events = new ParserImpl(settings, new StreamReader(settings, text));
    }

    /**
     * The text without its secrets.
     *
     * @param secret tells by JSON pointer into the document, such as {@code /source/config/password}
     * @return empty where the text is no sound YAML, of which nobody can say what it reveals
     */
    public static Optional<String> redact(String text, Predicate<String> secret) {
        String yaml = text.startsWith("\uFEFF") ? text.substring(1) : text;
        Problems problems = new Problems("");
        if (YamlReader.read(yaml, problems).isEmpty() || problems.any()) {
            return Optional.empty();
        }
        return Optional.of(new Redaction(yaml, secret).document());
    }

    private String document() {
        events.next();
        events.next();
        node(KeyPath.ROOT);
        return shown.append(text, copied, text.length()).toString();
    }

    private void node(KeyPath path) {
        Event event = events.next();
        if (event instanceof ScalarEvent scalar) {
            if (secret.test(path.pointer())
                    && !REFERENCE.matcher(scalar.getValue()).matches()) {
                hide(scalar);
            }
        } else if (event instanceof MappingStartEvent) {
            while (!events.checkEvent(Event.ID.MappingEnd)) {
                String key = ((ScalarEvent) events.next()).getValue();
                node(path.key(key));
            }
            events.next();
        } else if (event instanceof CollectionStartEvent) {
            for (int i = 0; !events.checkEvent(Event.ID.SequenceEnd); i++) {
                node(path.item(i));
            }
            events.next();
        }
    }

    private void hide(ScalarEvent scalar) {
        int from = place(scalar.getStartMark().orElseThrow());
        int to = place(scalar.getEndMark().orElseThrow());
        shown.append(text, copied, from).append(SCALAR);
        // a block's end is the beginning of the line behind it
        if (to > from && text.charAt(to - 1) == '\n') {
            shown.append('\n');
        }
        copied = to;
    }

    private int place(Mark mark) {
        return text.offsetByCodePoints(0, mark.getIndex());
    }
}
