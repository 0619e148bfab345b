package io.rapidbyte.server;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The files of the class path folder {@code web} beside this class, at {@code /}. They hold no secrets and need no token. Served from memory, once
 * read: they are small, few, and part of the program.
 */
final class Pages {
    private static final String FOLDER = "web/";
    private static final String START = "index.html";

    /** Plain names and folders of such: nothing that could lead elsewhere. */
    private static final Pattern PATH =
            Pattern.compile("(?:[A-Za-z0-9_-]+/){0,4}[A-Za-z0-9_-]+(?:\\.[A-Za-z0-9]+){1,3}");

    private static final Map<String, String> TYPES = Map.of(
            "html", "text/html; charset=utf-8",
            "js", "text/javascript; charset=utf-8",
            "css", "text/css; charset=utf-8",
            "svg", "image/svg+xml",
            "png", "image/png",
            "ico", "image/x-icon",
            "json", "application/json",
            "woff2", "font/woff2");

    private final Vertx vertx;
    private final Map<String, Buffer> files = new HashMap<>();

    Pages(Vertx vertx) {
        this.vertx = vertx;
    }

    void mount(Router router) {
        router.route(HttpMethod.GET, "/*").handler(this::serve);
    }

    private void serve(RoutingContext context) {
        String asked = context.normalizedPath().substring(1);
        String path = asked.isEmpty() ? START : asked;
        String type = TYPES.get(path.substring(path.lastIndexOf('.') + 1));
        if (type == null || !PATH.matcher(path).matches()) {
            context.fail(404);
            return;
        }
        Buffer known = files.get(path);
        if (known != null) {
            send(context, type, known);
            return;
        }
        vertx.executeBlocking(() -> read(path), false)
                .onComplete(
                        read -> read.ifPresentOrElse(
                                bytes -> {
                                    files.put(path, bytes);
                                    send(context, type, bytes);
                                },
                                () -> context.fail(404)),
                        context::fail);
    }

    private static Optional<Buffer> read(String path) throws IOException {
        try (InputStream in = Pages.class.getResourceAsStream(FOLDER + path)) {
            return in == null ? Optional.empty() : Optional.of(Buffer.buffer(in.readAllBytes()));
        }
    }

    private static void send(RoutingContext context, String type, Buffer bytes) {
        context.response()
                .putHeader("content-type", type)
                .putHeader("cache-control", "no-cache")
                .end(bytes);
    }
}
