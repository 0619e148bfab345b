package io.rapidbyte.conformance;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rapidbyte.conformance.HostileSettings.Variant;
import io.rapidbyte.conformance.Trial.Outcome;
import io.rapidbyte.model.ConnectorException;
import io.rapidbyte.model.ErrorCategory;
import io.rapidbyte.model.Finding;
import io.rapidbyte.model.StreamContext;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What every connector keeps to, whatever its role. */
final class CommonClauses {
    /** Instances for one clause: each takes some ten milliseconds, and a rich schema has hundreds of variants. */
    private static final int MAX_VARIANTS = 30;

    private final Bench bench;

    CommonClauses(Bench bench) {
        this.bench = bench;
    }

    void addTo(Clauses clauses) {
        clauses.add(Clause.EXPORT_01, this::exports);
        clauses.add(Clause.CONFIG_01, this::schemaIsClosed);
        clauses.add(Clause.LIFE_01, this::opensAndCloses);
        clauses.add(Clause.LIFE_02, this::closesTwice);
        clauses.add(Clause.LIFE_03, this::questionBeforeOpen);
        clauses.add(Clause.ERR_01, () -> hostile(true));
        clauses.add(Clause.ERR_02, () -> hostile(false));
    }

    private String exports() throws ConnectorException {
        return bench.trial.value(
                new ProbePort(),
                instance -> "an instance starts as a " + bench.role.name().toLowerCase(java.util.Locale.ROOT));
    }

    private String schemaIsClosed() {
        ObjectNode config = JsonNodeFactory.instance.objectNode().put("no_such_setting_of_any_connector", 1);
        boolean told = bench.connector.checkConfig(config).stream()
                .anyMatch(issue -> issue.pointer().equals("/no_such_setting_of_any_connector"));
        Breach.unless(
                told,
                "it takes the key \"no_such_setting_of_any_connector\": misspelt settings would do nothing, silently; set \"additionalProperties\": false");
        return "unknown keys are refused";
    }

    private String opensAndCloses() throws ConnectorException {
        ObjectNode config = bench.anyConfig();
        try {
            bench.trial.value(new ProbePort(), Bench.opened(config, instance -> true));
            return "opened and closed";
        } catch (ConnectorException e) {
            if (bench.hasSubject() || !Breach.isTyped(e)) {
                throw e;
            }
            throw new Skip("needs --config: it refuses the settings that were made up: " + Breach.tell(e));
        }
    }

    private String closesTwice() throws ConnectorException {
        ObjectNode config = bench.anyConfig();
        bench.trial.value(new ProbePort(), instance -> {
            try {
                instance.open(config);
            } catch (ConnectorException e) {
                Breach.unlessTyped(e); // the settings may be made up
            }
            instance.closeGuest();
            instance.closeGuest();
            return true;
        });
        return "closed twice";
    }

    private String questionBeforeOpen() {
        Outcome<List<Finding>> outcome = bench.trial.attempt(new ProbePort(), instance -> instance.validate(List.of()));
        return switch (outcome) {
            case Outcome.Done<List<Finding>> _ -> throw new Breach("validate was answered before open");
            case Outcome.Late<List<Finding>> late -> throw Breach.late(late.after());
            case Outcome.Failed<List<Finding>> failed -> {
                Breach.unlessTyped(failed.error());
                yield Breach.tell(failed.error());
            }
        };
    }

    private String hostile(boolean accepted) {
        ObjectNode base = bench.hasSubject()
                ? bench.config()
                : HostileSettings.least(bench.manifest().configSchema());
        List<Variant> variants = HostileSettings.variants(bench.manifest().configSchema(), base).stream()
                .filter(variant -> bench.connector.checkConfig(variant.config()).isEmpty() == accepted)
                .toList();
        int step = Math.max(1, (variants.size() + MAX_VARIANTS - 1) / MAX_VARIANTS);
        int tried = 0;
        for (int i = 0; i < variants.size(); i += step) {
            open(variants.get(i));
            tried++;
        }
        return tried + " of " + variants.size() + " variants of the settings tried";
    }

