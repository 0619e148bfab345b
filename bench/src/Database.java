import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A PostgreSQL database. An empty password is none. */
record Database(String host, int port, String user, String password, String name) {
    /** Of {@code postgresql://user:password@host:port/database}. */
    static Database of(String address) {
        URI uri = URI.create(address);
        String[] login = String.valueOf(uri.getRawUserInfo()).split(":", 2);
        if (uri.getHost() == null || uri.getRawUserInfo() == null || uri.getPath().length() < 2) {
            throw new IllegalArgumentException("not of the form postgresql://user:password@host:port/database: " + address);
        }
        return new Database(
                uri.getHost(),
                uri.getPort() < 0 ? 5432 : uri.getPort(),
                URLDecoder.decode(login[0], StandardCharsets.UTF_8),
                login.length < 2 ? "" : URLDecoder.decode(login[1], StandardCharsets.UTF_8),
                uri.getPath().substring(1));
    }

    /** As libpq reads it: {@code psql}, {@code pg_dump} and others. */
    String address() {
        return "postgresql://%s@%s:%d/%s".formatted(userInfo(), host, port, name);
    }

    /** As the JDBC driver reads it. */
    String jdbcAddress() {
        String login = password.isEmpty() ? "" : "&password=" + Shell.encoded(password);
        return "jdbc:postgresql://%s:%d/%s?user=%s%s".formatted(host, port, name, Shell.encoded(user), login);
    }

    /** As the connectors' settings have it. */
    JsonObject settings() {
        JsonObject settings =
                new JsonObject().put("host", host).put("port", port).put("user", user).put("database", name);
        return password.isEmpty() ? settings : settings.put("password", password);
    }

    private String userInfo() {
        return Shell.encoded(user) + (password.isEmpty() ? "" : ":" + Shell.encoded(password));
    }

    /**
     * Runs statements in {@code psql}, each in a transaction of its own.
     *
     * @param variables what {@code :name}, {@code :'name'} and {@code :"name"} stand for
     * @return what they print, unaligned, without headers
     */
    String sql(Map<String, String> variables, String statements) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("psql", address(), "-qXAt", "-v", "ON_ERROR_STOP=1"));
        variables.forEach((key, value) -> command.addAll(List.of("-v", key + "=" + value)));
        command.addAll(List.of("-f", "-"));
        return Shell.run(Map.of(), statements, command);
    }
}
