package io.rapidbyte.conformance;

import io.rapidbyte.conformance.Verdict.Outcome;
import io.rapidbyte.connector.ConfigIssue;
import io.rapidbyte.connector.Connector;
import io.rapidbyte.connector.ConnectorCandidate;
import io.rapidbyte.connector.ConnectorListing;
import io.rapidbyte.connector.ConnectorListing.Checksum;
import io.rapidbyte.model.ConnectorException;
import io.rapidbyte.model.ConnectorRole;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Tries a connector on every clause that concerns it. */
public final class Conformance {
    /** How long a guest may take over one call: a slow machine's cold start, with room. */
    public static final Duration DEFAULT_PATIENCE = Duration.ofSeconds(30);

    private final Optional<Subject> subject;
    private final Duration patience;
    private final Set<Clause> wanted;

    /**
     * @param subject what to try it on; without it, what needs one is skipped
     * @param patience how long a guest may take over one call before it counts as hung
     * @param wanted the clauses to try
     */
    public Conformance(Optional<Subject> subject, Duration patience, Set<Clause> wanted) {
        this.subject = subject;
        this.patience = patience;
        this.wanted = Set.copyOf(wanted);
    }

    /**
     * Tries all clauses. Takes seconds; waits meanwhile. Starts only guests of {@code candidate}, within the grants of
     * its manifest. A destination writes to the table {@code rapidbyte_conformance}.
     */
    public ConformanceReport of(ConnectorCandidate candidate) {
        ConnectorListing listing = candidate.listing();
        List<Verdict> verdicts = new ArrayList<>(files(listing));
        try {
            Connector connector = candidate.connector();
            connector.manifest().roles().keySet().stream()
                    .sorted()
                    .forEach(role -> verdicts.addAll(inRole(connector, role)));
        } catch (ConnectorException e) {
            verdicts.addAll(unusable());
        }
        return new ConformanceReport(listing.name(), listing.location(), verdicts);
    }

    private List<Verdict> files(ConnectorListing listing) {
        String problem = listing.problem().orElse("");
        boolean mismatch = listing.checksum() == Checksum.MISMATCH;
        Clauses clauses = new Clauses(wanted);
        clauses.add(Clause.MANIFEST_01, () -> {
            Breach.unless(listing.manifest().isPresent(), problem);
            return listing.manifest().orElseThrow().id() + " "
                    + listing.manifest().orElseThrow().version();
        });
        clauses.add(Clause.MANIFEST_02, () -> {
            Breach.unless(!mismatch, problem);
            if (listing.checksum() == Checksum.UNKNOWN) {
                throw new Skip("there is no manifest, or no module, to compare");
            }
            return listing.manifest().orElseThrow().artifact().sha256();
        });
        clauses.add(Clause.MANIFEST_03, () -> {
            if (listing.manifest().isEmpty() || mismatch) {
                throw new Skip("the manifest cannot be believed");
            }
            Breach.unless(problem.isEmpty(), problem);
            return "protocol " + listing.manifest().orElseThrow().protocolVersion();
        });
        return clauses.verdicts(Optional.empty());
    }

    private List<Verdict> inRole(Connector connector, ConnectorRole role) {
        Optional<Verdict> wrong = wrongSettings(connector, role);
        if (wrong.isPresent()) {
            return List.of(wrong.get());
        }
        Bench bench = new Bench(connector, role, subject, patience);
        Clauses clauses = new Clauses(wanted);
        new CommonClauses(bench).addTo(clauses);
        switch (role) {
            case SOURCE -> new SourceClauses(bench).addTo(clauses);
            case DESTINATION -> new DestinationClauses(bench).addTo(clauses);
            case TRANSFORM -> new TransformClauses(bench).addTo(clauses);
        }
        return clauses.verdicts(Optional.of(role));
    }

    /** Settings that the connector's own schema refuses would prove nothing. */
    private Optional<Verdict> wrongSettings(Connector connector, ConnectorRole role) {
        List<ConfigIssue> issues =
                subject.map(each -> connector.checkConfig(each.config())).orElse(List.of());
        return issues.isEmpty()
                ? Optional.empty()
                : Optional.of(new Verdict(
                        Clause.LIFE_01,
                        Optional.of(role),
                        Outcome.FAIL,
                        "the settings of --config are not right: "
                                + issues.getFirst().pointer() + " "
                                + issues.getFirst().message()));
    }

    private List<Verdict> unusable() {
        return Arrays.stream(Clause.values())
                .filter(clause -> clause.compareTo(Clause.MANIFEST_03) > 0 && wanted.contains(clause))
                .map(clause -> new Verdict(clause, Optional.empty(), Outcome.SKIPPED, "the connector is refused"))
                .toList();
    }
}
