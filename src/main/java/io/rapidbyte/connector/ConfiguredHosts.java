package io.rapidbyte.connector;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** The hosts that a connector's settings name: the values of {@code host} and {@code hostaddr}, at any depth. */
final class ConfiguredHosts {
    private static final Set<String> KEYS = Set.of("host", "hostaddr");

    private ConfiguredHosts() {}

    /** One value may list several hosts, with commas between them. */
    static Set<String> in(ObjectNode config) {
        Set<String> hosts = new TreeSet<>();
        collect(config, hosts);
        return hosts;
    }

    private static void collect(JsonNode node, Set<String> hosts) {
        for (Map.Entry<String, JsonNode> entry : node.properties()) {
            if (KEYS.contains(entry.getKey()) && entry.getValue().isTextual()) {
                for (String host : entry.getValue().textValue().split(",", -1)) {
                    hosts.add(host.strip());
                }
            }
        }
        node.forEach(child -> collect(child, hosts));
    }
}
