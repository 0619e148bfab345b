package io.rapidbyte.engine;

import io.rapidbyte.config.Pipeline;
import io.rapidbyte.config.TransformSettings;
import io.rapidbyte.connector.Connector;
import io.rapidbyte.connector.ConnectorCatalog;
import io.rapidbyte.model.ConnectorException;
import io.rapidbyte.model.ConnectorRole;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/** Knows which places of a pipeline's file hold secrets (I31): by its connectors' schemas; where one has none to show, all its settings. */
final class SecretSettings implements Predicate<String> {
    private final Map<String, Optional<Connector>> connectors = new HashMap<>();

    private SecretSettings() {}

    /** Blocks on files. */
    static SecretSettings of(ConnectorCatalog catalog, Pipeline pipeline) {
        SecretSettings settings = new SecretSettings();
        settings.add(catalog, "/source/config", pipeline.source().use(), ConnectorRole.SOURCE);
        List<TransformSettings> transforms = pipeline.transforms();
        for (int i = 0; i < transforms.size(); i++) {
            settings.add(
                    catalog, "/transforms/" + i + "/config", transforms.get(i).use(), ConnectorRole.TRANSFORM);
        }
        settings.add(catalog, "/destination/config", pipeline.destination().use(), ConnectorRole.DESTINATION);
        return settings;
    }

    private void add(ConnectorCatalog catalog, String place, String use, ConnectorRole role) {
        Optional<Connector> connector;
        try {
            connector = Optional.of(catalog.resolve(use, role));
        } catch (ConnectorException e) {
            connector = Optional.empty();
        }
        connectors.put(place, connector);
    }

    /** Whether the value at that JSON pointer is one. */
    @Override
    public boolean test(String pointer) {
        if (pointer.equals("/state/connection")) {
            return true;
        }
        return connectors.entrySet().stream()
                .filter(place -> pointer.startsWith(place.getKey() + "/"))
                .anyMatch(place -> place.getValue()
                        .map(connector ->
                                connector.hides(pointer.substring(place.getKey().length())))
                        .orElse(true));
    }
}
