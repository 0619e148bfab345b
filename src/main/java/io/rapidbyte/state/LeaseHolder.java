package io.rapidbyte.state;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * The process that runs a pipeline.
 *
 * @param pidSpace where {@code pid} has a meaning: containers may share a host's name but not its processes
 * @param startedAt when the process was started, as tells it from a later one with the same id
 */
public record LeaseHolder(String host, String pidSpace, long pid, Instant startedAt) {
    /** Two readings of one process' start differ when the clock is set in between. */
    private static final Duration SAME_START = Duration.ofSeconds(2);

    /** Blocks on small files. */
    public static LeaseHolder ofThisProcess() {
        ProcessHandle self = ProcessHandle.current();
        return new LeaseHolder(hostName(), pidSpaceOfThisProcess(), self.pid(), startOf(self));
    }

    private static Instant startOf(ProcessHandle process) {
        return process.info().startInstant().orElse(Instant.EPOCH);
    }

    /** Whether the process can be known to have ended; only one on this very host can. */
    boolean isGone(LeaseHolder asker) {
        if (!host.equals(asker.host) || !pidSpace.equals(asker.pidSpace)) {
            return false;
        }
        Optional<Instant> start =
                ProcessHandle.of(pid).filter(ProcessHandle::isAlive).map(LeaseHolder::startOf);
        return start.isEmpty() || Duration.between(start.get(), startedAt).abs().compareTo(SAME_START) > 0;
    }

    /** Asks no name server where that can be avoided: it may take seconds. */
    private static String hostName() {
        try {
            return Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
        } catch (IOException noSuchFile) {
            try {
                return InetAddress.getLocalHost().getHostName();
            } catch (UnknownHostException e) {
                return "unknown";
            }
        }
    }

    private static String pidSpaceOfThisProcess() {
        try {
            return Files.readSymbolicLink(Path.of("/proc/self/ns/pid")).toString();
        } catch (IOException | UnsupportedOperationException notLinux) {
            return "";
        }
    }

    @Override
    public String toString() {
        return "process " + pid + " on " + host;
    }
}
