package io.rapidbyte.connector;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rapidbyte.model.ConnectorRole;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a connector says of itself and asks for, read from the JSON file beside its module. What it
 * does not name is not granted (I29).
 *
 * @param id namespace and name, such as {@code rapidbyte/source-postgres}
 * @param name for people
 * @param version of the connector
 * @param protocolVersion of the contract it was built against, such as {@code 2} or {@code 2.0.0}
 * @param roles what it can be; never empty
 * @param configSchema JSON Schema of its settings, draft 7 or 2020-12
 */
public record ConnectorManifest(
        String id,
        String name,
        String version,
        String description,
        String author,
        String license,
        String protocolVersion,
        Artifact artifact,
        Network network,
        Host host,
        Limits limits,
        Map<ConnectorRole, Role> roles,
        ObjectNode configSchema) {

    /** The form of manifest this host reads. */
    public static final String MANIFEST_VERSION = "1.0";

    public ConnectorManifest {
        roles = Map.copyOf(roles);
    }

    /** The last part of the id. */
    public String shortName() {
        return id.substring(id.indexOf('/') + 1);
    }

    /**
     * The module this manifest belongs to.
     *
     * @param entryPoint file name of the module, in the manifest's folder
     * @param sha256 64 lower-case hex digits
     * @param minMemoryMb the least guest memory it works with, in MiB
     * @param builtWith the compiler that made it
     */
    public record Artifact(String entryPoint, String sha256, int minMemoryMb, Optional<String> builtWith) {}

    /** Whether connections are encrypted. */
    public enum Tls {
        /** As the settings say. */
        OPTIONAL,
        /** No byte of data before TLS, but for the few that ask the peer for it. */
        REQUIRED,
        FORBIDDEN
    }

    /**
     * Where the connector may connect to.
     *
     * @param allowedHosts exact host names or addresses, or {@code *.suffix}
     * @param allowRuntimeConfigDomains whether the hosts named in its settings are allowed as well
     */
    public record Network(Tls tls, List<String> allowedHosts, boolean allowRuntimeConfigDomains) {
        /** What a manifest without a network section grants: no host at all. */
        public static final Network NONE = new Network(Tls.OPTIONAL, List.of(), false);

        public Network {
            allowedHosts = List.copyOf(allowedHosts);
        }
    }

    /**
     * What of its host the connector asks to see. A pipeline has to name it as well: an author cannot know what lies
     * behind a name on a stranger's machine.
     *
     * @param variables environment variables by name
     * @param folders by the path at which the guest looks for each
     */
    public record Host(List<String> variables, List<Folder> folders) {
        /** What a manifest without such sections grants. */
        public static final Host NONE = new Host(List.of(), List.of());

        public Host {
            variables = List.copyOf(variables);
            folders = List.copyOf(folders);
        }
    }

    /** A folder that the guest would like to find at {@code guest}, an absolute path. */
    public record Folder(String guest, boolean writable) {}

    /**
     * The most an instance may hold and use. 0 stands for no limit where that is possible.
     *
     * @param maxMemoryMb guest memory in MiB
     * @param maxSockets sockets open at once
     * @param maxNetworkMb bytes sent and received over all its sockets, in MiB; 0 for no limit
     * @param connectSeconds the longest that finding and reaching a host, or a TLS handshake, may take
     * @param maxIdleSeconds the longest that a read or write may wait for the peer; 0 for no limit
     * @param maxWallSeconds the longest that one call, such as the run of a stream, may take; 0 for no limit
     * @param maxCpuSeconds processor time of one call; 0 for no limit
     * @param maxSpinSeconds processor time without asking the host for anything
     */
    public record Limits(
            int maxMemoryMb,
            int maxSockets,
            int maxNetworkMb,
            int connectSeconds,
            int maxIdleSeconds,
            int maxWallSeconds,
            int maxCpuSeconds,
            int maxSpinSeconds) {
        /** Room for some batches of the default size with their working copies. */
        public static final int DEFAULT_MAX_MEMORY_MB = 256;

        /** Wasm's own ceiling for 32-bit memories, in MiB. */
        public static final int HIGHEST_MAX_MEMORY_MB = 4096;

        /** A connection for data and a few beside it. */
        public static final int DEFAULT_MAX_SOCKETS = 4;

        public static final int HIGHEST_MAX_SOCKETS = 64;

        /** Ten seconds: past three SYN retransmissions, well before a person gives up. */
        public static final int DEFAULT_CONNECT_SECONDS = 10;

        public static final int HIGHEST_CONNECT_SECONDS = 600;

        /** Five minutes: a hundred times what the largest batch takes where guests are interpreted. */
        public static final int DEFAULT_MAX_SPIN_SECONDS = 300;

        /** 31 days. */
        public static final int HIGHEST_SECONDS = 31 * 24 * 60 * 60;

        public static final Limits DEFAULT = new Limits(
                DEFAULT_MAX_MEMORY_MB,
                DEFAULT_MAX_SOCKETS,
                0,
                DEFAULT_CONNECT_SECONDS,
                0,
                0,
                0,
                DEFAULT_MAX_SPIN_SECONDS);
    }

    /**
     * What the connector can do in one role.
     *
     * @param modes sync modes of a source, write modes of a destination, as a pipeline spells them; none for a transform
     * @param features further abilities by name
     */
    public record Role(List<String> modes, List<String> features) {
        public Role {
            modes = List.copyOf(modes);
            features = List.copyOf(features);
        }
    }
}
