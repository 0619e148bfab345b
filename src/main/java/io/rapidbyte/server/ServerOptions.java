package io.rapidbyte.server;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * What a server is started with.
 *
 * @param host the address to listen on; beyond loopback a token must be named
 * @param port 0 for any that is free
 * @param pipelines the folder of the pipelines' files
 * @param environment for references in pipelines, and for tokens
 * @param dataFolder where a token is kept that was made for lack of others
 * @param tokenFile of the token for everything
 * @param readTokenFile of the token for reading
 * @param maxRuns how many runs may go on at once
 * @param grace how long the end waits for runs to reach a checkpoint
 */
public record ServerOptions(
        String host,
        int port,
        Path pipelines,
        Map<String, String> environment,
        Path dataFolder,
        Optional<Path> tokenFile,
        Optional<Path> readTokenFile,
        Optional<Tls> tls,
        int maxRuns,
        Duration grace) {
    public static final String DEFAULT_HOST = "127.0.0.1";
    public static final int DEFAULT_PORT = 8080;

    /** Each takes some 40 MB a stream that runs at the same time. */
    public static final int DEFAULT_MAX_RUNS = 4;

    /** Thirty seconds; what stops services, such as systemd and Kubernetes, gives them that or more. */
    public static final Duration DEFAULT_GRACE = Duration.ofSeconds(30);

    public ServerOptions {
        environment = Map.copyOf(environment);
    }

    /** Files in the form PEM. */
    public record Tls(Path certificate, Path key) {}
}
