package io.rapidbyte.connector;

import java.util.List;
import java.util.stream.Collectors;

/** A manifest with at least one problem; carries all of them. */
final class ManifestException extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient List<ConfigIssue> issues;

    ManifestException(List<ConfigIssue> issues) {
        super(issues.stream()
                .map(issue -> issue.pointer().isEmpty() ? issue.message() : issue.pointer() + " " + issue.message())
                .collect(Collectors.joining("; ")));
        this.issues = List.copyOf(issues);
    }

    List<ConfigIssue> issues() {
        return issues;
    }
}
