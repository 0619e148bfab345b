package io.rapidbyte.connector.net;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.net.spi.InetAddressResolver;
import java.net.spi.InetAddressResolver.LookupPolicy;
import java.net.spi.InetAddressResolverProvider;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Properties;
import java.util.stream.Stream;
import javax.naming.Context;
import javax.naming.NamingException;
import javax.naming.directory.Attribute;
import javax.naming.directory.InitialDirContext;

/** Makes the tests' JVM ask {@link NameServer} for the names of its zone, over UDP; all other names are looked up as ever. */
public final class NameServerResolvers extends InetAddressResolverProvider {
    /** More than a loaded machine takes to answer: a question that is asked twice counts twice. */
    private static final String PATIENCE_MS = "60000";

    private static volatile int port;

    /** From now on names of the zone are asked for there; at port 0 there are none. */
    static void ask(int port) {
        NameServerResolvers.port = port;
    }

    @Override
    public String name() {
        return "name server of the tests";
    }

    @Override
    public InetAddressResolver get(Configuration configuration) {
        InetAddressResolver platform = configuration.builtinResolver();
        return new InetAddressResolver() {
            @Override
            public Stream<InetAddress> lookupByName(String host, LookupPolicy policy) throws UnknownHostException {
                return host.endsWith(NameServer.ZONE) ? asked(host).stream() : platform.lookupByName(host, policy);
            }

            @Override
            public String lookupByAddress(byte[] address) throws UnknownHostException {
                return platform.lookupByAddress(address);
            }
        };
    }

    @SuppressWarnings("BanJNDI") // the JDK's only DNS client that can be told whom to ask; the name is a test's own
    private static List<InetAddress> asked(String host) throws UnknownHostException {
        Properties settings = new Properties();
        settings.put(Context.INITIAL_CONTEXT_FACTORY, "com.sun.jndi.dns.DnsContextFactory");
        settings.put(Context.PROVIDER_URL, "dns://127.0.0.1:" + port);
        settings.put("com.sun.jndi.dns.timeout.initial", PATIENCE_MS);
        try {
            InitialDirContext context = new InitialDirContext(settings);
            Attribute found = context.getAttributes(host, new String[] {"A"}).get("A");
            List<InetAddress> addresses = new ArrayList<>();
            for (Object text : Collections.list(found.getAll())) {
                addresses.add(InetAddress.getByAddress(
                        host, InetAddress.ofLiteral((String) text).getAddress()));
            }
            context.close();
            return addresses;
        } catch (NamingException e) {
            throw (UnknownHostException) new UnknownHostException(host).initCause(e);
        }
    }
}