    private void open(Variant variant) {
        Outcome<Boolean> outcome =
                bench.trial.attempt(new ProbePort(), Bench.opened(variant.config(), instance -> true));
        switch (outcome) {
            case Outcome.Done<Boolean> _ -> {}
            case Outcome.Late<Boolean> late ->
                throw new Breach("with " + variant.what() + " it did not come back within "
                        + late.after().toSeconds() + " s");
            case Outcome.Failed<Boolean> failed ->
                Breach.unless(
                        Breach.isTyped(failed.error()), "with " + variant.what() + ": " + Breach.tell(failed.error()));
        }
    }

    /** For runs that the host fails: the guest has to fail as well, in an orderly way. */
    static String failsWith(Outcome<?> outcome, Optional<ErrorCategory> category) {
        return switch (outcome) {
            case Outcome.Done<?> _ -> throw new Breach("the run ended well all the same");
            case Outcome.Late<?> late -> throw Breach.late(late.after());
            case Outcome.Failed<?> failed -> {
                Breach.unlessTyped(failed.error());
                Breach.unless(
                        category.isEmpty() || failed.error().error().category() == category.get(),
                        "it ended with another error: " + Breach.tell(failed.error()));
                yield Breach.tell(failed.error());
            }
        };
    }

    /** {@code validate} of the given settings has nothing to complain of. */
    static String findsNothingWrong(Bench bench, StreamContext stream) throws ConnectorException {
        List<Finding> findings = bench.use(new ProbePort(), instance -> instance.validate(List.of(stream)));
        findings.stream().filter(CommonClauses::isError).findFirst().ifPresent(finding -> {
            throw new Breach(finding.message() + " [" + finding.code() + "]");
        });
        return findings.size() + " findings, no error";
    }

    static boolean isError(Finding finding) {
        return finding.level() == Finding.Level.ERROR;
    }

    /** {@code validate} under settings with a wrong secret. */
    static String wrongSecret(Bench bench, StreamContext stream) {
        ObjectNode config = bench.config().deepCopy();
        bench.manifest().configSchema().path("properties").properties().stream()
                .filter(property -> property.getValue().path("writeOnly").asBoolean(false))
                .map(Map.Entry::getKey)
                .forEach(key -> config.put(key, "conformance-wrong-" + key));
        if (config.equals(bench.config())) {
            throw new Skip("no setting is marked as secret (\"writeOnly\": true)");
        }
        return toldOrFound(bench, config, stream, Optional.of(ErrorCategory.AUTH), "the system takes any secret");
    }

    /** {@code validate} under settings whose port nobody listens on. */
    static String noPeer(Bench bench, StreamContext stream) {
        if (!bench.manifest().configSchema().path("properties").has("port")) {
            throw new Skip("there is no setting \"port\" to make wrong");
        }
        ObjectNode config = bench.config().deepCopy().put("port", 1);
        return toldOrFound(bench, config, stream, Optional.empty(), "it does without the system");
    }

    private static String toldOrFound(
            Bench bench, ObjectNode config, StreamContext stream, Optional<ErrorCategory> category, String otherwise) {
        Outcome<List<Finding>> outcome = bench.trial.attempt(
                new ProbePort(), Bench.opened(config, instance -> instance.validate(List.of(stream))));
        return switch (outcome) {
            case Outcome.Done<List<Finding>> done ->
                done.value().stream()
                        .filter(CommonClauses::isError)
                        .findFirst()
                        .map(finding -> finding.message() + " [" + finding.code() + "]")
                        .orElseThrow(() -> new Skip(otherwise));
            case Outcome.Failed<List<Finding>> _, Outcome.Late<List<Finding>> _ -> failsWith(outcome, category);
        };
    }
}
