package io.rapidbyte.connector;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rapidbyte.connector.ConnectorManifest.Artifact;
import io.rapidbyte.connector.ConnectorManifest.Folder;
import io.rapidbyte.connector.ConnectorManifest.Host;
import io.rapidbyte.connector.ConnectorManifest.Limits;
import io.rapidbyte.connector.ConnectorManifest.Network;
import io.rapidbyte.connector.ConnectorManifest.Role;
import io.rapidbyte.connector.ConnectorManifest.Tls;
import io.rapidbyte.connector.net.HostPattern;
import io.rapidbyte.model.ConnectorRole;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Reads a manifest strictly: unknown keys, wrong types and malformed values are all reported at once. */
final class ManifestReader {
    /** A hundred times what a rich manifest takes. */
    static final int MAX_BYTES = 1 << 20;

    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private static final Pattern ID = Pattern.compile("[a-z0-9][a-z0-9-]{0,63}/[a-z0-9][a-z0-9-]{0,63}");
    private static final Pattern VERSION = Pattern.compile("\\d{1,9}\\.\\d{1,9}\\.\\d{1,9}([-+][0-9A-Za-z.+-]{1,64})?");
    private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");
    private static final Pattern FILE_NAME = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]{0,127}\\.wasm");
    private static final Set<String> SCHEMA_DIALECTS = Set.of(
            "http://json-schema.org/draft-07/schema",
            "http://json-schema.org/draft-07/schema#",
            "https://json-schema.org/draft/2020-12/schema",
            "https://json-schema.org/draft/2020-12/schema#");

    private static final Pattern VARIABLE = Pattern.compile("[A-Za-z_][A-Za-z0-9_]{0,127}");

    private static final Map<String, Boolean> MODES = Map.of("read-only", false, "read-write", true);

    private static final Map<String, Tls> TLS =
            Map.of("optional", Tls.OPTIONAL, "required", Tls.REQUIRED, "forbidden", Tls.FORBIDDEN);

    private final List<ConfigIssue> issues = new ArrayList<>();

    private ManifestReader() {}

    /** @throws ManifestException with every problem */
    static ConnectorManifest read(byte[] json) throws ManifestException {
        ManifestReader reader = new ManifestReader();
        ConnectorManifest manifest = reader.manifest(parse(json));
        if (!reader.issues.isEmpty()) {
            throw new ManifestException(reader.issues);
        }
        return manifest;
    }

    private static ObjectNode parse(byte[] json) throws ManifestException {
        if (json.length > MAX_BYTES) {
            throw new ManifestException(List.of(new ConfigIssue("", "is larger than " + MAX_BYTES + " bytes")));
        }
        try {
            if (JSON.readTree(json) instanceof ObjectNode object) {
                return object;
            }
            throw new ManifestException(List.of(new ConfigIssue("", "must be a JSON object")));
        } catch (JsonProcessingException e) {
            String place =
                    e.getLocation() == null ? "" : " at line " + e.getLocation().getLineNr();
            throw new ManifestException(
                    List.of(new ConfigIssue("", "is not JSON" + place + ": " + e.getOriginalMessage())));
        } catch (IOException e) {
            throw new ManifestException(List.of(new ConfigIssue("", "cannot be read: " + e.getMessage())));
        }
    }

    private ConnectorManifest manifest(ObjectNode root) {
        StrictJson top = new StrictJson(root, "", issues);
        String manifestVersion = top.string("manifest_version");
        if (!manifestVersion.isEmpty() && !manifestVersion.equals(ConnectorManifest.MANIFEST_VERSION)) {
            top.problem("manifest_version", "must be \"" + ConnectorManifest.MANIFEST_VERSION + "\"");
        }
        Limits limits = top.object("limits").map(ManifestReader::limits).orElse(Limits.DEFAULT);
        Optional<StrictJson> permissions = top.object("permissions");
        ConnectorManifest manifest = new ConnectorManifest(
                matching(top, "id", ID, "namespace/name in lower-case letters, digits and hyphens"),
                top.string("name"),
                matching(top, "version", VERSION, "a semantic version such as 1.2.3"),
                top.optionalString("description").orElse(""),
                top.optionalString("author").orElse(""),
                top.optionalString("license").orElse(""),
                protocolVersion(top),
                artifact(top.requiredObject("artifact"), limits),
                permissions
                        .flatMap(json -> json.object("network"))
                        .map(ManifestReader::network)
                        .orElse(Network.NONE),
                permissions.map(ManifestReader::host).orElse(Host.NONE),
                limits,
                roles(top),
                configSchema(top));
        top.finish();
        return manifest;
    }

    private static String protocolVersion(StrictJson top) {
        String version = top.string("protocol_version");
        if (!version.isEmpty() && !Protocol.isWellFormed(version)) {
            top.problem("protocol_version", "must be a version such as \"2\" or \"2.0.0\"");
        }
        return version;
    }

    private static Artifact artifact(StrictJson json, Limits limits) {
        Artifact artifact = new Artifact(
                matching(json, "entry_point", FILE_NAME, "the name of a .wasm file beside the manifest"),
                matching(json, "sha256", SHA256, "64 lower-case hex digits"),
                json.integer("min_memory_mb", 0, limits.maxMemoryMb(), 0),
                json.optionalString("built_with"));
        json.finish();
        return artifact;
    }

    /** Comes last of the permissions and reports those that nobody knows. */
    private static Host host(StrictJson permissions) {
        Host host = new Host(
                permissions.object("env").map(ManifestReader::variables).orElse(List.of()),
                permissions.object("fs").map(ManifestReader::folders).orElse(List.of()));
        permissions.finish();
        return host;
    }

    private static List<String> variables(StrictJson json) {
        List<String> names = json.strings("allowed_vars");
        for (int i = 0; i < names.size(); i++) {
            if (!VARIABLE.matcher(names.get(i)).matches()) {
                json.problem("allowed_vars/" + i, "must be the name of an environment variable");
            }
        }
        json.finish();
        return names;
    }

    private static List<Folder> folders(StrictJson json) {
        List<Folder> folders = new ArrayList<>();
        for (StrictJson preopen : json.objects("preopens")) {
            String guest = preopen.string("guest");
            if (!guest.isEmpty() && !io.rapidbyte.wasm.Folder.isGuestPath(guest)) {
                preopen.problem("guest", "must be an absolute path of plain names, such as /certs");
            } else if (folders.stream().anyMatch(other -> overlap(other.guest(), guest))) {
                preopen.problem("guest", "must not lie in another of the folders");
            }
            folders.add(new Folder(guest, preopen.choice("mode", MODES, false)));
            preopen.finish();
        }
        json.finish();
        return folders;
    }

    private static boolean overlap(String one, String other) {
        return (one + "/").startsWith(other + "/") || (other + "/").startsWith(one + "/");
    }

    private static Network network(StrictJson json) {
        List<String> hosts = json.strings("allowed_hosts");
        for (int i = 0; i < hosts.size(); i++) {
            if (!HostPattern.isWellFormed(hosts.get(i))) {
                json.problem("allowed_hosts/" + i, "must be a host name, an address, or *.suffix");
            }
        }
        Network network = new Network(
                json.choice("tls", TLS, Tls.OPTIONAL), hosts, json.bool("allow_runtime_config_domains", false));
        json.finish();
        return network;
    }

    private static Limits limits(StrictJson json) {
        Limits limits = new Limits(
                json.integer("max_memory_mb", 1, Limits.HIGHEST_MAX_MEMORY_MB, Limits.DEFAULT_MAX_MEMORY_MB),
                json.integer("max_sockets", 0, Limits.HIGHEST_MAX_SOCKETS, Limits.DEFAULT_MAX_SOCKETS),
                json.integer("max_network_mb", 0, Integer.MAX_VALUE, 0),
                json.integer("connect_seconds", 1, Limits.HIGHEST_CONNECT_SECONDS, Limits.DEFAULT_CONNECT_SECONDS),
                json.integer("max_idle_seconds", 0, Limits.HIGHEST_SECONDS, 0),
                json.integer("max_wall_seconds", 0, Limits.HIGHEST_SECONDS, 0),
                json.integer("max_cpu_seconds", 0, Limits.HIGHEST_SECONDS, 0),
                json.integer("max_spin_seconds", 1, Limits.HIGHEST_SECONDS, Limits.DEFAULT_MAX_SPIN_SECONDS));
        json.finish();
        return limits;
    }

    private static Map<ConnectorRole, Role> roles(StrictJson top) {
        StrictJson json = top.requiredObject("roles");
        Map<ConnectorRole, Role> roles = new EnumMap<>(ConnectorRole.class);
        json.object("source")
                .ifPresent(role -> roles.put(ConnectorRole.SOURCE, role(role, "supported_sync_modes", Modes.sync())));
        json.object("destination")
                .ifPresent(role ->
                        roles.put(ConnectorRole.DESTINATION, role(role, "supported_write_modes", Modes.write())));
        json.object("transform").ifPresent(role -> {
            roles.put(ConnectorRole.TRANSFORM, new Role(List.of(), role.strings("features")));
            role.finish();
        });
        json.finish();
        if (roles.isEmpty()) {
            json.problem("", "must name at least one of source, destination, transform");
        }
        return roles;
    }

    private static Role role(StrictJson json, String modesKey, Set<String> allowed) {
        List<String> modes = json.strings(modesKey);
        if (modes.isEmpty()) {
            json.problem(modesKey, "must name at least one mode");
        }
        for (int i = 0; i < modes.size(); i++) {
            if (!allowed.contains(modes.get(i))) {
                json.problem(modesKey + "/" + i, "must be one of " + String.join(", ", allowed));
            }
        }
        Role role = new Role(modes, json.strings("features"));
        json.finish();
        return role;
    }

    private ObjectNode configSchema(StrictJson top) {
        ObjectNode schema = top.objectNode("config_schema").orElseGet(() -> {
            if (issues.stream().noneMatch(issue -> issue.pointer().equals("/config_schema"))) {
                top.missing("config_schema");
            }
            return JsonNodeFactory.instance.objectNode();
        });
        JsonNode dialect = schema.path("$schema");
        if (!dialect.isMissingNode() && !SCHEMA_DIALECTS.contains(dialect.asText())) {
            top.problem("config_schema/$schema", "must be JSON Schema draft 7 or 2020-12");
        }
        for (JsonNode reference : schema.findValues("$ref")) {
            // A reference elsewhere would make the host fetch what a connector's author names.
            if (!reference.asText().startsWith("#")) {
                top.problem("config_schema", "may refer within itself only, not to " + reference.asText());
            }
        }
        return schema;
    }

    private static String matching(StrictJson json, String key, Pattern pattern, String wanted) {
        String value = json.string(key);
        if (!value.isEmpty() && !pattern.matcher(value).matches()) {
            json.problem(key, "must be " + wanted);
        }
        return value;
    }
}
