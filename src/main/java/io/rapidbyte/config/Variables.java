package io.rapidbyte.config;

import io.rapidbyte.config.YamlNode.Scalar;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Replaces {@code ${VAR}}, which may be written {@code ${env:VAR}}, {@code ${VAR:-default}} and {@code ${file:path}}
 * in scalars, after parsing: a value can change what a scalar says but never the structure around it. {@code $$}
 * stands for one dollar sign; a dollar sign before anything else stands for itself. As in a shell, a default also
 * takes the place of an empty value.
 */
final class Variables {
    private static final String NAME = "[A-Za-z_][A-Za-z0-9_]*";
    private static final Pattern REFERENCE = Pattern.compile("\\$\\{(?:env:)?(" + NAME + ")(?::-([^}]*))?}");
    private static final String FILE = "\\$\\{file:([^}]+)}";
    private static final Pattern TOKEN = Pattern.compile("\\$\\$|" + REFERENCE + "|" + FILE + "|\\$\\{");

    /** What a file of the largest size can hold, so that short references to long values stay bounded too. */
    private static final int MAX_CHARS = PipelineLoader.MAX_FILE_BYTES;

    private final Map<String, String> environment;
    private final Optional<ReferredFiles> files;
    private final Problems problems;

    Variables(Map<String, String> environment, Optional<ReferredFiles> files, Problems problems) {
        this.environment = environment;
        this.files = files;
        this.problems = problems;
    }

    /**
     * A scalar with its variables replaced.
     *
     * @param type by form for a plain scalar without variables or made up by a single one; else text
     * @param variable whether a single reference makes up all of a plain scalar, so that it may serve as text
     *     whatever its value looks like
     */
    record Resolved(String text, CoreSchema type, boolean variable) {}

    /** A variable of the environment, if it is set. */
    Optional<String> value(String name) {
        return Optional.ofNullable(environment.get(name));
    }

    /** Empty where a variable is missing or a reference is broken, with a problem reported. */
    Optional<Resolved> resolve(Scalar scalar, KeyPath path) {
        if (scalar.text().indexOf('$') < 0) {
            return Optional.of(new Resolved(
                    scalar.text(), scalar.plain() ? CoreSchema.of(scalar.text()) : CoreSchema.TEXT, false));
        }
        boolean whole = scalar.plain() && REFERENCE.matcher(scalar.text()).matches();
        return replace(scalar, path)
                .map(text ->
                        new Resolved(text, whole && !text.isEmpty() ? CoreSchema.of(text) : CoreSchema.TEXT, whole));
    }

    private Optional<String> replace(Scalar scalar, KeyPath path) {
        StringBuilder text = new StringBuilder();
        boolean sound = true;
        Matcher token = TOKEN.matcher(scalar.text());
        int end = 0;
        while (token.find() && text.length() <= MAX_CHARS) {
            text.append(scalar.text(), end, token.start());
            end = token.end();
            Optional<String> value = value(token, scalar, path);
            value.ifPresent(text::append);
            sound &= value.isPresent();
        }
        text.append(scalar.text(), end, scalar.text().length());
        if (text.length() > MAX_CHARS) {
            problems.add(scalar.mark(), path, "longer than " + MAX_CHARS + " characters with its variables replaced");
            return Optional.empty();
        }
        return sound ? Optional.of(text.toString()) : Optional.empty();
    }

    private Optional<String> value(Matcher token, Scalar scalar, KeyPath path) {
        if (token.group().equals("$$")) {
            return Optional.of("$");
        }
        String file = token.group(3);
        if (file != null) {
            return content(file, scalar, path);
        }
        String name = token.group(1);
        if (name == null) {
            problems.add(
                    scalar.mark(),
                    path,
                    "a broken variable reference",
                    "write ${NAME}, ${NAME:-default} or ${file:path}, and $$ for a dollar sign");
            return Optional.empty();
        }
        String value = environment.getOrDefault(name, "");
        String fallback = token.group(2);
        if (value.isEmpty() && fallback != null) {
            return Optional.of(fallback);
        }
        if (!environment.containsKey(name)) {
            problems.add(
                    scalar.mark(),
                    path,
                    "the environment variable " + name + " is not set",
                    "set it, or give a default: ${" + name + ":-…}");
            return Optional.empty();
        }
        return Optional.of(value);
    }

    /** Whether whoever wrote this has a say over this machine's files. */
    boolean mayNameFiles() {
        return files.isPresent();
    }

    private Optional<String> content(String file, Scalar scalar, KeyPath path) {
        if (files.isEmpty()) {
            problems.add(
                    scalar.mark(),
                    path,
                    "refers to a file, which only a pipeline that is a file itself can do",
                    "use a variable of the environment");
            return Optional.empty();
        }
        try {
            return Optional.of(files.get().content(file));
        } catch (IOException e) {
            problems.add(
                    scalar.mark(),
                    path,
                    "the file " + Quote.of(file) + " " + e.getMessage(),
                    "name one that holds the value and nothing else");
            return Optional.empty();
        }
    }
}
