package io.rapidbyte.engine;

import io.rapidbyte.model.Finding;
import io.rapidbyte.model.Problem;
import java.util.List;
import java.util.Map;

/**
 * What {@code check} found.
 *
 * @param problems wrong settings, by place in the file; where there are any no connector was started
 * @param findings what each stage's connector found, by stage in pipeline order
 */
public record CheckReport(List<Problem> problems, Map<String, List<Finding>> findings) {
    public boolean passed() {
        return problems.isEmpty()
                && findings.values().stream().flatMap(List::stream).noneMatch(f -> f.level() == Finding.Level.ERROR);
    }
}
