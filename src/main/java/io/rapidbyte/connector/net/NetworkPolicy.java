package io.rapidbyte.connector.net;

import io.rapidbyte.model.ConnectorError;
import io.rapidbyte.model.ConnectorException;
import io.rapidbyte.model.ErrorCategory;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Which hosts one instance may connect to: by name before the name is looked up, and by address after
 * it. Immutable.
 */
public final class NetworkPolicy {
    /** Cloud metadata services that do not live at a link-local address. They hand out credentials. */
    private static final Set<String> METADATA = Set.of("100.100.100.200", "fd00:ec2:0:0:0:0:0:254");

    /** Prefix of IPv4 addresses that a NAT64 gateway reaches (RFC 6052), {@code 64:ff9b::/96}. */
    private static final byte[] NAT64 = {0, 0x64, (byte) 0xff, (byte) 0x9b, 0, 0, 0, 0, 0, 0, 0, 0};

    private static final int IPV4_BYTES = 4;

    private final List<HostPattern> granted;
    private final Set<String> configured;
    private final Optional<List<HostPattern>> only;
    private final TlsRule tls;

    /** Whether connections are encrypted. */
    public enum TlsRule {
        OPTIONAL,
        REQUIRED,
        FORBIDDEN
    }

    /**
     * A policy of what the manifest grants and the settings name.
     *
     * @param granted the manifest's hosts
     * @param configured hosts named in the settings; none where the manifest does not allow them
     */
    public NetworkPolicy(List<String> granted, Collection<String> configured, TlsRule tls) {
        this(granted, configured, Optional.empty(), tls);
    }

    /** The same, narrowed to those of the hosts that are among {@code only} (I29). */
    public NetworkPolicy(
            List<String> granted, Collection<String> configured, Optional<List<String>> only, TlsRule tls) {
        this.granted = granted.stream().map(HostPattern::new).toList();
        this.only = only.map(hosts -> hosts.stream().map(HostPattern::new).toList());
        this.configured = configured.stream().map(HostPattern::normal).collect(Collectors.toUnmodifiableSet());
        this.tls = tls;
    }

    TlsRule tls() {
        return tls;
    }

    /** The host's normal form, once it is known to be granted. */
    String admit(String host) throws ConnectorException {
        String normal = HostPattern.normal(host);
        if (!HostPattern.isHost(normal)) {
            throw new ConnectorException(ConnectorError.permanent(
                    ErrorCategory.CONFIG,
                    "net.invalid-host",
                    "connect-tcp: \"" + Printable.of(host) + "\" is no host name or address; correct the host"));
        }
        if (!configured.contains(normal) && granted.stream().noneMatch(pattern -> pattern.matches(normal))) {
            throw denied("connect-tcp: the connector's manifest grants no connection to " + normal
                    + "; add it to permissions.network.allowed_hosts, or name it as host in the connector's config "
                    + "where the manifest has allow_runtime_config_domains");
        }
        if (only.isPresent() && only.get().stream().noneMatch(pattern -> pattern.matches(normal))) {
            throw denied("connect-tcp: the pipeline narrows the connector's connections, and " + normal
                    + " is not among them; add it to permissions.network.allowed_hosts of the pipeline");
        }
        return normal;
    }

    /**
     * Refuses addresses that reach this machine's surroundings rather than a server: whoever controls a
     * granted name's DNS must not be able to point it at a metadata service. Only a manifest that lists
     * such an address literally grants it.
     */
    void admit(String host, InetAddress address) throws ConnectorException {
        if (!isSensitive(address) && !isSensitive(embedded(address))) {
            return;
        }
        String literal = HostPattern.normal(address.getHostAddress());
        if (granted.stream().noneMatch(pattern -> pattern.text().equals(literal))) {
            throw denied("connect-tcp: " + host + " is at " + literal
                    + ", a link-local, metadata, multicast or unspecified address; only a manifest that lists this "
                    + "address in permissions.network.allowed_hosts may connect to it");
        }
    }

    private static boolean isSensitive(InetAddress address) {
        return address.isLinkLocalAddress()
                || address.isAnyLocalAddress()
                || address.isMulticastAddress()
                || METADATA.contains(address.getHostAddress());
    }

    /** The IPv4 address that an IPv6 one stands for; the address itself where there is none. */
    private static InetAddress embedded(InetAddress address) {
        byte[] bytes = address.getAddress();
        if (address instanceof Inet4Address || !Arrays.equals(bytes, 0, NAT64.length, NAT64, 0, NAT64.length)) {
            return address;
        }
        try {
            return InetAddress.getByAddress(Arrays.copyOfRange(bytes, bytes.length - IPV4_BYTES, bytes.length));
        } catch (java.net.UnknownHostException e) {
            throw new AssertionError("four bytes are an address", e);
        }
    }

    private static ConnectorException denied(String message) {
        return new ConnectorException(ConnectorError.permanent(ErrorCategory.PERMISSION, "net.denied", message));
    }
}
