package io.rapidbyte.server;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;

/** Why a request is not done: an answer in the form of RFC 9457. Holds no secrets (I31). */
final class HttpProblem extends RuntimeException {
    private static final long serialVersionUID = 1L;

    static final String MEDIA_TYPE = "application/problem+json";
    private static final String TYPE = "urn:rapidbyte:problem:";

    private final int status;
    private final transient ObjectNode body;

    private HttpProblem(int status, String word, String title, String detail) {
        super(detail, null, false, false);
        this.status = status;
        this.body = JsonNodeFactory.instance
                .objectNode()
                .put("type", TYPE + word)
                .put("title", title)
                .put("status", status)
                .put("detail", detail);
    }

    static HttpProblem malformed(String detail) {
        return new HttpProblem(400, "malformed", "The request is malformed", detail);
    }

    static HttpProblem unauthorized(String detail) {
        return new HttpProblem(401, "unauthorized", "A token is needed", detail);
    }

    static HttpProblem forbidden(String detail) {
        return new HttpProblem(403, "forbidden", "This is not allowed", detail);
    }

    static HttpProblem notFound(String detail) {
        return new HttpProblem(404, "not-found", "There is no such thing", detail);
    }

    static HttpProblem methodNotAllowed(String detail) {
        return new HttpProblem(405, "method-not-allowed", "This cannot be done here", detail);
    }

    static HttpProblem tooSlow(String detail) {
        return new HttpProblem(408, "too-slow", "The request did not arrive in time", detail);
    }

    static HttpProblem alreadyRunning(String detail) {
        return new HttpProblem(409, "already-running", "The pipeline is being run", detail);
    }

    static HttpProblem ended(String detail) {
        return new HttpProblem(409, "ended", "The run has ended", detail);
    }

    static HttpProblem changed(String detail) {
        return new HttpProblem(412, "changed", "Something else stands there", detail);
    }

    static HttpProblem tooLarge(String detail) {
        return new HttpProblem(413, "too-large", "The request is too large", detail);
    }

    static HttpProblem mediaType(String detail) {
        return new HttpProblem(415, "media-type", "The request's body has the wrong form", detail);
    }

    static HttpProblem invalidPipeline(String detail) {
        return new HttpProblem(422, "invalid-pipeline", "The pipeline has problems", detail);
    }

    static HttpProblem keyReused(String detail) {
        return new HttpProblem(422, "key-reused", "The idempotency key stands for another request", detail);
    }

    static HttpProblem unfit(String detail) {
        return new HttpProblem(422, "unfit", "The pipeline cannot do this", detail);
    }

    static HttpProblem tooMany(String detail) {
        return new HttpProblem(429, "too-many", "Too much is going on", detail);
    }

    static HttpProblem defect(String detail) {
        return new HttpProblem(500, "defect", "A defect of Rapidbyte", detail);
    }

    static HttpProblem systemFailed(String detail) {
        return new HttpProblem(502, "system-failed", "A system that the pipeline names has failed", detail);
    }

    static HttpProblem unavailable(String detail) {
        return new HttpProblem(503, "unavailable", "This cannot be done now", detail);
    }

    int status() {
        return status;
    }

    /** Whether the same request may succeed later without anybody mending anything. */
    boolean passing() {
        return status == 409 || status == 429 || status == 503;
    }

    /** For further members. */
    ObjectNode body() {
        return body;
    }

    void writeTo(HttpServerResponse response) {
        if (response.ended() || response.closed()) {
            return;
        }
        if (status == 429 || status == 503) {
            response.putHeader("retry-after", "5");
        }
        if (status == 401) {
            response.putHeader("www-authenticate", "Bearer");
        }
        response.setStatusCode(status).putHeader("content-type", MEDIA_TYPE).end(Buffer.buffer(body.toString()));
    }
}
