package io.rapidbyte.connector;

import com.fasterxml.jackson.databind.node.TextNode;
import io.rapidbyte.model.ConnectorError;
import io.rapidbyte.model.ConnectorException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Takes secrets out of whatever a connector says (I31): it was handed them in its settings and may repeat them, as they
 * are or in a form that messages bring them to. Immutable.
 */
final class Redaction {
    /** Before there are settings, there is nothing to hide. */
    static final Redaction NONE = new Redaction(List.of());

    /** What stands for a secret. */
    static final String REDACTED = "[redacted]";

    /** Shorter ones hide nothing that could not be guessed, and would be found in the middle of common words. */
    private static final int LEAST_CHARS = 4;

    /** A line of a key that is quoted without the others; shorter ones are found elsewhere as well. */
    private static final int LEAST_LINE_CHARS = 16;

    /** The longest first, since one may be part of another. */
    private final List<String> forms;

    private Redaction(List<String> forms) {
        this.forms = forms;
    }

    static Redaction of(Collection<String> secrets) {
        Set<String> forms = new HashSet<>();
        for (String secret : secrets) {
            addForms(secret, LEAST_CHARS, forms);
            secret.lines().forEach(line -> addForms(line.strip(), LEAST_LINE_CHARS, forms));
        }
        return new Redaction(forms.stream()
                .sorted(Comparator.comparingInt(String::length).reversed().thenComparing(Comparator.naturalOrder()))
                .toList());
    }

    private static void addForms(String secret, int leastChars, Set<String> forms) {
        if (secret.length() < leastChars) {
            return;
        }
        String json = TextNode.valueOf(secret).toString();
        String url = URLEncoder.encode(secret, StandardCharsets.UTF_8);
        byte[] utf8 = secret.getBytes(StandardCharsets.UTF_8);
        forms.add(secret);
        forms.add(json.substring(1, json.length() - 1));
        forms.add(url);
        forms.add(url.replace("+", "%20"));
        forms.add(lowerHex(url.replace("+", "%20")));
        forms.add(secret.replace("'", "''"));
        forms.add(secret.replace("\\", "\\\\").replace("'", "\\'"));
        forms.add(secret.replace("\\", "\\\\").replace("\"", "\\\""));
        forms.add(secret.replace("\"", "\"\""));
        forms.add(Base64.getEncoder().withoutPadding().encodeToString(utf8));
        forms.add(Base64.getUrlEncoder().withoutPadding().encodeToString(utf8));
    }

    /** {@code %2F} as {@code %2f}. */
    private static String lowerHex(String url) {
        StringBuilder lower = new StringBuilder(url);
        for (int at = url.indexOf('%'); at >= 0; at = url.indexOf('%', at + 1)) {
            lower.replace(at + 1, at + 3, url.substring(at + 1, at + 3).toLowerCase(java.util.Locale.ROOT));
        }
        return lower.toString();
    }

    String text(String text) {
        String clean = text;
        for (String form : forms) {
            clean = clean.replace(form, REDACTED);
        }
        return clean;
    }

    ConnectorError error(ConnectorError error) {
        return new ConnectorError(
                error.category(),
                error.scope(),
                text(error.code()),
                text(error.message()),
                error.retryable(),
                error.retryAfterMs(),
                error.backoff(),
                error.safeToRetry(),
                error.commitState(),
                error.details().map(this::text));
    }

    /** The same failure without secrets; without its cause as well, where that tells one. */
    ConnectorException exception(ConnectorException e) {
        if (forms.isEmpty() || !tellsSecret(e)) {
            return e;
        }
        ConnectorError clean = error(e.error());
        return Optional.ofNullable(e.getCause())
                .filter(cause -> !tellsSecret(cause))
                .map(cause -> new ConnectorException(clean, cause))
                .orElseGet(() -> new ConnectorException(clean));
    }

    private boolean tellsSecret(Throwable thrown) {
        for (@Nullable Throwable each = thrown; each != null; each = each.getCause()) {
            String words =
                    each instanceof ConnectorException e ? e.error().toString() : String.valueOf(each.getMessage());
            if (!text(words).equals(words)) {
                return true;
            }
        }
        return false;
    }
}
