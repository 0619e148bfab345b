package io.rapidbyte.state;

import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A schema of a PostgreSQL database.
 *
 * @param password never printed (I31); without one the driver looks into the user's {@code .pgpass}
 * @param schema made if missing
 * @param sslmode as {@code libpq} names them
 */
public record PostgresLocation(
        String host,
        int port,
        String database,
        Optional<String> user,
        Optional<String> password,
        String schema,
        Optional<String> sslmode)
        implements StateLocation {
    public static final int DEFAULT_PORT = 5432;

    /** Keeps our tables apart from whatever else lives in the database. */
    public static final String DEFAULT_SCHEMA = "rapidbyte";

    private static final Pattern URL = Pattern.compile("postgres(ql)?://.*", Pattern.DOTALL);
    private static final Pattern PAIR = Pattern.compile("\\s*([a-z_]+)\\s*=\\s*('(?:[^'\\\\]|\\\\.)*'|\\S*)\\s*");

    static boolean looksLike(String text) {
        return URL.matcher(text).matches() || PAIR.matcher(text).lookingAt();
    }

    static PostgresLocation of(String text) {
        Map<String, String> settings = URL.matcher(text).matches() ? settingsOfUrl(text) : settingsOfPairs(text);
        String host = Optional.ofNullable(settings.remove("host")).orElse("localhost");
        int port = port(Optional.ofNullable(settings.remove("port")));
        Optional<String> user = Optional.ofNullable(settings.remove("user"));
        Optional<String> password = Optional.ofNullable(settings.remove("password"));
        String schema = Optional.ofNullable(settings.remove("schema")).orElse(DEFAULT_SCHEMA);
        Optional<String> sslmode = Optional.ofNullable(settings.remove("sslmode"));
        String database = Optional.ofNullable(settings.remove("dbname"))
                .or(() -> user)
                .orElseThrow(() -> malformed("names no database"));
        if (!settings.isEmpty()) {
            throw malformed("has settings that are not known: " + String.join(", ", new TreeSet<>(settings.keySet())));
        }
        return new PostgresLocation(host, port, database, user, password, schema, sslmode);
    }

    private static Map<String, String> settingsOfUrl(String text) {
        URI uri;
        try {
            uri = new URI(text);
        } catch (URISyntaxException e) {
            // its message would quote the password
            throw malformed("is no URL: special characters in names and passwords are written as %XX");
        }
        Map<String, String> settings = new LinkedHashMap<>();
        if (uri.getRawUserInfo() != null) {
            String[] user = uri.getRawUserInfo().split(":", 2);
            settings.put("user", decoded(user[0]));
            if (user.length == 2) {
                settings.put("password", decoded(user[1]));
            }
        }
        if (uri.getHost() != null) {
            settings.put("host", uri.getHost());
        } else if (uri.getRawAuthority() != null) {
            throw malformed("names its host in a way that cannot be read");
        }
        if (uri.getPort() >= 0) {
            settings.put("port", Integer.toString(uri.getPort()));
        }
        if (uri.getRawPath() != null && uri.getRawPath().length() > 1) {
            settings.put("dbname", decoded(uri.getRawPath().substring(1)));
        }
        if (uri.getRawQuery() != null) {
            for (String pair : uri.getRawQuery().split("&", -1)) {
                String[] sides = pair.split("=", 2);
                settings.put(decoded(sides[0]), sides.length == 2 ? decoded(sides[1]) : "");
            }
        }
        return settings;
    }

    private static String decoded(String text) {
        // form decoding would turn a plus, which is itself in a URL's user and path, into a space
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    private static Map<String, String> settingsOfPairs(String text) {
        Map<String, String> settings = new LinkedHashMap<>();
        Matcher pair = PAIR.matcher(text);
        int read = 0;
        while (read < text.length()) {
            if (!pair.find(read) || pair.start() != read) {
                throw malformed("is no list of key=value pairs");
            }
            String value = pair.group(2);
            boolean quoted = value.startsWith("'");
            settings.put(
                    pair.group(1),
                    quoted ? value.substring(1, value.length() - 1).replaceAll("\\\\(.)", "$1") : value);
            read = pair.end();
        }
        return settings;
    }

    private static int port(Optional<String> text) {
        try {
            int port = text.map(Integer::parseInt).orElse(DEFAULT_PORT);
            if (port > 0 && port <= 0xFFFF) {
                return port;
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw malformed("has a port that is none");
    }

    private static StateException malformed(String problem) {
        return new StateException(
                "state.connection",
                "the connection of the state database " + problem
                        + "; write postgresql://user:password@host:port/database?schema=name&sslmode=mode, or the same as"
                        + " host=… port=… dbname=… user=… password=… schema=… sslmode=…");
    }

    @Override
    public String toString() {
        return "PostgreSQL " + host + ":" + port + "/" + database + " (schema " + schema + ")";
    }
}
